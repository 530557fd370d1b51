"""One card's whole life, step by step, through the services that the counter and the portal use.

It runs in a folder and a database of its own, with its own keys; its clock begins years ago and ends now.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from idsvc.cli.demo_attacks import Thief, forge, read_number, tamper
from idsvc.cli.demo_world import Holder, StepFailed, World, hold, there
from idsvc.credential import Verdict, error_correction, qrtext
from idsvc.domain.errors import Destroyed, IdsvcError, Refusal
from idsvc.domain.ids import EnrollmentId, RequestId, fresh_id
from idsvc.domain.lifecycle import CardState
from idsvc.domain.minimization import Intake, retain
from idsvc.domain.retention import Kept
from idsvc.imaging.portrait import make_portrait
from idsvc.imaging.reading import read_codes
from idsvc.imaging.small_portrait import SmallPortrait
from idsvc.printing.documents.raster import rasterise
from idsvc.printing.qr.matrix import draw_qr
from idsvc.services.cards import find
from idsvc.services.desk import Desk
from idsvc.services.issuance import Produced
from idsvc.services.print_queue import mark_printed, take_batch
from idsvc.services.records import OpenedCard
from idsvc.services.renewal import Asked
from idsvc.storage.queries import items
from idsvc.storage.records import BatchId, Card, SealedItem
from idsvc.vault.kinds import CITY_SLOT, PRINT_FILE
from idsvc.vault.slots import WrongCode

_ACTOR: Final = "0" * 31 + "1"


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it went."""

    name: str
    ok: bool
    ms: int
    detail: str


@dataclass(slots=True)
class Made:
    """One card as the steps come to know it."""

    produced: Produced
    pdf: bytes = b""
    slip: bytes = b""
    label: bytes = b""
    scanned: str = ""


