"""Find whether a person is enrolled already, by keyed tags that say nothing without the name key."""

from dataclasses import dataclass, field

from idsvc.domain.errors import Conflict
from idsvc.domain.ids import EpochName, ResidentId, fresh_id
from idsvc.domain.minimization import RetainedFacts
from idsvc.domain.names import index_form, tolerant_forms
from idsvc.domain.program import Duplicates, Program, Slot
from idsvc.services.journal import Journal
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Session
from idsvc.storage.queries import residents
from idsvc.storage.records import Act, RecordId
from idsvc.vault.tags import person_tag, tolerant_tokens


class AlreadyEnrolled(Conflict):
    """Somebody with this name and birth date is enrolled; the clerk says whether it is the same person."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody with this name and birth date is enrolled. If it is the same person, replace their "
            "card, even one that has ended; if not, confirm that this is a different person."
        )


@dataclass(frozen=True, slots=True)
class PersonTags:
    """The exact tag and the tolerant tokens of one person; None and empty where the program keeps none."""

    exact: bytes | None = field(repr=False)
    tolerant: frozenset[bytes] = field(repr=False)


def tag_person(facts: RetainedFacts, *, program: Program, name_key: IndexKey) -> PersonTags:
    """Make a person's tags: about 0.3 s of one core, so do it before the act that uses them.

    Tolerant tokens live as long as the city's slot after the hand-over; a program without it has none.
    """
    if program.record.duplicates is Duplicates.NONE:
        return PersonTags(None, frozenset())
    exact = person_tag(name_key, index_form(facts.name), facts.birth_date)
    if Slot.CITY not in program.record.slots:
        return PersonTags(exact, frozenset())
    forms = tolerant_forms(facts.name, facts.birth_date)
    return PersonTags(exact, tolerant_tokens(name_key, forms, facts.birth_date))


def find_alike(session: Session, tags: PersonTags, *, journal: Journal) -> tuple[ResidentId, ...]:
    """Find the residents who may be this person: the same name and birth date first, then one error away.

    Every look-up leaves one leaf. Show the answer only after the commit.
    """
    note_lookup(session, journal=journal)
    exact = () if tags.exact is None else residents.find_residents_by_tag(session, tags.exact)
    near = residents.find_residents_by_tokens(session, tags.tolerant) if tags.tolerant else ()
    return tuple(dict.fromkeys((*exact, *near)))


def note_lookup(session: Session, *, journal: Journal) -> None:
    """Leave the leaf of one look-up, under a fresh id: it tells neither who was found nor whether anybody."""
    journal.note(session, Act.PERSON_LOOKED_UP, fresh_id(journal.random))


def claim_person(
    session: Session,
    resident_id: ResidentId,
    tags: PersonTags,
    *,
    different_person: bool,
    tokens_until: EpochName | None,
    record_id: RecordId | None = None,
) -> None:
    """Claim the person for a resident; AlreadyEnrolled if taken and not said to be a different person.

    The tolerant tokens die with the day of the city's slot; none are kept without one. With a record, the
    claim is that of its order until the card is active.
    """
    if tags.exact is not None and not residents.claim_person_tag(
        session, tags.exact, resident_id, record_id=record_id
    ):
        if not different_person:
            raise AlreadyEnrolled
        ordinal = residents.next_ordinal(session, tags.exact)
        if not residents.claim_person_tag(
            session, tags.exact, resident_id, ordinal=ordinal, record_id=record_id
        ):
            raise AlreadyEnrolled
    if tokens_until is not None:
        residents.add_tokens(session, resident_id, tags.tolerant, epoch=tokens_until)


def claim_new_name(
    session: Session,
    resident_id: ResidentId,
    tags: PersonTags,
    *,
    record_id: RecordId,
    different_person: bool,
    tokens_until: EpochName | None,
) -> None:
    """Claim the name of a new record on order, as `claim_person` does at the enrollment.

    The former name stays claimed until the new card is active: until then the old card bears it. The
    tolerant tokens are those of the new name at once. Nothing changes where the program keeps no tags, or
    while name and birth date stay what they are and the tokens still lie here.
    """
    if tags.exact is None:
        return
    if resident_id in residents.find_residents_by_tag(session, tags.exact):
        known = residents.find_residents_by_tokens(session, tags.tolerant) if tags.tolerant else ()
        if tokens_until is not None and resident_id not in known:
            residents.add_tokens(session, resident_id, tags.tolerant, epoch=tokens_until)
        return
    residents.delete_tokens(session, resident_id)
    claim_person(
        session,
        resident_id,
        tags,
        different_person=different_person,
        tokens_until=tokens_until,
        record_id=record_id,
    )
