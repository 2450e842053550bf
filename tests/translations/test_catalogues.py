"""Each text is translated, each translation is in use, and what runs is what was written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lms import text
from lms.ops.catalogues import LOCALES, Owner, extract, faults, mo_bytes, owners, po_bytes, read, updated

OWNERS = {owner.name: owner for owner in owners()}
SOURCE = """
from lms.plugin import _, _l, ngettext

NAME = _l("Plain words")

def count(n: int) -> str:
    return ngettext("%(n)d file of %(name)s", "%(n)d files of %(name)s", n, name=_("Hello, %(name)s"))
"""
WORDS = {"Plain words": "Parole semplici", "Hello, %(name)s": "Ciao, %(name)s", "Salve": "Salute"}
FORMS = ("Un file di %(name)s", "%(n)d file di %(name)s")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", OWNERS)
def test_the_catalogue_is_complete(name: str, locale: str) -> None:
    assert faults(OWNERS[name], locale) == [], "run scripts/translate and fill in what is missing"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", OWNERS)
def test_the_catalogue_is_written_as_the_script_writes_it(name: str, locale: str) -> None:
    owner = OWNERS[name]
    assert owner.po(locale).read_bytes() == po_bytes(updated(owner, locale)), "run scripts/translate"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_same_words_are_translated_alike_everywhere(locale: str) -> None:
    said: dict[object, set[object]] = {}
    for owner in OWNERS.values():
        for message in read(owner.po(locale), locale):
            if message.id:
                said.setdefault((message.context, message.id), set()).add(message.string)
    assert [key for key, strings in said.items() if len(strings) > 1] == [], (
        "all share one catalogue: say them alike, or choose other words or a context (pgettext)"
    )


def test_every_plugin_that_comes_with_the_product_is_an_owner() -> None:
    assert set(OWNERS) >= {"core", "links"}
    assert all(list(extract(owner)) for owner in OWNERS.values())


def test_the_product_speaks_the_catalogues() -> None:
    text.install_catalogues([owner.folder / "translations" for owner in OWNERS.values()])
    with text.locale("it"):
        assert text.gettext("Please fill this in.") == "Compila questo campo."
        assert text.ngettext("%(n)d person", "%(n)d people", 1) == "1 persona"
        assert text.ngettext("%(n)d person", "%(n)d people", 2) == "2 persone"
        assert text.gettext("Useful links") == "Link utili"
    with text.locale("en"):
        assert text.gettext("Please fill this in.") == "Please fill this in."


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    """A small plugin whose catalogue is complete."""
    made = Owner("small", tmp_path / "small")
    made.folder.mkdir()
    (made.folder / "hooks.py").write_text(SOURCE, "utf-8")
    catalogue = updated(made, "it")
    for message in catalogue:
        if message.id:
            message.string = FORMS if message.pluralizable else WORDS[str(message.id)]
    made.po("it").parent.mkdir(parents=True)
    made.po("it").write_bytes(po_bytes(catalogue))
    compile_again(made)
    return made


def compile_again(owner: Owner) -> None:
    owner.mo("it").write_bytes(mo_bytes(read(owner.po("it"), "it")))


def change(owner: Owner, old: str, new: str) -> None:
    content = owner.po("it").read_text("utf-8")
    assert old in content
    owner.po("it").write_text(content.replace(old, new), "utf-8")
    compile_again(owner)


def test_a_complete_catalogue_has_no_faults(owner: Owner) -> None:
    assert faults(owner, "it") == []


PLANTED: list[tuple[str, Callable[[Owner], None]]] = [
    ("not translated: Plain words", lambda owner: change(owner, "Parole semplici", "")),
    ("not translated: %(n)d file of", lambda owner: change(owner, FORMS[1], "")),
    ("marked as uncertain: Plain", lambda owner: change(owner, 'msgid "Plain', '#, fuzzy\nmsgid "Plain')),
    ("its places do not agree: Hello", lambda owner: change(owner, "Ciao, %(name)s", "Ciao, %(nome)s")),
    ("its places do not agree: Hello", lambda owner: change(owner, "Ciao, %(name)s", "Ciao")),
    ("its places do not agree: %(n)d", lambda owner: change(owner, FORMS[1], "%(n)d file")),
    ("no longer in the code: Gone", lambda owner: append(owner, 'msgid "Gone"\nmsgstr "Andato"\n')),
    ("no longer in the code: Gone", lambda owner: append(owner, '#~ msgid "Gone"\n#~ msgstr "Andato"\n')),
    ("not in the catalogue: New words", lambda owner: say_more(owner, 'MORE = _l("New words")\n')),
    ("messages.mo is not made from", lambda owner: owner.mo("it").write_bytes(b"")),
    ("messages.mo is not made from", lambda owner: owner.mo("it").unlink()),
]


def append(owner: Owner, lines: str) -> None:
    with owner.po("it").open("a", encoding="utf-8") as out:
        out.write("\n" + lines)
    compile_again(owner)


def say_more(owner: Owner, lines: str) -> None:
    with (owner.folder / "hooks.py").open("a", encoding="utf-8") as out:
        out.write(lines)


@pytest.mark.parametrize(("fault", "plant"), PLANTED, ids=[str(number) for number in range(len(PLANTED))])
def test_a_planted_fault_is_found(owner: Owner, fault: str, plant: Callable[[Owner], None]) -> None:
    plant(owner)
    found = faults(owner, "it")
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_a_missing_catalogue_is_found(owner: Owner) -> None:
    shutil.rmtree(owner.folder / "translations")
    assert "not in the catalogue: Plain words" in faults(owner, "it")


def test_updating_keeps_what_is_translated_and_guesses_nothing(owner: Owner) -> None:
    source = (owner.folder / "hooks.py").read_text("utf-8")
    (owner.folder / "hooks.py").write_text(source.replace('"Plain words"', '"Plain words!"'), "utf-8")
    catalogue = updated(owner, "it")
    assert catalogue["Hello, %(name)s"].string == "Ciao, %(name)s"
    assert not catalogue["Plain words!"].string
    assert not catalogue["Plain words!"].fuzzy
    assert "Plain words" not in catalogue


def test_texts_of_tests_migrations_and_the_scaffold_are_not_collected(owner: Owner) -> None:
    for folder in ("tests", "migrations", "scaffold/template/templates"):
        (owner.folder / folder).mkdir(parents=True)
        (owner.folder / folder / "new.py").write_text('_("Not for people")\n', "utf-8")
    assert faults(owner, "it") == []


def test_texts_of_templates_are_collected(owner: Owner) -> None:
    folder = owner.folder / "templates" / "small"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<h1>{{ _('A heading') }}</h1>", "utf-8")
    (folder / "mail.txt").write_text("{{ _('A line') }}", "utf-8")
    assert {"A heading", "A line"} <= {str(message.id) for message in extract(owner)}
