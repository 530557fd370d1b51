"""Residents who live side by side in one city, from the first draft until nothing is left of them.

Randomness and clock are pinned, so that twins whose kept facts are equal must leave equal rows and files.
Only the HPKE header of a sealed item (its first 1,168 bytes) draws its randomness where no test can pin it.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from idsvc.audit.sequencer import sequence
from idsvc.audit.witnesses import FileWitness, hand_over
from idsvc.bootstrap.full import Runtime
from idsvc.config import SURFACES
from idsvc.credential import Signs, Verifier
from idsvc.credential.keys import Purpose
from idsvc.domain.ids import DraftId, EnrollmentId, KeyId, RequestId, fresh_id
from idsvc.domain.lifecycle import Delivery
from idsvc.domain.minimization import Intake, RetainedFacts, amend, retain
from idsvc.domain.numbers import CardNumber
from idsvc.domain.program import ResidencyPapers
from idsvc.services import activation, enrollment, standing
from idsvc.services.cards import find
from idsvc.services.desk import Desk
from idsvc.services.journal import find_pseudonyms
from idsvc.services.people import AlreadyEnrolled
from idsvc.services.print_queue import mark_printed, put_back, take_batch
from idsvc.services.reading import LOOKUPS_PER_HOUR, TooManyLookUps
from idsvc.services.renewal import Asked
from idsvc.storage.database import Session
from idsvc.storage.records import BatchId, Card, PrintJob
from idsvc.web.app import create_app
from tests.minimization.browsing import browse, read_figures
from tests.minimization.hidden import visiting
from tests.minimization.plans import Life, Turn
from tests.services.city import CLERK, City


class Pinned:
    """Random bytes that repeat: SHA-256 of a seed and a counter."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._count = seed, 0

    def __call__(self, size: int) -> bytes:
        drawn = b""
        while len(drawn) < size:
            drawn += hashlib.sha256(self._seed + self._count.to_bytes(8)).digest()
            self._count += 1
        return drawn[:size]


@dataclass
class Town(City):
    """A city whose processes stay: opening their keys anew for each act would take most of a life's time."""

    _runtimes: dict[str, Runtime] = field(default_factory=dict)

    def runtime(self, surface: str) -> Runtime:
        if surface not in self._runtimes:
            self._runtimes[surface] = super().runtime(surface)
        return self._runtimes[surface]


class _ProcessDied(BaseException):
    """The process is gone; nothing in it can catch that."""


@dataclass(frozen=True)
class _Dying:
    """A signer at whose first signature the process dies."""

    signer: Signs

    @property
    def key_id(self) -> KeyId:
        return self.signer.key_id

    @property
    def alg(self) -> int:
        return self.signer.alg

    def sign(self, message: bytes, /) -> bytes:
        raise _ProcessDied(len(message))


_AT_THE_END = frozenset({Turn.RENEWED, Turn.MOVED, Turn.REFUSED})


