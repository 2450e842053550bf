"""How templates are rendered, beyond what Flask does by itself."""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context


class SharedTemplate(Template):
    """A template whose macros are put together once and serve all pages.

    Jinja would compare the globals of the importing page with its own at every import. Here all
    globals are the application's, and macros take what they need as arguments (a test looks).
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            self._module = self.make_module()
        return self._module


def install_rendering(app: Flask) -> None:
    """Set up the environment of all templates."""
    environment: Any = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.template_class = SharedTemplate
