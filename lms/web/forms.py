"""Forms from commands: one definition validates and shows.

A view reads::

    form = Form(EditBrand, values={"name": office.name})
    if form.run(lambda command: service.edit_brand(actor(), command)):
        return redirect(...)
    return page("offices/brand.html", form=form)
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin

from flask import request
from pydantic.fields import FieldInfo

from lms.commands import Command, Ui
from lms.errors import AppError, Conflict, Forbidden, Invalid, TooMany
from lms.hooks.contributions import Text
from lms.store.uow import savepoint
from lms.text import gettext as _

C = TypeVar("C", bound=Command)
MOST_PAGES = 1_000_000
SAVES = frozenset({"POST", "PUT", "PATCH"})


@dataclass
class FieldView:
    """A field as the macro ``field`` shows it."""

    name: str
    id: str
    label: Text
    hint: Text
    kind: str
    value: Any
    error: str | None
    choices: list[tuple[str, Text]]
    required: bool
    autocomplete: str
    attrs: dict[str, str] = field(default_factory=dict)

    @property
    def describedby(self) -> str:
        """Ids of hint and error, for assistive technology."""
        parts = [f"{self.id}-hint"] * bool(self.hint) + [f"{self.id}-error"] * bool(self.error)
        return " ".join(parts)


def page_asked() -> int:
    """The number of the page of a list, from the address; 1 if it names none, and never beyond what a database counts."""
    return min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)


class Form(Generic[C]):
    """A command being filled in by a person (or sent as JSON by a program)."""

    def __init__(
        self,
        command: type[C],
        *,
        values: Mapping[str, Any] | None = None,
        submit: Text = "",
        action: str | None = None,
        prefix: str = "",
        context: Mapping[str, Any] | None = None,
    ) -> None:
        self._command = command
        self._context = dict(context or {})
        self.id = prefix or command.__name__.lower()
        self.action = action
        self.method = "post"
        self.submit = submit or _("Save")
        self.errors: list[str] = []
        self.field_errors: dict[str, str] = {}
        self.values: dict[str, Any] = dict(values or {})
        self.accepted: C | None = None
        if self.is_submitted:
            self.values |= self._given()

    @property
    def is_submitted(self) -> bool:
        """True if this request sends the form (forms of one page are told apart by ``form_id``)."""
        sent = request.form.get("form_id")
        return request.method in SAVES and (request.is_json or sent in {None, self.id})

    def accept(self) -> C | None:
        """The validated command if it was sent and is right; messages stay on the form if not."""
        if not self.is_submitted:
            return None
        try:
            self.accepted = self._command.read(self._given() | self._context)
        except Invalid as problem:
            self._fail(problem)
        return self.accepted

    def run(self, use_case: Callable[[C], Any]) -> bool:
        """Validate and carry out; an expected refusal is shown on the form and undoes the change."""
        command = self.accept()
        if command is None:
            return False
        try:
            with savepoint():
                use_case(command)
        except (Invalid, Conflict, Forbidden, TooMany) as problem:
            self._fail(problem)
            return False
        return True

    @property
    def status(self) -> int:
        """200, or 422 when the form comes back with messages."""
        return 422 if self.errors or self.field_errors else 200

    @property
    def multipart(self) -> bool:
        """True if a file can be chosen."""
        return any(each.kind == "file" for each in self.fields)

    @property
    def fields(self) -> list[FieldView]:
        """Fields in the order of the command."""
        shown = (self._view(name, info) for name, info in self._command.model_fields.items())
        return [each for each in shown if each]

    def __getitem__(self, name: str) -> FieldView:
        found = self._view(name, self._command.model_fields[name])
        if found is None:
            raise KeyError(name)
        return found

    def _fail(self, problem: AppError) -> None:
        if request.is_json:
            raise problem
        known = {name: text for name, text in problem.fields.items() if name in self._command.model_fields}
        self.field_errors |= known
        rest = [text for name, text in problem.fields.items() if name not in known]
        self.errors.extend(rest or ([] if known else [problem.message]))

    def _given(self) -> dict[str, Any]:
        if request.is_json:
            body = request.get_json()
            if not isinstance(body, dict):
                raise Invalid(_("An object with the fields of the form is needed."))
            return body
        given: dict[str, Any] = {}
        for name, info in self._command.model_fields.items():
            if name in request.files:
                given[name] = request.files[name]
            elif _is_many(info):
                given[name] = request.form.getlist(name)
            elif _plain(info) is bool:
                given[name] = name in request.form
            elif name in request.form:
                given[name] = request.form[name]
        return given

    def _view(self, name: str, info: FieldInfo) -> FieldView | None:
        ui = next((each for each in info.metadata if isinstance(each, Ui)), None)
        if ui is None:
            return None
        return FieldView(
            name=name, id=f"{self.id}-{name}", label=ui.label, hint=ui.hint, kind=ui.kind or _guess(info),
            value=_shown(self.values.get(name, None if info.is_required() else info.get_default(call_default_factory=True))),
            error=self.field_errors.get(name), choices=_choices(ui, info),
            required=info.is_required() or bool(ui.attrs.get("required")), autocomplete=ui.autocomplete,
            attrs=_limits(info) | {key: value for key, value in ui.attrs.items() if key != "required"},
        )  # fmt: skip


def _plain(info: FieldInfo) -> Any:
    kind = info.annotation
    if get_origin(kind) in {typing.Union, types.UnionType}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    return kind


def _is_many(info: FieldInfo) -> bool:
    return get_origin(_plain(info)) in {list, tuple, set, frozenset}


def _guess(info: FieldInfo) -> str:
    kind = _plain(info)
    if _is_many(info):
        return "checkboxes"
    if get_origin(kind) is Literal:
        return "select"
    by_type = {bool: "checkbox", int: "number", float: "number", date: "date", datetime: "datetime"}
    return by_type.get(kind, "text")


def _choices(ui: Ui, info: FieldInfo) -> list[tuple[str, Text]]:
    given = ui.choices() if callable(ui.choices) else ui.choices
    if not given and get_origin(_plain(info)) is Literal:
        given = [(str(each), str(each)) for each in get_args(_plain(info))]
    return list(given)


def _limits(info: FieldInfo) -> dict[str, str]:
    found = {}
    for rule in info.metadata:
        for name, attribute in (("max_length", "maxlength"), ("ge", "min"), ("le", "max")):
            limit = getattr(rule, name, None)
            if limit is not None and not _is_many(info):
                found[attribute] = str(limit)
    return found


def _shown(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(each) for each in value]
    return "" if value is None else value
