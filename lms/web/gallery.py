"""The gallery of components at `/_ui`: every component in every state, for those who build pages. Development only.

The example people and things are invented and chosen to hurt: long names, accents, empty lists, errors.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template

from lms.web.guard import public

gallery_blueprint = Blueprint("gallery", __name__)
"""Mount it only in development and tests. It needs what the shells need, and writes nothing."""

_Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ExamplePerson:
    """A person as the components want one."""

    id: str
    name: str
    initials: str
    avatar_hue: int


@dataclass(frozen=True, slots=True)
class ExampleField:
    """A field as `ui/form.html` wants one (the real ones are made by `lms.web.forms`)."""

    name: str
    label: str
    kind: str = "text"
    value: object = None
    hint: str | None = None
    error: str | None = None
    choices: _Choices = field(default_factory=list)
    required: bool = True
    autocomplete: str | None = None
    attrs: dict[str, str] = field(default_factory=dict)
    describedby: str | None = None

    @property
    def id(self) -> str:
        """The id of the control."""
        return f"example-{self.name}"


@dataclass(frozen=True, slots=True)
class ExampleForm:
    """A form as `ui/form.html` wants one."""

    id: str
    fields: list[ExampleField]
    errors: list[str] = field(default_factory=list)
    action: str = "#"
    method: str = "post"
    multipart: bool = False
    submit: str = "Save"


PEOPLE = [
    ExamplePerson("1", "Nicolò Sant’Angelo", "NS", 20),
    ExamplePerson("2", "Maria-Theresia von Hohenberg-Schwarzenau", "MH", 210),
    ExamplePerson("3", "Þórdís Ægisdóttir", "ÞÆ", 150),
    ExamplePerson("4", "Li Na", "LN", 300),
    ExamplePerson("5", "Oyelaran Adébáyọ̀ Olúwaṣeun", "OA", 95),
    ExamplePerson("6", "José Ángel Muñoz Ibáñez", "JM", 0),
    ExamplePerson("7", "Ștefania Țurcanu", "ȘȚ", 265),
]

STORY = (
    "<h2>Why this works</h2><p>Short <strong>sentences</strong>, one idea each.</p><ul><li><p>One</p></li><li><p>Two</p></li></ul>"
    '<aside data-callout="tip"><p>Say it to somebody else first.</p></aside>'
    "<table><tbody><tr><th><p>When</p></th><th><p>What</p></th></tr><tr><td><p>Monday</p></td><td><p>Start</p></td></tr></tbody></table>"
)
LANGUAGES = [("en", "English"), ("it", "Italiano"), ("de", "Deutsch")]


def plain_form() -> ExampleForm:
    """Every kind of field, filled in well."""
    return ExampleForm(
        "plain",
        [
            ExampleField("full_name", "Full name", value="Nicolò Sant’Angelo", autocomplete="name"),
            ExampleField("mail", "E-mail address", "email", hint="We send the invitation there.", autocomplete="email"),
            ExampleField("pass", "Password", "password", hint="At least 12 characters. A sentence is good.",
                         autocomplete="new-password"),
            ExampleField("about", "About you", "textarea", required=False, hint="Two or three sentences."),
            ExampleField("story", "Your story", "richtext", required=False, value=STORY),
            ExampleField("motto", "Your motto", "richline", required=False, value="Slowly, but <em>surely</em>"),
            ExampleField("places", "Places", "number", value=12, attrs={"min": "1", "max": "500"}),
            ExampleField("day", "First day", "date", value="2026-11-23"),
            ExampleField("at", "Starts at", "datetime", value="2026-11-23T14:30"),
            ExampleField("language", "Language", "select", value="it", choices=LANGUAGES),
            ExampleField("level", "How well do you speak it?", "radio", value="b1",
                         choices=[("a2", "A little (A2)"), ("b1", "I get by (B1)"), ("c1", "Fluently (C1)")]),
            ExampleField("days", "Days that suit you", "checkboxes", value=["mo", "th"], required=False,
                         choices=[("mo", "Monday"), ("we", "Wednesday"), ("th", "Thursday")]),
            ExampleField("news", "Tell me about new courses", "checkbox", value="1"),
            ExampleField("code", "Code from your e-mail", "code", attrs={"maxlength": "6"}, autocomplete="one-time-code"),
            ExampleField("accent", "Accent colour", "color", value="#9A4A22"),
            ExampleField("photo", "Photo", "file", required=False, hint="JPEG or PNG, up to 5 MB."),
        ],
    )  # fmt: skip


def failed_form() -> ExampleForm:
    """The same kind of form, sent back with problems."""
    return ExampleForm(
        "failed",
        [
            ExampleField("bad_name", "Full name", error="Enter your full name."),
            ExampleField("bad_mail", "E-mail address", "email", value="nicolo@", hint="We send the invitation there.",
                         error="Enter an e-mail address in the form name@example.org."),
            ExampleField("bad_level", "How well do you speak it?", "radio", error="Choose one answer.",
                         choices=[("a2", "A little (A2)"), ("b1", "I get by (B1)")]),
            ExampleField("bad_terms", "I have read how my data is used", "checkbox", error="Tick this to go on."),
        ],
        errors=["This course is full. You can join the waiting list."],
        submit="Ask to join",
    )  # fmt: skip


@gallery_blueprint.get("/_ui", endpoint="index")
@public
def gallery() -> str:
    """Show the gallery."""
    now = datetime.now(UTC)
    return render_template(
        "gallery.html",
        people=PEOPLE,
        now=now,
        hour_ago=now - timedelta(hours=1),
        week_ago=now - timedelta(days=7),
        plain_form=plain_form(),
        failed_form=failed_form(),
    )
