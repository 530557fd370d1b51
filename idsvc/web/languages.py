"""The languages of the pages: gettext catalogues read once at the start, and the choice of one visit.

The choice travels in a cookie that ends with the visit; it is never stored and never logged.

    pybabel extract -F idsvc/web/translations/babel.cfg -k mark --no-location --omit-header -o messages.pot .
    pybabel update -i messages.pot -d idsvc/web/translations -N --omit-header
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import flask
from babel.core import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE: Final = "en"
CATALOGUES: Final = Path(__file__).parent / "translations"
COOKIE: Final = "language"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages: its code, its own name for itself, and the side its lines start from."""

    code: str
    name: str
    direction: str


class Languages:
    """The catalogues of one process, for the languages that a city names and that have one."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        """Read the catalogues; a language without one is left out, the source language is always there."""
        codes = [code for code in wanted if code == SOURCE or _catalogue(code).exists()]
        if SOURCE not in codes:
            codes.insert(0, SOURCE)
        self.offered: tuple[Language, ...] = tuple(_describe(code) for code in codes)
        self._catalogues: Mapping[str, NullTranslations] = {code: _load(code) for code in codes}

    def chosen(self) -> Language:
        """Tell the language of the present request: the visitor's choice, the browser's, or the source."""
        codes = [language.code for language in self.offered]
        wanted = flask.request.cookies.get(COOKIE, "")
        if wanted not in codes:
            wanted = flask.request.accept_languages.best_match(codes) or SOURCE
        return next(language for language in self.offered if language.code == wanted)

    def gettext(self, text: str) -> str:
        """Say a sentence in the language of the present request."""
        return self.translate(self.chosen().code, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Say a counted sentence in the language of the present request."""
        return str(self._catalogues[self.chosen().code].ungettext(one, many, number))

    def translate(self, code: str, text: str) -> str:
        """Say a sentence in a given language."""
        return str(self._catalogues[code].ugettext(text)) if text else ""


def mark(text: str) -> str:
    """Mark a text for the catalogues where it is written; it is said in a language later."""
    return text


def _catalogue(code: str) -> Path:
    return CATALOGUES / code / "LC_MESSAGES" / "messages.po"


def _load(code: str) -> NullTranslations:
    path = _catalogue(code)
    if code == SOURCE and not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _describe(code: str) -> Language:
    locale = Locale.parse(code, sep="-")
    name = locale.get_display_name(code) or code
    return Language(code=code, name=name[:1].upper() + name[1:], direction=locale.text_direction)
