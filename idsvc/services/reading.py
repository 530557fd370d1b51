"""What staff look at: every look leaves a leaf in a transaction that commits before anything is shown.

When the answer to such a commit is lost the look is taken again, and is on record twice.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import cbor2

from idsvc.domain.errors import Destroyed, Refusal
from idsvc.domain.ids import CardId, RequestId, ResidentId
from idsvc.domain.minimization import RetainedFacts
from idsvc.domain.numbers import CardNumber, RenewalCode
from idsvc.domain.program import Program
from idsvc.services import issuance, people, renewal, source_documents
from idsvc.services.cards import find
from idsvc.services.issuance import PrintFile
from idsvc.services.journal import Journal
from idsvc.services.records import OpenedCard, OpenedRecord, open_for_city, open_with_code
from idsvc.services.renewal import Asked
from idsvc.services.sealing import Sealing
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Database, Isolation, Session
from idsvc.storage.queries import service
from idsvc.storage.records import Act, PrintJob
from idsvc.vault.tags import card_number_tag

LOOKUPS_PER_HOUR: Final = 60
"""Look-ups of people that one member of staff has in an hour of the clock.

A visit takes minutes and one or two look-ups, so nobody at work meets it; whoever asks for a list of names
gets 1,440 answers a day, and leaves a leaf for each.
"""


class TooManyLookUps(Refusal):
    """This actor has used up the look-ups of this hour."""

    def __init__(self) -> None:
        super().__init__(
            "Too many people were looked up in this hour: please wait until the next one begins."
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """One actor who looks at residents' records on one day, with the keys of a counter process."""

    database: Database
    program: Program
    sealing: Sealing
    name_key: IndexKey = field(repr=False)
    number_key: IndexKey = field(repr=False)
    journal: Journal
    now: datetime
    today: date

    def open_record(self, card_id: CardId) -> OpenedRecord:
        """Open a card's record through the city's slot; Destroyed once that slot's day is over."""

        def act(session: Session) -> OpenedRecord:
            card = find(session, card_id)
            if card.record_id is None:
                raise Destroyed("The record of this card is gone: enroll the resident again.")
            return open_for_city(
                session, card.resident_id, card.record_id, sealing=self.sealing, journal=self.journal
            )

        return self.database.transact(act)

    def open_with_code(self, number: CardNumber, code: RenewalCode) -> OpenedCard:
        """Open a record with the number and code that its holder gave at the counter, or raise WrongCode."""
        tag = card_number_tag(self.number_key, number)

        def act(session: Session) -> OpenedCard:
            opened = open_with_code(session, tag, code, sealing=self.sealing, today=self.today)
            self.journal.note(session, Act.RECORD_VIEWED, opened.record.resident_id)
            return opened

        return self.database.transact(act)

    def open_print_file(self, job: PrintJob) -> PrintFile:
        """Open what a job prints: the card and its slip."""
        return self.database.transact(
            lambda s: issuance.open_print_file(s, job, sealing=self.sealing, journal=self.journal)
        )

    def open_request(self, request_id: RequestId) -> tuple[ResidentId, Asked]:
        """Open a waiting request for its review; gives the resident's id and what is asked for."""
        return self.database.transact(
            lambda s: renewal.open_request(s, request_id, sealing=self.sealing, journal=self.journal)
        )

    def open_papers(self, request_id: RequestId) -> tuple[bytes, ...]:
        """Open the pages of a waiting request."""
        return self.database.transact(
            lambda s: source_documents.open_papers(s, request_id, sealing=self.sealing, journal=self.journal)
        )

    def find_alike(self, facts: RetainedFacts) -> tuple[ResidentId, ...]:
        """Find the residents who may be this person; TooManyLookUps beyond `LOOKUPS_PER_HOUR`.

        The use is counted before the name key is asked, and stays counted whatever comes after.
        """
        self._count_lookup()
        tags = people.tag_person(facts, program=self.program, name_key=self.name_key)
        return self.database.transact(lambda s: people.find_alike(s, tags, journal=self.journal))

    def note_lookup(self) -> None:
        """Count and record a look-up that another act made: it was refused because the person is here."""
        self._count_lookup()
        self.database.transact(lambda s: people.note_lookup(s, journal=self.journal))

    def _count_lookup(self) -> None:
        bucket = self.name_key.tag(cbor2.dumps(["look-ups", self.journal.actor]))
        window = self.now.replace(minute=0, second=0, microsecond=0)
        uses = self.database.transact(
            lambda s: service.count_use(s, bucket, window=window), isolation=Isolation.READ_COMMITTED
        )
        if uses > LOOKUPS_PER_HOUR:
            raise TooManyLookUps
