"""Words for people, in their language, without a web framework.

``_`` translates now, in the language of the current actor; ``_l`` translates when
it is shown (for labels that are defined at import). Catalogues of the core and of
every loaded plugin are merged under one domain, ``messages``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from babel.support import LazyProxy, Translations

DEFAULT_LOCALE = "en"
NATIVE_NAMES = {
    "en": "English",
    "it": "Italiano",
    "es": "Español",
    "de": "Deutsch",
    "ro": "Română",
    "ca": "Català",
}

_locale: ContextVar[str] = ContextVar("lms_locale", default=DEFAULT_LOCALE)
_catalogues: dict[str, NullTranslations] = {}
_sources: list[Path] = []


def install_catalogues(directories: Sequence[Path]) -> None:
    """Use the ``translations`` folders given, in order; later ones win on a tie."""
    _sources[:] = directories
    _catalogues.clear()
    _words.cache_clear()


def installed_catalogues() -> list[Path]:
    """The folders that words are looked up in now."""
    return list(_sources)


def current_locale() -> str:
    """The language code in force, such as ``it``."""
    return _locale.get()


def set_locale(code: str) -> None:
    """Set the language for the rest of this request, job or command."""
    _locale.set(code)


@contextmanager
def locale(code: str) -> Iterator[None]:
    """Speak ``code`` inside the block; used to write to somebody else."""
    token = _locale.set(code)
    try:
        yield
    finally:
        _locale.reset(token)


def gettext(message: str, **values: Any) -> str:
    """The message in the current language, with ``%(name)s`` places filled."""
    text = _words(_locale.get(), message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: Any) -> str:
    """The form of the message that fits ``n``; ``%(n)s`` (or ``%(num)s``) is filled."""
    return _catalogue(_locale.get()).ngettext(singular, plural, n) % {"n": n, "num": n, **values}


def plural_form(singular: str, plural: str, n: int) -> str:
    """The form of the message that fits ``n``, nothing filled: for templates, which fill all places themselves."""
    return _catalogue(_locale.get()).ngettext(singular, plural, n)


def pgettext(context: str, message: str, **values: Any) -> str:
    """The message as meant in ``context`` (the same English word may have two meanings)."""
    text = _catalogue(_locale.get()).pgettext(context, message)
    return text % values if values else text


def lazy_gettext(message: str, **values: Any) -> LazyProxy:
    """A text that is translated each time it is shown."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


@lru_cache(maxsize=10_000)
def _words(code: str, message: str) -> str:
    """Each page asks for the same words; a catalogue without one takes longest to say so."""
    return _catalogue(code).gettext(message)


def _catalogue(code: str) -> NullTranslations:
    found = _catalogues.get(code)
    if found is None:
        found = _catalogues[code] = _load(code)
    return found


def _load(code: str) -> NullTranslations:
    merged: NullTranslations = Translations()
    for directory in _sources:
        part = Translations.load(str(directory), [code])
        if isinstance(part, Translations):
            merged = part if not isinstance(merged, Translations) or not merged.files else merged.merge(part)
    return merged


_: Callable[..., str] = gettext
_l = lazy_gettext
