"""Commands: what a person asks for, validated once for form, JSON and socket.

A command is a pydantic model. ``Ui`` beside a field says how a form shows it::

    class Announce(Command):
        text: Annotated[str, Field(max_length=500), Ui(_l("Message"), kind="textarea")]
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from lms.errors import Invalid
from lms.hooks.contributions import Text
from lms.text import gettext as _

Choices = Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Ui:
    """How a form shows a field. ``kind`` is one of the kinds of ``ui/form.html``; guessed when empty."""

    label: Text
    hint: Text = ""
    kind: str = ""
    choices: Choices | Callable[[], Choices] = ()
    autocomplete: str = ""
    attrs: Mapping[str, str] = field(default_factory=dict)


class Command(BaseModel):
    """Base of all commands: texts are trimmed and NFC, empty optional fields become None."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", str_strip_whitespace=True, arbitrary_types_allowed=True
    )

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        cleaned = {}
        for name, value in values.items():
            info = cls.model_fields.get(name)
            text = (
                unicodedata.normalize("NFC", value).replace("\x00", "") if isinstance(value, str) else value
            )
            if text == "" and info is not None and not info.is_required() and info.get_default() is None:
                text = None
            cleaned[name] = text
        return cleaned

    @classmethod
    def read(cls, values: Any) -> Self:
        """Validate outside data. Raises Invalid with a message for each field."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            fields = explain(error)
            raise Invalid(_("Some answers need another look."), fields=fields) from None


def explain(error: ValidationError) -> dict[str, str]:
    """Messages for people, by field name, for what pydantic found."""
    found: dict[str, str] = {}
    for item in error.errors():
        name = str(item["loc"][0]) if item["loc"] else ""
        found.setdefault(
            name, _message(str(item["type"]), item.get("ctx") or {}, item["msg"], item.get("input"))
        )
    return found


def _message(kind: str, context: Mapping[str, Any], original: str, given: Any) -> str:
    match kind:
        case "missing":
            return _("Please fill this in.")
        case "string_too_short":
            return (
                _("Please fill this in.")
                if not given
                else _("Please write at least %(count)s characters.", count=context["min_length"])
            )
        case "string_too_long":
            return _("Please write at most %(count)s characters.", count=context["max_length"])
        case "greater_than_equal":
            return _("The smallest number allowed is %(limit)s.", limit=context["ge"])
        case "less_than_equal":
            return _("The largest number allowed is %(limit)s.", limit=context["le"])
        case "value_error" if "error" in context:
            text = str(context["error"])
            return _email_message() if "email" in original else text
        case _:
            return _by_family(kind)


def _by_family(kind: str) -> str:
    if kind.startswith(("int", "float", "decimal")):
        return _("Please write a number.")
    if kind.startswith(("date", "time")):
        return _("Please write a date and time like 2026-03-31 14:30.")
    if kind in {"literal_error", "enum"}:
        return _("Please choose one of the answers offered.")
    if kind == "string_pattern_mismatch":
        return _("This is not in the form that is needed here.")
    return _("This answer cannot be used.")


def _email_message() -> str:
    return _("Please write an e-mail address like name@example.org.")
