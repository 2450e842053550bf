"""Words as both databases compare them: small letters, no accents, word stems.

All of it happens here and not in the database, so that SQLite and PostgreSQL find the
same things.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import Stemmer

LONGEST_WORD = 60
_ALGORITHMS = {
    "en": "english", "it": "italian", "es": "spanish", "de": "german", "ro": "romanian", "ca": "catalan",
    "fr": "french", "pt": "portuguese", "nl": "dutch", "hu": "hungarian", "sv": "swedish", "da": "danish",
    "fi": "finnish", "no": "norwegian", "ru": "russian", "el": "greek", "tr": "turkish", "pl": "polish", "cs": "czech",
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_ALONE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h"}
)
_local = threading.local()  # a stemmer must not be used by two threads


def fold(text: str) -> str:
    """Small letters without accents: ``Università`` and ``UNIVERSITA`` become the same."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in bare if not unicodedata.combining(each)).translate(_ALONE)


def split_words(text: str) -> list[tuple[int, int, str]]:
    """Words of a text with where they begin and end; NFC, as written."""
    return [(found.start(), found.end(), found.group()) for found in _WORD.finditer(text)]


def index_forms(word: str, language: str) -> tuple[str, ...]:
    """The forms under which a word of a document is found: itself, and its stem."""
    return tuple(dict.fromkeys(_clean((fold(word), _stem(word, language)))))


def query_forms(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The forms that a word of a query may have in a document of any of the languages."""
    return tuple(dict.fromkeys(_clean((fold(word), *(_stem(word, each) for each in languages)))))


def _clean(forms: Iterable[str]) -> Iterable[str]:
    """Folding may leave marks between letters (½ becomes 1⁄2); both engines keep letters and digits only."""
    for form in forms:
        bare = "".join(_WORD.findall(form))[:LONGEST_WORD]
        if bare:
            yield bare


def _stem(word: str, language: str) -> str:
    return _stem_lower(word.lower(), language)


@lru_cache(maxsize=65_536)
def _stem_lower(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    return fold(stemmer.stemWord(word)) if stemmer is not None else fold(word)


def _stemmer(language: str) -> Any:
    known: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if language not in known:
        name = _ALGORITHMS.get(language.partition("-")[0])
        known[language] = Stemmer.Stemmer(name) if name else None
    return known[language]
