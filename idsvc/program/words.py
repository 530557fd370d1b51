"""The phrases in which evidence is told, by language: those that ship, and a city's own from [words.…]."""

import string
import tomllib
from collections.abc import Mapping
from pathlib import Path

from idsvc.domain.evidence import Words
from idsvc.program.plurals import PLURAL_RULES, plural_forms
from idsvc.program.reading import Table, any_of
from idsvc.resources import path as resource

_FOLDER = "templates/programs/words"
_SOURCE = "en"
_DIRECTIONS = ("ltr", "rtl")


def shipped_languages() -> tuple[str, ...]:
    """Name the languages whose words ship."""
    return tuple(sorted(file.stem for file in _folder().glob("*.toml")))


def shipped_words(language: str) -> Words | None:
    """Give the words that ship for a language; None if there are none."""
    file = _folder() / f"{language}.toml"
    if language not in shipped_languages():
        return None
    return _words(tomllib.loads(file.read_text(encoding="utf-8")))


def read_words(file: Table, languages: tuple[str, ...]) -> Mapping[str, Words]:
    """Read [words.…]: a language that ships may be changed phrase by phrase, another needs every phrase.

    A language without words at all is left out here; `idsvc.program.check` tells of it.
    """
    source = shipped_words(_SOURCE) or {}
    tables = file.table_if_written("words")
    found: dict[str, Words] = {}
    for language in languages:
        base = shipped_words(language)
        entry = tables.table_if_written(language) if tables else None
        if entry is not None:
            found[language] = _read_language(entry, source, base)
        elif base is not None:
            found[language] = base
    if tables:
        tables.close()
    return found


def placeholders(text: str) -> frozenset[str]:
    """Name what a phrase has filled in; a stray brace gives the whole text, which matches nothing."""
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    except ValueError:
        return frozenset({text})


def _folder() -> Path:
    return resource(_FOLDER)


def _words(values: Mapping[str, object]) -> Words:
    return {
        key: {str(form): str(text) for form, text in value.items()} if isinstance(value, dict) else str(value)
        for key, value in values.items()
    }


def _read_language(entry: Table, source: Words, base: Words | None) -> Words:
    default = base or {}
    plural = entry.text(
        "plural",
        any_of(PLURAL_RULES),
        pattern="|".join(PLURAL_RULES),
        default=_text(default.get("plural")),
    )
    words: dict[str, str | Mapping[str, str]] = {"plural": plural}
    for key, model in source.items():
        if key == "plural":
            continue
        if key in default and not entry.has(key):
            words[key] = default[key]
            entry.raw(key)
        elif isinstance(model, str):
            words[key] = _phrase(entry, key, model)
        else:
            forms = entry.table(key)
            needed = plural_forms(plural) if plural in PLURAL_RULES else ()
            words[key] = {form: _phrase(forms, form, model["other"]) for form in needed}
            forms.close()
    entry.close()
    return words


def _phrase(table: Table, key: str, model: str) -> str:
    if key == "direction":
        return table.text(key, any_of(_DIRECTIONS), pattern="|".join(_DIRECTIONS))
    wanted = f'a text in that language for "{model}"'
    text = table.text(key, wanted)
    if text and not placeholders(text) <= placeholders(model):
        table.mistake(key, f"only the places to fill in that {wanted[2:]} has")
    return text


def _text(value: str | Mapping[str, str] | None) -> str | None:
    return value if isinstance(value, str) else None
