"""Names of languages and the codes that Europass uses for them (ISO 639-3)."""

from __future__ import annotations

from functools import cache

from babel import Locale

from lms.plugin import current_locale

_CODES = {
    "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa",
    "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra", "ga": "gle", "gl": "glg", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun",
    "is": "isl", "it": "ita", "ja": "jpn", "ka": "kat", "ko": "kor", "ku": "kur", "lt": "lit", "lv": "lav", "mk": "mkd", "mt": "mlt", "nb": "nob",
    "nl": "nld", "no": "nor", "pa": "pan", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "so": "som", "sq": "sqi",
    "sr": "srp", "sv": "swe", "sw": "swa", "ta": "tam", "th": "tha", "ti": "tir", "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "wo": "wol", "zh": "zho",
}  # fmt: skip
_SHORT = {long: short for short, long in _CODES.items()}
_BIBLIOGRAPHIC = {
    "ger": "deu",
    "fre": "fra",
    "gre": "ell",
    "cze": "ces",
    "dut": "nld",
    "rum": "ron",
    "slo": "slk",
    "alb": "sqi",
    "chi": "zho",
    "ice": "isl",
    "mac": "mkd",
    "per": "fas",
}
_SPOKEN = ("en", "it", "de", "fr", "es", "ro", "ca")


def code_of(name: str) -> str:
    """The code of a language by its name in one of the product's languages; empty if it is not known."""
    return _by_name().get(name.strip().casefold(), "")


def name_of(code: str) -> str:
    """The name of a language in the language in force; the code itself if it is not known."""
    text = code.strip().lower()
    short = _SHORT.get(_BIBLIOGRAPHIC.get(text, text), text if text in _CODES else "")
    name = Locale.parse(current_locale()).languages.get(short, "") if short else ""
    return name[:1].upper() + name[1:] if name else code.strip()


@cache
def _by_name() -> dict[str, str]:
    found = {}
    for spoken in reversed(_SPOKEN):
        names = Locale.parse(spoken).languages
        found.update({names[short].casefold(): long for short, long in _CODES.items() if short in names})
    return found
