"""Every leak with the twins that must notice it."""

from dataclasses import dataclass

from tests.minimization import leaks, shape_leaks
from tests.minimization.hidden import Hidden
from tests.minimization.leaks import Leak

_LITTLE = Hidden("en_US.UTF-8", ("lease",), "lease.png", (), caretaker_signed=False, address_confirmed=False)
_MUCH = Hidden(
    "ar_EG.UTF-8",
    ("passport", "consular card", "birth certificate"),
    "passport_GT.png",
    (),
    caretaker_signed=True,
    address_confirmed=True,
)


@dataclass(frozen=True)
class Sabotage:
    """A leak, the twins that must notice it, and the stage of their lives by which they do."""

    leak: Leak
    exactly: bool = True
    until: str = "enroll"

    @property
    def pair(self) -> tuple[Hidden, Hidden]:
        """Give the two visits; twins of shape differ in nothing but what they show."""
        return (_LITTLE, _MUCH) if self.exactly else (_LITTLE, _LITTLE)


def _exact(*each: Leak) -> tuple[Sabotage, ...]:
    return tuple(Sabotage(leak) for leak in each)


SABOTAGES: tuple[Sabotage, ...] = (
    *_exact(
        leaks.kind_column,
        leaks.language_in_a_log,
        leaks.language_in_a_record,
        leaks.hash_in_the_audit,
        leaks.extra_step_for_some,
        leaks.count_by_kind,
        leaks.sequence,
        leaks.validity_by_papers,
        leaks.upload_kept,
        leaks.file_name_on_disk,
        leaks.temporary_file,
        leaks.transient_file,
        leaks.item_for_some,
        leaks.hold_for_some,
        leaks.lookup_for_some,
        leaks.budget_by_language,
        leaks.second_draft_for_some,
        leaks.time_of_a_blob,
        leaks.evidence_in_a_key_store,
    ),
    Sabotage(leaks.language_in_the_figures, until="deliver"),
    Sabotage(leaks.visitor_in_a_log, until="deliver"),
    Sabotage(leaks.kept_longer_for_some, until="ask"),
    Sabotage(shape_leaks.no_padding, exactly=False),
    Sabotage(shape_leaks.compress_then_pad, exactly=False),
    Sabotage(shape_leaks.token_for_each_part_of_a_name, exactly=False),
    Sabotage(shape_leaks.length_in_a_log, exactly=False),
    Sabotage(shape_leaks.look_by_papers, exactly=False, until="ask"),
    Sabotage(shape_leaks.places_as_sent, exactly=False, until="ask"),
    Sabotage(shape_leaks.paper_only_for_some, exactly=False, until="ask"),
)
"""Exact twins differ in what may not be known alone; twins of shape in pictures, papers and names."""
