"""The words for each verdict, in English; their texts are the message ids that surfaces translate.

A card that is not in order is no sign of wrongdoing by whoever holds it: the words say so.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from idsvc.credential.verdicts import Verdict


class Colour(StrEnum):
    """The colour of a verdict; never the only sign."""

    GREEN = "green"
    AMBER = "amber"
    GREY = "grey"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Words:
    """A heading and one sentence; `%(date)s` in it is the answer's `moment` as a local date."""

    colour: Colour
    heading: str
    sentence: str


WORDS = MappingProxyType(
    {
        Verdict.GENUINE: Words(Colour.GREEN, "Genuine", "Real card, in order. Is this the person?"),
        Verdict.GENUINE_STATUS_STALE: Words(
            Colour.AMBER,
            "Genuine, status not fresh",
            "Real card. Could not check since %(date)s whether it was replaced.",
        ),
        Verdict.GENUINE_STATUS_UNCHECKED: Words(
            Colour.AMBER,
            "Genuine, status not checked",
            "Real card. Could not check whether it was replaced.",
        ),
        Verdict.EXPIRED: Words(Colour.GREY, "Expired", "Real card. It ended on %(date)s."),
        Verdict.NOT_YET_VALID: Words(Colour.GREY, "Not yet valid", "Real card. It begins on %(date)s."),
        Verdict.SUSPENDED: Words(Colour.RED, "Reported lost", "Reported lost. The holder may have found it."),
        Verdict.REVOKED: Words(
            Colour.RED,
            "No longer valid",
            "Replaced or withdrawn. This alone is no sign of wrongdoing.",
        ),
        Verdict.TAMPERED: Words(Colour.RED, "Not genuine", "This code was not made by the city."),
        Verdict.UNKNOWN_KEY: Words(
            Colour.AMBER,
            "Cannot tell",
            "This verifier does not know the key of this card. Update it and scan again. "
            "If it says so again, do not rely on the card and send the person to the city.",
        ),
        Verdict.WRONG_ISSUER: Words(
            Colour.GREY, "Another city or program", "A card of another city or program."
        ),
        Verdict.NOT_A_CARD: Words(Colour.GREY, "Not a card", "This code is not on a card of this program."),
        Verdict.UNREADABLE: Words(
            Colour.GREY, "Could not read", "The code could not be read. Hold it flat and try again."
        ),
    },
)
"""The words of every verdict."""
