"""The steps of a counter that span several transactions, each with its blobs before and its keys after.

A desk holds what a counter process may hold; each method is one visible sequence of services.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from idsvc.credential import Signs, Verifier
from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import CardId, DraftId, EnrollmentId, Random, RequestId, ResidentId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.domain.minimization import RetainedFacts
from idsvc.domain.program import Program
from idsvc.imaging.portrait import check_plain
from idsvc.printing.artwork.elements import Artwork
from idsvc.services import (
    activation,
    closing,
    enrollment,
    issuance,
    print_queue,
    renewal,
    replacement,
    standing,
)
from idsvc.services.cards import find
from idsvc.services.enrollment import Approved
from idsvc.services.issuance import Produced
from idsvc.services.journal import Journal
from idsvc.services.means import Means
from idsvc.services.ordering import Ordered, choose_status_list
from idsvc.services.people import AlreadyEnrolled
from idsvc.services.reading import Reader
from idsvc.services.records import OpenedRecord, open_for_city
from idsvc.services.sealing import NOTHING, Doomed, PreparedItem, Sealing, carry_out
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Database, Session
from idsvc.storage.records import Card
from idsvc.vault.record import ResidentRecord

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """One actor at a counter on one day, with the keys of a counter process."""

    database: Database
    program: Program
    artwork: Artwork
    sealing: Sealing
    name_key: IndexKey = field(repr=False)
    number_key: IndexKey = field(repr=False)
    card_signer: Signs = field(repr=False)
    journal: Journal
    random: Random
    now: datetime
    today: date

    def begin_draft(self, draft_id: DraftId, typed: bytes) -> None:
        """Begin an enrollment with what is typed so far."""
        item = self._prepare_draft(draft_id, typed)

        def act(session: Session) -> tuple[None, Doomed]:
            enrollment.begin_draft(session, draft_id, item, today=self.today)
            return None, NOTHING

        self._carry_out(act, prepared=item.doomed)

    @property
    def means(self) -> Means:
        """What every approval of this actor works with."""
        return Means(
            program=self.program,
            sealing=self.sealing,
            name_key=self.name_key,
            number_key=self.number_key,
            journal=self.journal,
            random=self.random,
            today=self.today,
        )

    @property
    def reader(self) -> Reader:
        """What this actor may look at; every look is recorded."""
        return Reader(
            database=self.database,
            program=self.program,
            sealing=self.sealing,
            name_key=self.name_key,
            number_key=self.number_key,
            journal=self.journal,
            now=self.now,
            today=self.today,
        )

    def save_draft(self, draft_id: DraftId, typed: bytes) -> None:
        """Store what is typed so far, in the place of what was typed before; NotFound after the decision."""
        item = self._prepare_draft(draft_id, typed)
        self._carry_out(lambda s: (None, enrollment.save_draft(s, draft_id, item)), prepared=item.doomed)

    def decline(self, draft_id: DraftId) -> None:
        """Destroy a draft at a decline; nothing else was ever stored."""
        self._carry_out(lambda s: (None, enrollment.decline(s, draft_id, today=self.today)))

    def enroll(
        self,
        enrollment_id: EnrollmentId,
        facts: RetainedFacts,
        portrait: bytes,
        *,
        draft_id: DraftId | None = None,
        different_person: bool = False,
    ) -> tuple[Approved, Produced | None]:
        """Enroll a resident and make the first card, once for each enrollment id; the draft dies.

        `Produced` is None when the card had been made before. Raises AlreadyEnrolled, and what
        `issuance.check_printable` raises; then nothing of the person stays.
        """
        self._check_printable(ResidentRecord(facts, portrait))
        status_list = self._status_list()  # first: without the database nothing is prepared
        prepared = enrollment.prepare(
            enrollment_id,
            facts,
            portrait,
            means=self.means,
        )

        def act(session: Session) -> tuple[Approved, Doomed]:
            return enrollment.approve(
                session,
                prepared,
                draft_id=draft_id,
                different_person=different_person,
                status_list=status_list,
                means=self.means,
            )

        approved = self._claim(act, prepared=prepared.record.doomed)
        if approved.resident_id != prepared.record.resident_id:
            return approved, None
        return approved, self.make_card(approved.ordered, prepared.record.opened)

    def renew(self, request_id: RequestId, *, different_person: bool = False) -> Produced | None:
        """Approve a resident's reviewed request and make the new card.

        AlreadyEnrolled when a new name is another resident's, unless said to be a different person.
        """
        resident_id, asked = self.reader.open_request(request_id)
        self._check_printable(ResidentRecord(asked.facts, asked.portrait))
        prepared = renewal.prepare(
            request_id,
            resident_id,
            asked,
            means=self.means,
        )
        status_list = self._status_list()

        def act(session: Session) -> tuple[Ordered, Doomed]:
            return renewal.approve(
                session,
                prepared,
                different_person=different_person,
                status_list=status_list,
                means=self.means,
            )

        ordered = self._claim(act, prepared=prepared.record.doomed)
        return self.make_card(ordered, prepared.record.opened)

    def decline_renewal(self, request_id: RequestId) -> None:
        """Decline a resident's request: it is destroyed."""
        self._carry_out(lambda session: (None, renewal.decline(session, request_id)))

    def replace(
        self,
        old_card_id: CardId,
        content: ResidentRecord,
        *,
        lost: bool,
        different_person: bool = False,
    ) -> Produced | None:
        """Replace a card for a holder whose record was opened, and make the new card.

        AlreadyEnrolled when a corrected name is another resident's, unless said to be a different person.
        """
        self._check_printable(content)
        old = self.database.read(lambda session: find(session, old_card_id))
        prepared = replacement.prepare(
            old,
            content,
            means=self.means,
        )
        status_list = self._status_list()

        def act(session: Session) -> tuple[Ordered, Doomed]:
            ordered = replacement.approve(
                session,
                prepared,
                lost=lost,
                different_person=different_person,
                status_list=status_list,
                means=self.means,
            )
            return ordered, NOTHING

        ordered = self._claim(act, prepared=prepared.record.doomed)
        return self.make_card(ordered, prepared.record.opened)

    def finish(self, card_id: CardId) -> Produced | None:
        """Make the card of an order that a stopped process left unmade, while the city can open its record.

        None when the card was made meanwhile.
        """

        def act(session: Session) -> tuple[Ordered, OpenedRecord] | None:
            ordered = issuance.renumber(session, card_id, number_key=self.number_key, random=self.random)
            if ordered is None:
                return None
            return ordered, self._open_for_city(session, ordered.card)

        found = self.database.transact(act)
        return None if found is None else self.make_card(*found)

    def void(self, card_id: CardId) -> Produced | None:
        """Void a misprinted card and make the same card again, with a new number and code."""
        new_card_id = CardId(fresh_id(self.random))
        status_list = self._status_list()

        def act(session: Session) -> tuple[tuple[Ordered, OpenedRecord], Doomed]:
            voided = print_queue.void(
                session,
                card_id,
                new_card_id=new_card_id,
                status_list=status_list,
                means=self.means,
            )
            opened = self._open_for_city(session, voided.ordered.card)
            return (voided.ordered, opened), voided.doomed

        return self.make_card(*self._carry_out(act))

    def make_card(self, ordered: Ordered, record: OpenedRecord) -> Produced | None:
        """Sign, draw and queue a card on order; None when it was made by somebody else meanwhile."""
        if ordered.number is None:
            return None if ordered.card.state is not CardState.ORDERED else self.finish(ordered.card.id)
        produced = issuance.produce(
            ordered,
            record,
            program=self.program,
            artwork=self.artwork,
            signer=self.card_signer,
            number_key=self.number_key,
            sealing=self.sealing,
            random=self.random,
            today=self.today,
        )
        made = self._carry_out(
            lambda session: (issuance.attach(session, produced, today=self.today), NOTHING),
            prepared=produced.item.doomed,
        )
        return produced if made else None

    def activate(self, scanned: str, verifier: Verifier) -> Card:
        """Make the card active whose printed code was scanned; what came before it ends."""
        claims = activation.read_scanned(scanned, verifier, at=self.now)

        def act(session: Session) -> tuple[Card, Doomed]:
            return activation.activate(
                session,
                claims,
                program=self.program,
                number_key=self.number_key,
                journal=self.journal,
                today=self.today,
            )

        return self._carry_out(act)

    def hand_over(self, card_id: CardId) -> None:
        """Hand an active card to its holder; the city's access ends some days from now."""
        slot = self.database.read(
            lambda session: activation.prepare_hand_over(
                session,
                find(session, card_id),
                program=self.program,
                sealing=self.sealing,
                today=self.today,
            )
        )
        self._carry_out(
            lambda session: (
                None,
                activation.hand_over(
                    session, find(session, card_id), slot, journal=self.journal, today=self.today
                ),
            ),
            prepared=NOTHING if slot is None else slot.doomed,
        )

    def revoke(self, card_id: CardId) -> None:
        """Revoke a card for good."""

        def act(session: Session) -> tuple[None, Doomed]:
            card = find(session, card_id)
            return None, standing.revoke(
                session, card, program=self.program, journal=self.journal, today=self.today
            )

        self._carry_out(act)

    def close(self, resident_id: ResidentId) -> None:
        """Close a resident's record at their wish: every row, key and blob of theirs goes."""
        self._carry_out(lambda s: (None, closing.forget_resident(s, resident_id, journal=self.journal)))

    def _carry_out(self, act: Callable[[Session], tuple[T, Doomed]], *, prepared: Doomed = NOTHING) -> T:
        return carry_out(self.database, self.sealing, act, prepared=prepared)

    def _prepare_draft(self, draft_id: DraftId, typed: bytes) -> PreparedItem:
        return enrollment.prepare_draft(
            draft_id, typed, program=self.program, sealing=self.sealing, today=self.today
        )

    def _claim(self, act: Callable[[Session], tuple[T, Doomed]], *, prepared: Doomed) -> T:
        """Run an act that claims a name; a refusal tells that somebody bears it, so it is a look-up too."""
        try:
            return self._carry_out(act, prepared=prepared)
        except AlreadyEnrolled:
            self.reader.note_lookup()
            raise

    def _check_printable(self, content: ResidentRecord) -> None:
        check_plain(content.portrait)
        issuance.check_printable(content, program=self.program, artwork=self.artwork, today=self.today)

    def _status_list(self) -> int:
        return self.database.read(choose_status_list)

    def _open_for_city(self, session: Session, card: Card) -> OpenedRecord:
        if card.record_id is None:
            raise Destroyed("The record of this card is gone: enroll the resident again.")
        return open_for_city(
            session, card.resident_id, card.record_id, sealing=self.sealing, journal=self.journal
        )
