"""The city's program file (TOML) as the domain's values; every mistake is told with line and key."""

from idsvc.program.evidence_document import evidence_document
from idsvc.program.loading import load
from idsvc.program.mistakes import BadProgram, Mistake

__all__ = ["BadProgram", "Mistake", "evidence_document", "load"]
