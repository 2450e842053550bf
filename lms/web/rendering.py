"""How templates are rendered, beyond what Flask does by itself."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode

_PLAIN = frozenset({FunctionType, MethodType})


class SharedTemplate(Template):
    """A template whose macros are put together once and serve all pages.

    Jinja would compare the globals of the importing page with its own at every import. Here all
    globals are the application's, and macros take what they need as arguments (a test looks).
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            self._module = self.make_module()
        return self._module


class LeanContext(Context):
    """Calls macros, plain functions and methods, most of what a page calls, without looking long for what they want passed."""

    @internalcode
    def call(self, callee: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call from a template; what loops and blocks pass along is for functions that take the context."""
        kind = type(callee)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in _PLAIN or hasattr(callee, "jinja_pass_arg"):
            return super().call(callee, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return callee(*args, **kwargs)


def install_rendering(app: Flask) -> None:
    """Set up the environment of all templates."""
    environment: Any = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.template_class = SharedTemplate
    environment.context_class = LeanContext
