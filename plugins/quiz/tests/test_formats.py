"""GIFT and Moodle XML: every type, every escape, several encodings, hostile files, and there and back."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.quiz.formats import BankItem, Outcome, UnreadableFile, decode_text, format_of, read_questions
from plugins.quiz.formats.gift import read_gift
from plugins.quiz.formats.gift_writer import find_lost, write_gift
from plugins.quiz.formats.moodle_writer import write_moodle
from plugins.quiz.grading import QUESTIONS, GapFill, Matching, Number, read_question
from plugins.quiz.tests.test_grading import SAMPLES

FOLDER = Path(__file__).parent / "samples"
TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda text: text.strip() == text and text != "" and not any("\ue000" <= letter <= "\ue010" or letter in "\ufffe\uffff" for letter in text)
)  # fmt: skip


def read(name: str) -> dict[str, Outcome]:
    return {each.name: each for each in read_questions((FOLDER / name).read_bytes())}


def content(outcome: Outcome) -> dict[str, Any]:
    assert outcome.item is not None, (outcome.code, outcome.detail)
    return outcome.item.question.model_dump(mode="json")


def test_every_kind_of_gift_comes_through() -> None:
    found = read("all-types.gift.txt")
    kinds = {name: content(each)["type"] for name, each in found.items()}
    assert kinds == {
        "Per cominciare": "description", "Audio": "single", "Diversi": "multiple", "Vero": "truefalse", "Falso": "truefalse",
        "Breve": "shorttext", "Parola mancante": "single", "Numero": "number", "Intervallo": "number", "Numeri": "number",
        "Coppie": "matching", "Testo": "essay", "Segni : tutti": "single",
    }  # fmt: skip


def test_gift_keeps_weights_feedback_tags_and_categories() -> None:
    found = read("all-types.gift.txt")
    audio = content(found["Audio"])
    assert [each["weight"] for each in audio["choices"]] == [100, 50, 0]
    assert [each["feedback"] for each in audio["choices"]] == ["Bene.", "Quasi.", "No: 50\\% non basta."]
    assert audio["feedback"] == "Si prova sempre prima."
    item = found["Audio"].item
    assert item is not None
    assert (item.category, item.tags) == (("Percorso", "Colloquio a distanza"), ("audio", "prima volta"))
    assert content(found["Vero"])["feedback_true"] == "Giusto."
    assert content(found["Vero"])["feedback_false"] == "Rileggi le regole."
    assert content(found["Intervallo"])["answers"][0] == {"value": "75", "tolerance": "15", "weight": 100, "feedback": ""} | {
        key: content(found["Intervallo"])["answers"][0][key] for key in ("value", "tolerance")
    }  # fmt: skip
    assert content(found["Coppie"])["extra_answers"] == ["Un altro sfondo"]
    assert "_____" in content(found["Parola mancante"])["stem"]


def test_every_escape_of_gift_is_read() -> None:
    signs = content(read("all-types.gift.txt")["Segni : tutti"])
    assert signs["stem"] == (
        "Uguale = tilde ~ cancelletto # graffe { } due punti : riga<br>nuova e &lt;b&gt;non grassetto&lt;/b&gt;"
    )
    assert [each["text"] for each in signs["choices"]] == ["sì = giusto", "no ~ sbagliato # qui"]


def test_each_broken_question_of_gift_is_named_with_its_reason_and_the_others_come_through() -> None:
    found = list(read_questions((FOLDER / "broken.gift.txt").read_bytes()))
    assert [(each.place, each.code) for each in found] == [
        (1, ""), (3, "open_brace"), (5, "many_braces"), (7, "nothing_right"), (9, "bad_number"), (11, "pair_without_answer"),
        (13, "bad_weight"), (15, "open_name"), (17, "stray_brace"), (19, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_gift_is_read_in_every_usual_encoding(encoding: str) -> None:
    text = "::Perché::Città più bella? {=Siena è ~Forlì}\n"
    [found] = read_questions(text.encode(encoding))
    assert found.name == "Perché"
    assert content(found)["choices"][0]["text"] == "Siena è"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_xml_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    body = '<quiz><question type="description"><name><text>Perché</text></name><questiontext><text>È così</text></questiontext></question></quiz>'
    data = f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)
    [found] = read_questions(data)
    assert (found.name, content(found)["stem"]) == ("Perché", "È così")


def test_every_type_of_moodle_xml_comes_through_or_is_named() -> None:
    found = read("all-types.xml")
    kinds = {name: content(each)["type"] for name, each in found.items() if each.item}
    assert kinds == {
        "Prova forte": "single", "Diverse": "multiple", "Tutto o niente": "multiple", "Vero": "truefalse", "Breve": "shorttext",
        "Metri": "number", "Coppie": "matching", "Ordine": "ordering", "Testo": "essay", "File": "file", "Leggi": "description",
        "Lacune": "gaps", "Scegli": "gaps", "Trascina": "gaps",
    }  # fmt: skip
    left_out = {name: (each.code, each.detail) for name, each in found.items() if each.item is None}
    assert left_out == {
        "Calcolata": ("unknown_type", "calculated"),
        "Senza immagine": ("file_missing", "manca.png"),
    }


def test_moodle_xml_keeps_pictures_hints_tags_units_and_gaps() -> None:
    found = read("all-types.xml")
    item = found["Prova forte"].item
    assert item is not None
    assert (item.category, item.tags) == (("Percorso", "E-portfolio"), ("prova", "portfolio"))
    [picture] = item.files
    assert picture.content.startswith(b"\x89PNG")
    assert f'data-file="{picture.id}"' in item.question.stem
    assert item.question.hints == ("Pensa a quattro righe.",)
    metres = found["Metri"].item
    assert metres is not None
    assert isinstance(metres.question, Number)
    assert metres.question.grade({"text": "250 cm"}).fraction == 1
    gaps = found["Lacune"].item
    assert gaps is not None
    assert isinstance(gaps.question, GapFill)
    assert gaps.question.grade({"gaps": ["Europa", "3,4", "italiano"]}).fraction == pytest.approx(0.875)
    choose = content(found["Scegli"])
    assert choose["gaps"][0]["wrong"] == ["cane"]
    assert content(found["Trascina"])["extra_words"] == ["grafica"]
    assert content(found["Breve"])["stem"] == "Il segno &lt; si chiama?"


BOMB = '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz><question type="description"><name><text>&b;</text></name></question></quiz>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="description"><name><text>&x;</text></name></question></quiz>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "hostile_xml"), (OUTSIDE, "hostile_xml"), ("<quiz><question", "no_xml"), ("<?xml version='1.0'?><html/>", "no_quiz"),
        ("<quiz>" + "<a>" * 5000 + "</a>" * 5000 + "</quiz>", "too_deep"), ("<quiz></quiz><quiz>", "no_xml"),
        ("<?xml version='1.0' encoding='klingon'?><quiz></quiz>", "no_xml"),
    ],
)  # fmt: skip
def test_hostile_and_malformed_xml_is_refused_as_a_whole(data: str, code: str) -> None:
    with pytest.raises(UnreadableFile) as problem:
        list(read_questions(data.encode()))
    assert problem.value.code == code


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        decode_text(codecs.BOM_UTF16_LE + b"\x00")
    with pytest.raises(UnreadableFile):
        list(read_questions(b"x" * 50_000_001))


def test_a_picture_that_is_no_base64_keeps_its_question_out() -> None:
    data = '<quiz><question type="description"><name><text>n</text></name><questiontext format="html"><text>&lt;img src="@@PLUGINFILE@@/a.png"&gt;</text><file name="a.png" encoding="base64">!!!</file></questiontext></question></quiz>'
    [found] = read_questions(data.encode())
    assert found.code == "bad_file"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        for each in read_questions(data):
            assert each.item is not None or each.code
    except UnreadableFile:
        pass


@given(st.text(alphabet="={}~#:%->\\n \nTFx1.", max_size=120))
def test_no_signs_break_gift_and_no_question_is_dropped_silently(text: str) -> None:
    for each in read_gift(text):
        assert (each.item is None) == bool(each.code)


def test_ten_thousand_questions_are_read_in_seconds() -> None:
    text = "\n\n".join(
        f"::Q{number}::What is {number}? {{={number} ~{number + 1} ~{number + 2}}}"
        for number in range(10_000)
    )
    assert sum(each.item is not None for each in read_gift(text)) == 10_000


def sample(kind: str, **more: Any) -> Any:
    return read_question({"type": kind, "stem": "<p>What?</p>"} | SAMPLES[kind] | more)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_every_type_goes_out_as_moodle_xml_and_comes_back_the_same(kind: str) -> None:
    more = (
        {"hints": ["One", "Two"], "feedback": "<p>Because</p>", "penalty": 0.5}
        if kind != "description"
        else {}
    )
    question = sample(kind, **more)
    [found] = read_questions(write_moodle([BankItem(question, "A name", ("Top", "a/b"), ("tag",))]))
    assert found.item is not None, (found.code, found.detail)
    assert (found.item.name, found.item.category, found.item.tags) == ("A name", ("Top", "a/b"), ("tag",))
    if kind == "gaps":
        assert found.item.question.grade({"gaps": ["x", "y"]}).fraction == 1
        return
    assert _without_ids(found.item.question.model_dump(mode="json")) == _without_ids(
        question.model_dump(mode="json")
    )


@pytest.mark.parametrize("kind", ["single", "multiple", "truefalse", "shorttext", "matching", "description"])
def test_what_gift_can_hold_goes_out_and_comes_back_the_same(kind: str) -> None:
    question = sample(kind, penalty=0.25)
    text, left_out = write_gift([BankItem(question, "A: name", ("Top", "a/b"), ("tag",))])
    assert left_out == []
    [found] = read_questions(text.encode())
    assert found.item is not None, (found.code, found.detail, text)
    assert (found.item.name, found.item.category, found.item.tags) == ("A: name", ("Top", "a/b"), ("tag",))
    assert _without_ids(found.item.question.model_dump(mode="json")) == _without_ids(
        question.model_dump(mode="json")
    )


@pytest.mark.parametrize("kind", ["ordering", "gaps", "file", "number"])
def test_what_gift_cannot_hold_is_named(kind: str) -> None:
    text, left_out = write_gift([BankItem(sample(kind), "Left out", ("Top",))])
    assert left_out == ["Left out"]
    assert list(read_questions(text.encode())) == []


@given(TEXT.filter(str.strip), TEXT.filter(str.strip))
def test_hints_travel_in_comments_and_come_back(first: str, second: str) -> None:
    hints = (f"<p>{first}</p>", f"<p>{second} ] \\n \\\\ [tag:no]\nnext line</p>")
    question = sample("single", penalty=0.25, hints=hints)
    text, left_out = write_gift([BankItem(question, "n", ("c",)), BankItem(sample("single"), "m", ("c",))])
    assert left_out == []
    with_hints, without = read_gift(text)
    assert with_hints.item is not None
    assert without.item is not None
    assert with_hints.item.question.hints == question.hints
    assert with_hints.item.tags == without.item.tags == without.item.question.hints == ()


@pytest.mark.parametrize(
    ("kind", "changes", "lost"),
    [
        ("single", {"penalty": 0.25}, []),
        ("single", {"penalty": 0.5, "is_shuffled": False}, ["is_shuffled", "penalty"]),
        ("truefalse", {"penalty": 0.25, "hints": ["<p>Think.</p>"]}, ["hints"]),
        ("shorttext", {"penalty": 0.25, "translations": {"it": {"texts": {"stem": "<p>Che cosa?</p>"}}}}, ["translations"]),
        ("ordering", {"penalty": 0.5}, []),
    ],
)  # fmt: skip
def test_what_gift_has_no_place_for_is_named_field_by_field(
    kind: str, changes: dict[str, Any], lost: list[str]
) -> None:
    assert sorted(find_lost(BankItem(sample(kind, **changes), "n", ("c",)))) == lost


@given(TEXT, TEXT, TEXT)
def test_any_texts_survive_gift_there_and_back(stem: str, left: str, right: str) -> None:
    answers = [("a", stem, left), ("b", left, right)]
    question = Matching.model_validate(
        {
            "stem": "x",
            "pairs": [
                {"id": key, "prompt": f"<p>{prompt}</p>", "answer": answer} for key, prompt, answer in answers
            ],
        }
    )
    text, left_out = write_gift([BankItem(question, "n", ("c",))])
    if left_out:
        assert "->" in stem + left + right
        return
    [found] = read_gift(text)
    assert found.item is not None, found
    assert isinstance(found.item.question, Matching)
    assert [pair.answer for pair in found.item.question.pairs] == [left, right]
    assert [pair.prompt for pair in found.item.question.pairs] == [f"<p>{stem}</p>", f"<p>{left}</p>"]


@given(TEXT, TEXT)
def test_any_texts_survive_moodle_xml_there_and_back(stem: str, answer: str) -> None:
    question = read_question(
        {
            "type": "shorttext",
            "stem": f"<p>{stem}</p>",
            "answers": [{"pattern": " ".join(answer.split()) or "x"}],
        }
    )
    [found] = read_questions(write_moodle([BankItem(question, "n", ("c",))]))
    assert found.item is not None
    assert found.item.question.model_dump() == question.model_dump()


def test_pictures_go_out_and_come_back() -> None:
    item = read("all-types.xml")["Prova forte"].item
    assert item is not None
    [again] = read_questions(write_moodle([item]))
    assert again.item is not None
    assert [file.content for file in again.item.files] == [file.content for file in item.files]
    assert "data-file=" in again.item.question.stem
    assert write_gift([item])[1] == ["Prova forte"]


def test_the_format_is_seen_by_what_is_inside() -> None:
    assert format_of(b"\xef\xbb\xbf<?xml version='1.0'?>") == "moodle"
    assert format_of("<?xml version='1.0'?>".encode("utf-16")) == "moodle"
    assert format_of(b"::x::y {=z}") == "gift"


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(each) for key, each in value.items() if key != "id"}
    if isinstance(value, list):
        return [_without_ids(each) for each in value]
    return float(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value