class Demonstration:
    """The steps, in order; each raises StepFailed when what it should show is not so."""

    def __init__(self, world: World, holder: Holder) -> None:
        """Prepare to run in a world that is not founded yet."""
        self._world = world
        self._holder = holder
        self._thief = Thief(world)

    def steps(self) -> Iterator[Step]:
        """Run the steps one by one; after one that fails, no further one is run."""
        for name, act in self._plan():
            started = time.perf_counter()
            try:
                detail, ok = act(), True
            except IdsvcError as failure:
                detail, ok = str(failure), False
            yield Step(name, ok, round((time.perf_counter() - started) * 1000), detail)
            if not ok:
                return

    def _plan(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        return (
            ("found an installation: keys, purge days, trust list", self._found),
            ("enroll a resident at the counter", self._enroll),
            ("ask again for the same enrollment: nothing is issued twice", self._enroll_again),
            ("print the card", lambda: self._print(self.first)),
            ("read the printed card's code", lambda: self._scan(self.first)),
            ("activate the card by that scan", lambda: self._activate(self.first)),
            ("hand the card over", lambda: self._hand_over(self.first)),
            ("check the card offline: genuine", lambda: self._check(self.first, Verdict.GENUINE)),
            ("copy every sealed item while it opens", self._copy),
            ("purge what is due a month later", self._purge),
            ("open the copies with every key that is left: none opens", self._open_copies),
            ("open the record for the city: refused", self._open_for_city),
            ("open the record with the renewal code", self._open_with_code),
            ("ask for a new card", self._ask),
            ("approve it: a new card with a new code", self._approve),
            ("print the new card", lambda: self._print(self.second)),
            ("read the new card's code", lambda: self._scan(self.second)),
            ("activate the new card", lambda: self._activate(self.second)),
            ("hand the new card over", lambda: self._hand_over(self.second)),
            ("check the old card: revoked", lambda: self._check(self.first, Verdict.REVOKED)),
            ("check the new card: genuine", lambda: self._check(self.second, Verdict.GENUINE)),
            ("open the record with the old code: refused", self._open_with_old_code),
            ("check a forged card: refused", self._check_forged),
            ("check a tampered card: refused", self._check_tampered),
            ("purge again: nothing is overdue", self._purge_again),
        )

    def _found(self) -> str:
        self._world.found()
        counter = self._world.counter
        return f"{len(counter.keys.status())} signing keys, clock at {counter.today()}"

    def _enroll(self) -> str:
        portrait = make_portrait(self._holder.portrait)
        facts = retain(
            Intake(
                name=self._holder.name,
                birth_date=self._holder.birth_date,
                identity_met=True,
                residency_met=True,
                caretaker_signed=True,
                address=self._holder.address,
                address_confirmed=True,
                gender=self._holder.gender,
            ),
            self._world.program,
            self._world.counter.today(),
        )
        self._enrollment = EnrollmentId(self._fresh())
        self._facts, self._portrait = facts, portrait.jpeg
        approved, produced = self._counter().enroll(self._enrollment, facts, portrait.jpeg)
        hold(approved.is_new and produced is not None, "The enrollment made no card.")
        self.first = Made(there(produced))
        face = "face found" if portrait.face_found else "no face found, the middle of the picture is used"
        return f"{face}, portrait {len(portrait.jpeg):,} bytes"

    def _enroll_again(self) -> str:
        approved, produced = self._counter().enroll(self._enrollment, self._facts, self._portrait)
        hold(not approved.is_new and produced is None, "The same enrollment was issued twice.")
        hold(approved.ordered.card.id == self.first.produced.card_id, "Another card was ordered.")
        return "the first card was given back"

    def _print(self, made: Made) -> str:
        runtime, batch = self._world.counter, BatchId(self._fresh())
        jobs = runtime.transact(lambda s: take_batch(s, batch, size=10, random=self._world.random))
        hold([job.id for job in jobs] == [made.produced.job_id], "The print queue holds another card.")
        file = self._counter().reader.open_print_file(jobs[0])
        made.pdf, made.slip, made.label = file.card, file.slip, file.label
        journal = runtime.journal(_ACTOR)
        runtime.transact(
            lambda s: mark_printed(
                s, jobs[0].id, program=self._world.program, journal=journal, today=runtime.today()
            )
        )
        self._thief.copy(PRINT_FILE, jobs[0].item_id)
        sheets = {"card": file.card, "slip": file.slip, "label": file.label}
        sizes = [f"{name} {len(pdf):,} bytes" for name, pdf in sheets.items() if pdf]
        return f"{', '.join(sizes)} of PDF"

    def _scan(self, made: Made) -> str:
        codes = read_codes(made.pdf)
        hold(len(codes) == 1, "The printed card shows no single code.")
        made.scanned = codes[0].text
        matrix = draw_qr(made.scanned)
        return f"version {matrix.version}, {matrix.module_mm:.3f} mm modules, {len(made.scanned)} characters"

    def _activate(self, made: Made) -> str:
        self._world.check(made.scanned, Verdict.GENUINE)
        card = self._counter().activate(made.scanned, self._world.counter.verifier())
        hold(card.state is CardState.ACTIVE, "The card is not active.")
        return f"active since {card.state_on}"

    def _hand_over(self, made: Made) -> str:
        self._counter().hand_over(made.produced.card_id)
        return "the city's access ends 30 days from now" if self._city_slots() else "the city has no access"

    def _check(self, made: Made, wanted: Verdict) -> str:
        return self._world.check(made.scanned, wanted)

    def _copy(self) -> str:
        for row in self._city_slots():
            self._thief.copy(CITY_SLOT, row.id)
        return f"{len(self._thief.copies)} copies, each of which opened when it was taken"

    def _purge(self) -> str:
        self._world.move(timedelta(days=40))
        return self._world.run_retention()

    def _open_copies(self) -> str:
        hold(self._thief.count_open() == 0, "A purged item was opened.")
        return f"0 of {len(self._thief.copies)} open"

    def _open_for_city(self) -> str:
        hold(self._card(self.first).record_id is not None, "The record is gone.")
        try:
            self._counter().reader.open_record(self.first.produced.card_id)
        except Destroyed as refused:
            return str(refused)
        raise StepFailed("The city opened the record after its day.")

    def _open_with_code(self) -> str:
        self.opened = self._open(self.first)
        hold(self.opened.record.content.facts == self._facts, "The record holds other facts.")
        hold(self.opened.record.content.portrait == self._portrait, "The record holds another portrait.")
        return "name, birth date and portrait as they were enrolled"

    def _ask(self) -> str:
        self._world.move_to_the_end()
        opened = self._open(self.first)
        content = opened.record.content
        self._request = RequestId(self._fresh())
        try:
            self._world.portal.portal().ask_renewal(
                self._request, opened, Asked(content.facts, content.portrait)
            )
        except Refusal as refused:
            self._online = False
            return f"online it is refused ({refused}); it is replaced at the counter"
        self._online = True
        return f"renewal of the card that ends on {opened.expires_on}"

    def _approve(self) -> str:
        desk = self._counter()
        if self._online:
            produced = desk.renew(self._request)
        else:
            code = there(self.first.produced.code)
            opened = desk.reader.open_with_code(read_number(self.first.scanned), code)
            produced = desk.replace(opened.card_id, opened.record.content, lost=True)
        self.second = Made(there(produced))
        hold(self.second.produced.code != self.first.produced.code, "The renewal code is the old one.")
        end = self._card(self.second).expires_on
        return f"valid until {end}" if end else "it does not expire"

    def _open_with_old_code(self) -> str:
        try:
            self._open(self.first)
        except WrongCode as refused:
            hold(self._open(self.second).card_id == self.second.produced.card_id, "The new code fails.")
            return f"{refused} The new code opens it."
        raise StepFailed("The old code still opens a record.")

    def _check_forged(self) -> str:
        text = forge(self._world, self.opened.record.content, self._card(self.second))
        return self._world.check(text, Verdict.TAMPERED)

    def _check_tampered(self) -> str:
        return self._world.check(tamper(self.second.scanned), Verdict.TAMPERED)

    def _purge_again(self) -> str:
        told = self._world.run_retention()
        counter = self._world.counter
        hold(
            not any(counter.overdue().values()),
            "Something is overdue.",
        )
        return told

    def write_results(self, out: Path) -> None:
        """Write the new card, its sides as pictures, its token, and what a verifier needs to check it."""
        front, back = rasterise(self.second.pdf)
        files = {
            "card.pdf": self.second.pdf,
            "slip.pdf": self.second.slip,
            "label.pdf": self.second.label,
            "front.png": front,
            "back.png": back,
            "token.txt": self.second.scanned.encode() + b"\n",
        }
        for name, content in files.items():
            if not content:
                continue  # a program prints either a slip or a label, or neither
            (out / name).write_bytes(content)
        shutil.copytree(self._world.places.public, out / "public", dirs_exist_ok=True)

    def facts(self) -> dict[str, object]:
        """Give what the report says about the new card's code."""
        matrix = draw_qr(self.second.scanned)
        portrait = self.second.produced.credential.portrait
        return {
            "qr": {
                "version": matrix.version,
                "ecc": error_correction(self.second.scanned).value,
                "module_mm": round(matrix.module_mm, 3),
                "characters": len(self.second.scanned),
            },
            "portrait_bytes": len(portrait.picture) if isinstance(portrait, SmallPortrait) else 0,
            "token_bytes": len(qrtext.read_text(self.second.scanned)),
        }

    def _counter(self) -> Desk:
        return self._world.counter.desk(_ACTOR)

    def _fresh(self) -> str:
        return fresh_id(self._world.random)

    def _open(self, made: Made) -> OpenedCard:
        return self._world.portal.portal().open(read_number(made.scanned), there(made.produced.code))

    def _card(self, made: Made) -> Card:
        return self._world.database.read(lambda s: find(s, made.produced.card_id))

    def _city_slots(self) -> tuple[SealedItem, ...]:
        record_id = self._card(self.first).record_id
        if record_id is None:
            return ()
        return self._world.database.read(lambda s: items.list_items_of(s, record_id, kind=Kept.CITY_SLOT))
