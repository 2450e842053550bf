"""How templates are rendered, beyond what Flask does by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2 import Template, nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup, escape

_special = re.compile("[&<>'\"]").search
_PLAIN = frozenset({FunctionType, MethodType})


_EVALUATED: set[Callable[..., Any]] = set()


def with_evaluation(function: Callable[..., str]) -> Callable[..., str]:
    """Jinja's ``pass_eval_context``, known to ``LeanContext`` by sight: for functions that pages call dozens of times."""
    passing = pass_eval_context(function)
    _EVALUATED.add(passing)
    return passing


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
        if kind is Macro or (kind is FunctionType and callee in _EVALUATED):
            args = (self.eval_ctx, *args)
        elif kind not in _PLAIN or hasattr(callee, "jinja_pass_arg"):
            return super().call(callee, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return callee(*args, **kwargs)


def put_out(value: object) -> str:
    """What a template writes for a value: the same as ``escape``, without copying what may stay as it is."""
    if type(value) is Markup or (type(value) is str and _special(value) is None):
        return value
    return escape(value)


class LeanCode(CodeGenerator):
    """Has values written by ``put_out`` where it is known that they are to be escaped."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.put_out(")
        else:
            super()._output_child_pre(node, frame, finalize)


def install_rendering(app: Flask) -> None:
    """Set up the environment of all templates."""
    environment: Any = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.template_class = SharedTemplate
    environment.context_class = LeanContext
    environment.code_generator_class = LeanCode
    environment.put_out = put_out
