"""What a check of a program finds beyond mistakes in single values."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """An error keeps the program from doing what it says; a warning may be meant so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the key it is about as a dotted path, and a sentence that says what to do."""

    weight: Weight
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.weight}: {self.key}: {self.sentence}"


def error(key: str, sentence: str) -> Finding:
    """Make an error."""
    return Finding(Weight.ERROR, key, sentence)


def warning(key: str, sentence: str) -> Finding:
    """Make a warning."""
    return Finding(Weight.WARNING, key, sentence)
