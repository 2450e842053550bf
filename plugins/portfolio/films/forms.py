"""What people ask for about their video CVs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from lms.plugin import Command, Text, Ui, _, _l

VARIANT_CHOICES = [
    ("video", _l("Picture and sound")), ("audio", _l("Sound alone")), ("text", _l("Text alone: what you wrote")),
]  # fmt: skip
SIZES = [("small", _l("Small")), ("medium", _l("Medium")), ("large", _l("Large"))]
PART_TITLES: dict[str, Text] = {
    "hello": _l("Hello"), "strengths": _l("What I am good at"), "proof": _l("Proof"), "wish": _l("What I wish for"),
}  # fmt: skip
PART_SECONDS = {"hello": 10, "strengths": 25, "proof": 25, "wish": 15}
"""The storyboard: 75 seconds, between the 60 that say enough and the 90 that people watch."""
LANGUAGES = [
    ("en", "English"), ("it", "Italiano"), ("de", "Deutsch"), ("es", "Español"), ("ca", "Català"), ("fr", "Français"), ("ro", "Română"), ("ar", "العربية"),
]  # fmt: skip
_Title = Annotated[str, Field(min_length=1, max_length=160)]
_Said = Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=1500)]
_Seconds = Annotated[float, Field(ge=0, le=21_600)]
_STEP = {"step": "0.1", "min": "0"}


class NewFilm(Command):
    """A video CV needs its title, nothing else."""

    title: Annotated[_Title, Ui(_l("Title"), _l("Only you see it. Such as: For bakeries."))]


class EditScript(Command):
    """What one wants to say."""

    hello: Annotated[
        _Said,
        Ui(_l("Hello"), _l("Who are you, and what work do you want? About 10 seconds."), kind="textarea"),
    ] = ""
    strengths: Annotated[
        _Said,
        Ui(
            _l("What I am good at"),
            _l("Two or three things that the work needs. About 25 seconds."),
            kind="textarea",
        ),
    ] = ""
    proof: Annotated[
        _Said,
        Ui(
            _l("Proof"),
            _l("What did you do that shows it? A number helps. About 25 seconds."),
            kind="textarea",
        ),
    ] = ""
    wish: Annotated[_Said, Ui(_l("What I wish for"), _l("What should happen next? Say thank you. About 15 seconds."), kind="textarea")] = ""  # fmt: skip


class EditPrompter(Command):
    """How the script runs while one speaks."""

    pace: Annotated[
        int, Field(ge=60, le=220), Ui(_l("Speed in words a minute"), attrs={"min": "60", "max": "220", "step": "10"})
    ] = 130  # fmt: skip
    text_size: Annotated[
        Literal["small", "medium", "large"], Ui(_l("Size of the text"), kind="select", choices=SIZES)
    ] = "medium"


class EditFilm(Command):
    """How a video CV is shown, and until when."""

    title: Annotated[_Title, Ui(_l("Title"), _l("Only you see it. Such as: For bakeries."))]
    variant: Annotated[
        Literal["video", "audio", "text"], Ui(_l("What do others get?"), kind="radio", choices=VARIANT_CHOICES)
    ] = "video"  # fmt: skip
    language: Annotated[
        Literal["en", "it", "de", "es", "ca", "fr", "ro", "ar"],
        Ui(_l("Language you speak in it"), kind="select", choices=LANGUAGES),
    ] = "en"
    expires_on: Annotated[
        date | None,
        Ui(_l("Show it until"), _l("After this day nobody sees it any more, and it is deleted.")),
    ] = None


class SendTake(Command):
    """A recording that has arrived: the address of its upload, its length, and the key its browser gave it."""

    upload: Annotated[str, Field(min_length=1, max_length=500)]
    key: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    duration_ms: Annotated[int, Field(ge=0, le=21_600_000)] = 0


class TrimTake(Command):
    """Where the film begins and ends, in seconds of the recording."""

    starts: Annotated[_Seconds, Ui(_l("Begins at second"), attrs=_STEP)] = 0
    ends: Annotated[
        _Seconds | None, Ui(_l("Ends at second"), _l("Leave it empty to play to the end."), attrs=_STEP)
    ] = None

    @model_validator(mode="after")
    def _in_order(self) -> TrimTake:
        if self.ends is not None and self.ends < self.starts + 0.5:
            raise ValueError(_("The end must come after the beginning."))
        return self


class EditCaptions(Command):
    """Captions, a line each."""

    lines: Annotated[
        Annotated[str, BeforeValidator(lambda value: value or ""), Field(max_length=100_000)],
        Ui(_l("Captions"), _l("One line for each: from, to, words. Such as: 0:03 - 0:06 Hello, I am Aïcha."), kind="textarea", attrs={"rows": "10", "spellcheck": "true"}),
    ] = ""  # fmt: skip
