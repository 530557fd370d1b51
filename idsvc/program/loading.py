"""From a program file to a `Program`, section by section in the order of the file."""

import tomllib
from pathlib import Path

from idsvc.domain.errors import BadSetting
from idsvc.domain.program import Program
from idsvc.program.evidence_section import read_evidence
from idsvc.program.mistakes import BadProgram, Mistake
from idsvc.program.positions import find_lines
from idsvc.program.reading import Notes, Table
from idsvc.program.sections import (
    read_ages,
    read_card,
    read_city,
    read_colours,
    read_delivery,
    read_help,
    read_record,
    read_renewal,
    read_retention,
    read_validity,
)
from idsvc.program.toml_hints import explain_toml
from idsvc.program.words import read_words

LARGEST_FILE = 512 * 1024


def load(path: Path) -> Program:
    """Read a program file; BadProgram holds all its mistakes, BadSetting says why it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise BadSetting(f"The program file {path} cannot be read ({reason}).") from error
    if len(raw) > LARGEST_FILE:
        raise BadSetting(f"The program file {path} is larger than {LARGEST_FILE} bytes: is it the right one?")
    try:
        text = raw.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistake = Mistake(path.name, line, "(file)", "a character that is not UTF-8", "a file saved as UTF-8")
        raise BadProgram(path, (mistake,)) from error
    return parse(text, path)


def parse(text: str, path: Path) -> Program:
    """Read the text of a program file; `path` names it in mistakes."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProgram(path, (_grammar_mistake(text, path, error),)) from error
    notes = Notes(path.name, find_lines(text))
    program = _read(Table(notes, (), values))
    if notes.mistakes:
        raise BadProgram(path, tuple(sorted(notes.mistakes, key=lambda mistake: mistake.line)))
    return program


def _read(file: Table) -> Program:
    city = read_city(file.table("city"))
    card = read_card(file.table("card"))
    ages = read_ages(file.table("ages"))
    program = Program(
        city=city,
        card=card,
        ages=ages,
        validity=read_validity(file, ages),
        renewal=read_renewal(file.table("renewal"), card),
        record=read_record(file.table("record")),
        delivery=read_delivery(file.table("delivery")),
        retention=read_retention(file.table("retention")),
        colours=read_colours(file.table("colours")),
        help_near_you=read_help(file),
        evidence=read_evidence(file.table("evidence"), city.languages),
        words=read_words(file, city.languages),
    )
    file.close()
    return program


def _grammar_mistake(text: str, path: Path, error: tomllib.TOMLDecodeError) -> Mistake:
    hint = explain_toml(text, error)
    return Mistake(path.name, hint.line, "(file)", hint.found, hint.wanted)
