"""The sections of a CV: a superset of Europass and JSON Resume. Each says which columns of an entry it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lms.plugin import Text, _l

CEFR = ("A1", "A2", "B1", "B2", "C1", "C2")
DIMENSIONS = ("listening", "reading", "interaction", "production", "writing")


class Field(NamedTuple):
    """A column as a section calls it."""

    name: str
    label: Text
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its heading, what one entry is called, and its fields in the order of the form."""

    name: str
    title: Text
    add: Text
    icon: str
    fields: tuple[Field, ...]
    is_dated: bool = False

    @property
    def first(self) -> Field:
        """The one field that is needed to make an entry."""
        return next(each for each in self.fields if each.name == "title")


_WHEN_HINT = _l("Month and year, like 05/2024. The year alone is enough.")
_FROM, _TO = Field("starts", _l("From"), _WHEN_HINT), Field("ends", _l("To"), _WHEN_HINT)
_NOW = Field("is_current", _l("I still do this"))
_PLACE, _COUNTRY = Field("place", _l("Town")), Field("country", _l("Country"))
_URL = Field("url", _l("Web address"))
_ABOUT = Field("summary", _l("In a sentence or two"))
_POINTS = Field(
    "highlights",
    _l("What you did and achieved"),
    _l("One point a line. Begin with a verb, and give numbers where you can."),
)
_WORDS = Field("keywords", _l("Keywords"), _l("Separate them with commas."))

SECTIONS: tuple[Section, ...] = (
    Section(
        "work", _l("Work experience"), _l("Add a job"), "briefcase",
        (Field("title", _l("Job title")), Field("organisation", _l("Employer")), _PLACE, _COUNTRY, _FROM, _TO, _NOW, _ABOUT, _POINTS, _URL),
        is_dated=True,
    ),
    Section(
        "education", _l("Education and training"), _l("Add education"), "mortarboard",
        (
            Field("title", _l("Qualification or course")), Field("organisation", _l("School or training centre")), Field("field", _l("Subject")),
            _PLACE, _COUNTRY, _FROM, _TO, Field("is_current", _l("I am still there")),
            Field("level", _l("Level in the European framework (EQF)"), _l("A number from 1 to 8, if you know it.")),
            Field("grade", _l("Final grade")), _ABOUT, Field("highlights", _l("Main subjects and results"), _l("One a line.")), _URL,
        ),
        is_dated=True,
    ),
    Section(
        "languages", _l("Languages"), _l("Add a language"), "globe",
        (
            Field("title", _l("Language")), Field("is_native", _l("This is my mother tongue")), Field("listening", _l("Listening")),
            Field("reading", _l("Reading")), Field("interaction", _l("Conversation")), Field("production", _l("Speaking at length")),
            Field("writing", _l("Writing")), Field("grade", _l("Certificate of this language")),
        ),
    ),
    Section(
        "skills", _l("Skills"), _l("Add a skill"), "star",
        (Field("title", _l("Skill")), Field("level", _l("Level"), _l("In your own words, such as: works alone.")), _WORDS, _ABOUT),
    ),
    Section(
        "digital", _l("Digital skills"), _l("Add a digital skill"), "laptop",
        (Field("title", _l("Program or skill")), Field("level", _l("Level"), _l("Basic, independent or advanced.")), _WORDS, _ABOUT),
    ),
    Section(
        "driving", _l("Driving licence"), _l("Add a licence"), "key",
        (Field("title", _l("Category"), _l("Such as B or C1.")), Field("starts", _l("Since"), _WHEN_HINT), Field("ends", _l("Valid until"), _WHEN_HINT)),
    ),
    Section(
        "certificates", _l("Certificates"), _l("Add a certificate"), "award",
        (
            Field("title", _l("Certificate")), Field("organisation", _l("Issued by")), Field("starts", _l("Date"), _WHEN_HINT),
            Field("ends", _l("Valid until"), _WHEN_HINT), Field("field", _l("Number")), _URL, _ABOUT,
        ),
        is_dated=True,
    ),
    Section(
        "projects", _l("Projects"), _l("Add a project"), "collection",
        (Field("title", _l("Project")), Field("field", _l("Your part in it")), Field("organisation", _l("For whom")), _FROM, _TO, _NOW, _ABOUT, _POINTS, _WORDS, _URL),
        is_dated=True,
    ),
    Section(
        "volunteering", _l("Voluntary work"), _l("Add voluntary work"), "heart",
        (Field("title", _l("What you did")), Field("organisation", _l("Organisation")), _PLACE, _COUNTRY, _FROM, _TO, _NOW, _ABOUT, _POINTS, _URL),
        is_dated=True,
    ),
    Section(
        "awards", _l("Awards"), _l("Add an award"), "trophy",
        (Field("title", _l("Award")), Field("organisation", _l("Given by")), Field("starts", _l("Date"), _WHEN_HINT), _ABOUT), is_dated=True,
    ),
    Section(
        "publications", _l("Publications"), _l("Add a publication"), "book",
        (Field("title", _l("Title")), Field("organisation", _l("Published by")), Field("starts", _l("Date"), _WHEN_HINT), _URL, _ABOUT), is_dated=True,
    ),
    Section(
        "memberships", _l("Memberships"), _l("Add a membership"), "people",
        (Field("title", _l("Membership or role")), Field("organisation", _l("Organisation")), _FROM, _TO, Field("is_current", _l("I am still a member")), _ABOUT),
        is_dated=True,
    ),
    Section(
        "interests", _l("Interests"), _l("Add an interest"), "compass",
        (Field("title", _l("Interest")), _WORDS, _ABOUT),
    ),
    Section(
        "references", _l("References"), _l("Add a reference"), "person-badge",
        (
            Field("title", _l("Name")), Field("field", _l("Position")), Field("organisation", _l("Company or organisation")),
            Field("email", _l("E-mail address"), _l("Only with this person’s consent.")), Field("phone", _l("Telephone")), Field("summary", _l("What this person says of you")),
        ),
    ),
    Section(
        "profiles", _l("Profiles on the web"), _l("Add a profile"), "link-45deg",
        (Field("title", _l("Site")), Field("field", _l("Your name there")), _URL),
    ),
    Section(
        "custom", _l("More"), _l("Add something else"), "plus-lg",
        (
            Field("heading", _l("Heading"), _l("Entries with the same heading stand together.")), Field("title", _l("Title")), Field("organisation", _l("Organisation")),
            _PLACE, _FROM, _TO, _NOW, _ABOUT, Field("highlights", _l("Points"), _l("One a line.")), _URL,
        ),
        is_dated=True,
    ),
)  # fmt: skip

BY_NAME = {section.name: section for section in SECTIONS}
COLUMNS: tuple[str, ...] = tuple(
    dict.fromkeys(field.name for section in SECTIONS for field in section.fields)
)
"""Every column of an entry that holds content."""
