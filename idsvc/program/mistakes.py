"""What is wrong in a program file, said so that it can be put right: where, what was found, what is right."""

from dataclasses import dataclass
from pathlib import Path

from idsvc.domain.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: the line (from 1), the key as a dotted path, what was found and what would be right."""

    file: str
    line: int
    key: str
    found: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: found {self.found}; right would be {self.wanted}."


class BadProgram(BadSetting):
    """A program file cannot be used; `mistakes` are all that were found, in the order of the file."""

    def __init__(self, file: Path, mistakes: tuple[Mistake, ...]) -> None:
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
        super().__init__(
            f"The program file {file.name} has {count}:\n"
            + "\n".join(f"  {mistake}" for mistake in mistakes),
        )
        self.mistakes = mistakes
