"""What a resident does online: open the record with number and code, ask for a renewal.

A portal process holds no purge-day private halves: what it seals it cannot open again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from idsvc.domain.ids import Random, RequestId
from idsvc.domain.numbers import CardNumber, RenewalCode
from idsvc.domain.program import Program
from idsvc.imaging.portrait import check_plain
from idsvc.services import renewal
from idsvc.services.journal import Journal
from idsvc.services.records import OpenedCard, open_with_code
from idsvc.services.renewal import Asked
from idsvc.services.sealing import NOTHING, Doomed, Sealing, carry_out
from idsvc.services.source_documents import prepare_papers
from idsvc.signing.signer import IndexKey
from idsvc.storage.database import Database, Session
from idsvc.vault.tags import card_number_tag


@dataclass(frozen=True, slots=True)
class Portal:
    """One resident's visit to the portal, with the keys of a portal process."""

    database: Database
    program: Program
    sealing: Sealing
    number_key: IndexKey = field(repr=False)
    journal: Journal
    random: Random
    today: date

    def open(self, number: CardNumber, code: RenewalCode) -> OpenedCard:
        """Open a record in memory; WrongCode, after the same work, for anything that does not fit.

        A resident's own look leaves no leaf: a portal's pseudonyms resolve to nobody, so it would only count
        visits. Staff who are given number and code open the record with `Reader.open_with_code`.
        """
        tag = card_number_tag(self.number_key, number)
        return self.database.read(
            lambda session: open_with_code(session, tag, code, sealing=self.sealing, today=self.today)
        )

    def ask_renewal(
        self, request_id: RequestId, opened: OpenedCard, asked: Asked, pages: Sequence[bytes] = ()
    ) -> None:
        """Send a renewal for review, once for each client-made id; refuses with the way on.

        The portrait comes from `imaging.portrait.make_portrait`, and where the program takes papers, `pages`
        from `imaging.documents.rebuild_pages`.
        """
        # the approval looks again, but what a picture carries beside its pixels must not even wait for it
        check_plain(asked.portrait)
        renewal.check(opened, asked, pages, program=self.program, today=self.today)
        item = renewal.prepare_request(
            request_id, asked, program=self.program, sealing=self.sealing, today=self.today
        )
        papers = prepare_papers(
            request_id, pages, program=self.program, sealing=self.sealing, today=self.today
        )
        prepared = (item, *papers)

        def act(session: Session) -> tuple[None, Doomed]:
            renewal.submit(session, request_id, opened, prepared, journal=self.journal, today=self.today)
            return None, NOTHING

        doomed = sum((each.doomed for each in prepared), NOTHING)
        carry_out(self.database, self.sealing, act, prepared=doomed)