class Generation:
    """Residents of one city who reach each stage of their lives on the same days."""

    def __init__(self, city: City, lives: Sequence[Life]) -> None:
        self.city = city
        self.lives = lives
        self._enrolled: list[RetainedFacts] = []

    def stages(self) -> Iterator[str]:
        """Live stage by stage; gives each one's name when it is over."""
        for stage in STAGES:
            stage(self)
            yield stage.__name__.strip("_")

    # ------------------------------------------------------------------------------------------- stages

    def _enroll(self) -> None:
        self._each(self._enroll_one)
        self._each(self._use_up_lookups, Turn.STOPPED)

    def _print(self) -> None:
        self._print_all(jam=True)
        self._each(self._void, Turn.MISPRINTED)
        self._print_all()

    def _deliver(self) -> None:
        self._activate_all()
        self._each(self._hand_over)
        self._browse()

    def _use(self) -> None:
        self._each(self._suspend_and_resume, Turn.SUSPENDED)
        self._each(self._replace, Turn.LOST, Turn.MISSPELT)
        self._print_all()
        self._activate_all()
        self._each(lambda life: self._desk.hand_over(life.card), Turn.LOST, Turn.MISSPELT)
        self._each(lambda life: self._desk.revoke(life.card), Turn.REVOKED)
        self._each(lambda life: self._desk.close(life.resident), Turn.CLOSED)

    def _wait(self) -> None:
        self._pass(timedelta(days=1))
        self._pass(timedelta(days=70))

    def _ask(self) -> None:
        self.city.clock.now += timedelta(days=365 * 5 - 81)
        self.city.resign()
        self._pass(timedelta(0))
        self._each(self._ask_for_renewal, *_AT_THE_END)

    def _renew(self) -> None:
        self._each(lambda life: self._desk.decline_renewal(life.request), Turn.REFUSED)
        self._each(self._renew_one, Turn.RENEWED, Turn.MOVED)
        self._print_all()
        self._activate_all()
        self._each(lambda life: self._desk.hand_over(life.card), Turn.RENEWED, Turn.MOVED)
        self._pass(timedelta(days=30))

    def _end(self) -> None:
        self._pass(timedelta(days=365 * 6))
        if self.city.database.is_sqlite:
            with self.city.database.without_transaction() as execute:
                execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # -------------------------------------------------------------------------------------------- steps

    def _enroll_one(self, life: Life) -> None:
        city, desk = self.city, self._desk
        facts = self._facts(life)
        typed = f"{facts.name}|{facts.birth_date}".encode()
        draft = self._begin(typed)
        if Turn.DECLINED in life.plan:
            desk.decline(draft)
            draft = self._begin(typed)
        desk.save_draft(draft, typed + life.shown.portrait)
        assert city.database.read(lambda s: enrollment.open_draft(s, draft, sealing=desk.sealing))
        if Turn.STOPPED in life.plan:
            self._enroll_and_stop(life, facts, draft)
            return
        enrollment_id = EnrollmentId(fresh_id(city.random))
        if Turn.ALIKE in life.plan:
            assert desk.reader.find_alike(facts)
            try:
                desk.enroll(EnrollmentId(fresh_id(city.random)), facts, life.shown.portrait)
            except AlreadyEnrolled:
                pass
            else:
                raise AssertionError("the same name and birth date were taken twice without a question")
        approved, life.made = desk.enroll(
            enrollment_id,
            facts,
            life.shown.portrait,
            draft_id=draft,
            different_person=Turn.ALIKE in life.plan,
        )
        life.resident, life.card = approved.resident_id, approved.ordered.card.id

    def _begin(self, typed: bytes) -> DraftId:
        draft = DraftId(fresh_id(self.city.random))
        self._desk.begin_draft(draft, typed)
        return draft

    def _enroll_and_stop(self, life: Life, facts: RetainedFacts, draft: DraftId) -> None:
        """Lose the process when the card is signed, and make the card in the next one."""
        desk, enrollment_id = self._desk, EnrollmentId(fresh_id(self.city.random))
        dying = replace(desk, card_signer=_Dying(desk.card_signer))
        with suppress(_ProcessDied):
            dying.enroll(enrollment_id, facts, life.shown.portrait, draft_id=draft)
        approved, made = desk.enroll(enrollment_id, facts, life.shown.portrait)
        assert made is None
        life.resident, life.card = approved.resident_id, approved.ordered.card.id
        life.made = desk.finish(life.card)
        assert life.made is not None

    def _use_up_lookups(self, life: Life) -> None:
        reader = self._desk.reader
        try:
            for _ in range(LOOKUPS_PER_HOUR):
                reader.note_lookup()
        except TooManyLookUps:
            return
        raise AssertionError(f"{life.number} looked up more people than an hour allows")

    def _print_all(self, *, jam: bool = False) -> None:
        """Print what waits, in one batch; with a jam, one job goes back into the queue first."""
        city, desk = self.city, self._desk
        jobs = self._take()
        jammed = {life.card for life in self.lives if jam and Turn.JAMMED in life.plan}
        for job in jobs:
            if job.card_id in jammed:
                city.database.transact(lambda s, job=job: put_back(s, job.id))  # type: ignore[misc]
        for job in (*(job for job in jobs if job.card_id not in jammed), *(self._take() if jammed else ())):
            assert desk.reader.open_print_file(job).card
            city.database.transact(
                lambda s, job=job: mark_printed(  # type: ignore[misc]
                    s, job.id, program=city.program, journal=desk.journal, today=city.today
                )
            )

    def _take(self) -> tuple[PrintJob, ...]:
        batch = BatchId(fresh_id(self.city.random))
        return self.city.database.transact(
            lambda s: take_batch(s, batch, size=1_000, random=self.city.random)
        )

    def _void(self, life: Life) -> None:
        life.made = self._desk.void(life.card)
        assert life.made is not None
        life.card = life.made.card_id

    def _activate_all(self) -> None:
        verifier = self.city.verifier()
        self._each(lambda life: self._activate(life, verifier))

    def _activate(self, life: Life, verifier: Verifier) -> None:
        """Scan the printed card, unless it was scanned before or never will be."""
        assert life.made is not None
        if Turn.ABANDONED in life.plan:
            return
        text = life.made.credential.text
        if text == life.scanned:
            return
        life.scanned = text
        claims = activation.read_scanned(text, verifier, at=self.city.clock())
        life.printed = CardNumber(claims.number)
        self._desk.activate(text, verifier)

    def _browse(self) -> None:
        """Look at the city's pages, and let an agency check the card."""
        app = create_app(self.city.runtime(",".join(SURFACES)))

        def visit(life: Life) -> None:
            assert life.made is not None
            assert 200 in browse(app, life.hidden, life.made.credential.text)

        self._each(visit)
        (self.city.folder / "figures").write_text(read_figures(app))

    def _hand_over(self, life: Life) -> None:
        if Turn.POSTED in life.plan:
            self._move(life, Delivery.POSTED)
        if Turn.RETURNED in life.plan:
            self._move(life, Delivery.RETURNED)
            self._on_card(life, standing.resume)
        if life.plan & {Turn.RETURNED, Turn.UNCOLLECTED}:
            self._move(life, Delivery.AWAITING_PICK_UP)
        if not life.plan & {Turn.UNCOLLECTED, Turn.ABANDONED}:
            self._desk.hand_over(life.card)

    def _move(self, life: Life, to: Delivery) -> None:
        self._on_card(life, lambda s, card, **powers: activation.move(s, card, to, **powers))

    def _suspend_and_resume(self, life: Life) -> None:
        self._on_card(life, standing.suspend)
        self._on_card(life, standing.resume)

    def _replace(self, life: Life) -> None:
        opened = self._desk.reader.open_record(life.card)
        content = opened.content
        if Turn.MISSPELT in life.plan:
            name = f"{content.facts.name} II"
            content = replace(content, facts=amend(content.facts, self.city.program, name=name))
        life.made = self._desk.replace(life.card, content, lost=Turn.LOST in life.plan)
        assert life.made is not None
        life.card = life.made.card_id

    def _ask_for_renewal(self, life: Life) -> None:
        city = self.city
        assert life.made is not None
        assert life.made.code is not None
        portal, code = city.portal.portal(), life.made.code
        opened = portal.open(life.printed, code)
        if Turn.REFUSED in life.plan:
            assert self._desk.reader.open_with_code(life.printed, code).card_id == life.card
        facts, pages = opened.record.content.facts, tuple[bytes, ...]()
        if Turn.MOVED in life.plan and life.shown.moves and self._takes_papers:
            facts, pages = replace(facts, address=(f"{life.shown.street} 7",)), life.shown.pages
        life.request = RequestId(fresh_id(city.random))
        portal.ask_renewal(life.request, opened, Asked(facts, life.shown.portrait), pages)
        self._desk.reader.open_request(life.request)
        assert self._desk.reader.open_papers(life.request) == pages

    def _renew_one(self, life: Life) -> None:
        life.made = self._desk.renew(life.request)
        assert life.made is not None
        life.card = life.made.card_id

    def _pass(self, span: timedelta) -> None:
        """Let days pass; then the nightly run, the publishing and the auditor's checkpoint."""
        city = self.city
        city.clock.now += span
        if city.places.public.joinpath("trust").exists() and span > timedelta(days=365):
            city.resign()
        with visiting(self.lives[0].hidden):
            report = city.run_retention()
            assert report.complete, report.failures
            runtime = city.counter
            assert not any(runtime.monitored().values())
            city.publish()
            assert city.database.read(lambda s: find_pseudonyms(s, CLERK, sealing=runtime.sealing))
            key = runtime.audit_key()
            assert sequence(
                city.database,
                holder=fresh_id(city.random),
                signer=runtime.keys.signer(Purpose.CHECKPOINT, today=city.today),
                key=key,
                clock=city.clock,
                random=city.random,
            )
            witness = FileWitness(city.folder / "witness", key)
            assert [handed.problem for handed in hand_over(city.database, [witness])] == [None]

    # ------------------------------------------------------------------------------------------ powers

    @property
    def _desk(self) -> Desk:
        return self.city.desk

    @property
    def _takes_papers(self) -> bool:
        return self.city.program.record.residency_papers is ResidencyPapers.UPLOAD

    def _each(self, act: Callable[[Life], None], *turns: Turn) -> None:
        """Do one step for every life that takes one of these turns, or for all."""
        for life in self.lives:
            if not turns or life.plan.intersection(turns):
                with visiting(life.hidden):
                    act(life)

    def _on_card(self, life: Life, act: Callable[..., None]) -> None:
        city = self.city

        def on(session: Session) -> None:
            card: Card = find(session, life.card)
            act(session, card, program=city.program, journal=city.desk.journal, today=city.today)

        city.database.transact(on)

    def _facts(self, life: Life) -> RetainedFacts:
        namesake = self._enrolled[0] if Turn.ALIKE in life.plan else None
        intake = Intake(
            life.shown.name if namesake is None else namesake.name,
            life.shown.born,
            identity_met=True,
            residency_met=True,
            caretaker_signed=life.hidden.caretaker_signed,
            address=(life.shown.street,),
            address_confirmed=life.hidden.address_confirmed,
            gender=life.shown.gender,
        )
        if namesake is not None:
            intake = replace(intake, birth_date=namesake.birth_date)
        facts = retain(intake, self.city.program, self.city.today)
        self._enrolled.append(facts)
        return facts


STAGES = (
    Generation._enroll,
    Generation._print,
    Generation._deliver,
    Generation._use,
    Generation._wait,
    Generation._ask,
    Generation._renew,
    Generation._end,
)
