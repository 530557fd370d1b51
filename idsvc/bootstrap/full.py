"""The runtime with database and keys: what counters, portals, offices and commands run on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from idsvc.audit.notes import NoteKey
from idsvc.bootstrap.roots import pin_roots, roots_hold
from idsvc.config import Settings
from idsvc.credential import Verifier
from idsvc.credential.keys import KeyState, Purpose
from idsvc.domain.errors import BadSetting, IdsvcError, Unavailable
from idsvc.domain.ids import Clock, EpochName, Random
from idsvc.domain.program import Program
from idsvc.domain.retention import Kept, due_day
from idsvc.printing.artwork.elements import Artwork
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.program import load
from idsvc.services import publication
from idsvc.services.desk import Desk
from idsvc.services.journal import (
    Journal,
    begin_audit_epoch,
    find_audit_key,
    prepare_audit_key,
    unlinkable,
)
from idsvc.services.overdue import count_overdue, count_overdue_keys, round_overdue
from idsvc.services.portal import Portal
from idsvc.services.purge_certificate import Seals
from idsvc.services.retention import Retention
from idsvc.services.retention_report import Rule
from idsvc.services.sealing import Sealing, carry_out
from idsvc.signing.keystore import KeyStore
from idsvc.signing.register import IndexName
from idsvc.signing.stores import open_epochs, open_keys
from idsvc.storage.database import Database, Session
from idsvc.vault.blobs import open_blobs
from idsvc.vault.items import Vault

T = TypeVar("T")

_OPENING = frozenset({"counter", "office"})
"""The surfaces whose processes hold the private halves of purge-day keys."""
_GRACE = timedelta(days=1)
"""What ended last midnight is destroyed by the coming night's run, and no reason to take a process away."""
PORTAL_ACTOR = "portal"
RETENTION_ACTOR = "retention"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's settings, program, database, keys and sealing, and what is built from them."""

    settings: Settings
    program: Program
    artwork: Artwork
    database: Database = field(repr=False)
    keys: KeyStore = field(repr=False)
    sealing: Sealing = field(repr=False)
    opens: bool
    """Whether this process holds the private halves of the purge-day keys."""
    roots: bytes
    """The roots.json that this process believes for as long as it lives."""
    zone: ZoneInfo
    clock: Clock
    random: Random = field(repr=False)

    def transact(self, act: Callable[[Session], T]) -> T:
        """Run an act in a transaction; see `Database.transact`."""
        return self.database.transact(act)

    def today(self) -> date:
        """Tell the city's local day."""
        return self.clock().astimezone(self.zone).date()

    def journal(self, actor: str) -> Journal:
        """Open the audit log for an actor, beginning a new audit epoch when the last one has ended."""
        today = self.today()
        if not self.opens:
            epoch = EpochName(due_day(self.program.retention, Kept.AUDIT_KEY, today).isoformat())
            return Journal(actor, today, unlinkable(epoch, self.random), self.random)

        def find(session: Session) -> Journal | None:
            key = find_audit_key(session, sealing=self.sealing, today=today)
            return None if key is None else Journal(actor, today, key, self.random)

        journal = self.database.read(find)
        if journal is None:
            item = prepare_audit_key(
                program=self.program, sealing=self.sealing, random=self.random, today=today
            )
            carry_out(
                self.database,
                self.sealing,
                lambda session: (None, begin_audit_epoch(session, item, today=today)),
                prepared=item.doomed,
            )
            journal = self.database.read(find)
        if journal is None:
            raise Unavailable("The audit epoch could not be begun; try again.")
        return journal

    def desk(self, actor: str) -> Desk:
        """Open a counter for one actor, with the keys of a counter process."""
        return Desk(
            database=self.database,
            program=self.program,
            artwork=self.artwork,
            sealing=self.sealing,
            name_key=self.keys.index_key(IndexName.NAME),
            number_key=self.keys.index_key(IndexName.NUMBER),
            card_signer=self.keys.signer(Purpose.CARD, today=self.today()),
            journal=self.journal(actor),
            random=self.random,
            now=self.clock(),
            today=self.today(),
        )

    def portal(self) -> Portal:
        """Open the portal for one resident."""
        return Portal(
            database=self.database,
            program=self.program,
            sealing=self.sealing,
            number_key=self.keys.index_key(IndexName.NUMBER),
            journal=self.journal(PORTAL_ACTOR),
            random=self.random,
            today=self.today(),
        )

    def retention(self) -> Retention:
        """Prepare a retention run; with the database away it can still destroy keys."""
        return Retention(
            database=self.database,
            program=self.program,
            sealing=self.sealing,
            open_journal=lambda: self.journal(RETENTION_ACTOR),
            seals=self._seals(),
            clock=self.clock,
            random=self.random,
            today=self.today(),
        )

    def publish(self, folder: Path, evidence: Mapping[str, object]) -> publication.Published:
        """Write every public file of this moment into a folder."""
        signer = self.keys.signer(Purpose.STATUS, today=self.today())
        return self.database.read(
            lambda session: publication.publish(
                session,
                folder,
                roots=self.roots,
                program=self.program,
                evidence=evidence,
                status_signer=signer,
                now=self.clock(),
            )
        )

    def verifier(self) -> Verifier:
        """Make a verifier from what this process publishes."""
        return publication.open_verifier(Path(self.settings.need("public")), self.roots)

    def audit_key(self) -> NoteKey:
        """Give the audit log's name and the key that its checkpoints are signed with."""
        return self._note_key("audit", Purpose.CHECKPOINT)

    def older_audit_keys(self) -> tuple[NoteKey, ...]:
        """Give the keys that signed checkpoints before; one that was withdrawn is believed no more."""
        now = self.audit_key()
        keys = (
            NoteKey.of(now.name, entry.public_key)
            for entry in self.keys.status()
            if entry.purpose is Purpose.CHECKPOINT and entry.state is not KeyState.WITHDRAWN
        )
        return tuple(key for key in keys if key != now)

    def certificate_key(self) -> NoteKey:
        """Give the name and the key that purge certificates are signed with."""
        return self._note_key("purge", Purpose.CERTIFICATE)

    def _note_key(self, what: str, purpose: Purpose) -> NoteKey:
        origin = self.program.city.issuer.removeprefix("https://")
        return NoteKey.of(f"{origin}/{what}", self.keys.signer(purpose, today=self.today()).public_key)

    def _seals(self) -> Seals | None:
        try:
            return Seals(
                self.audit_key(),
                self.keys.signer(Purpose.CHECKPOINT, today=self.today()),
                self.certificate_key(),
                self.keys.signer(Purpose.CERTIFICATE, today=self.today()),
            )
        except BadSetting:
            return None  # the keys of ended days must die all the same; the run says what is missing

    def readiness(self) -> Mapping[str, bool]:
        """Tell whether database, keys and purge days are usable, ended keys are gone, the root keys hold.

        What else a run left behind is an alarm of `monitored`: one blob must not close every counter.
        """
        public = self.settings.public
        return {
            "database": self._works(self.database.require_schema),
            "keys": self._works(lambda: self.keys.signer(Purpose.STATUS, today=self.today())),
            "purge days": self._works(self._require_purge_days),
            "no key overdue": self._works(self._refuse_overdue_keys),
            "root keys": public is None or roots_hold(public, self.roots),
        }

    def _require_purge_days(self) -> None:
        self.sealing.epochs.status()
        self.sealing.epochs.refuse_disagreement()

    def _refuse_overdue_keys(self) -> None:
        if count_overdue_keys(self.sealing, today=self.today(), grace=_GRACE):
            raise Unavailable("A key outlived its day; run idsvc retention run.")

    def overdue(self, *, grace: timedelta = timedelta()) -> Mapping[Rule, int]:
        """Count by rule what the retention run should have destroyed before today, less a grace."""
        return count_overdue(self.database, self.sealing, self.program, today=self.today(), grace=grace)

    def monitored(self) -> Mapping[str, int]:
        """Give what is overdue since the night before last as monitors see it: rounded, by rule."""
        return {rule.name.lower(): round_overdue(n) for rule, n in self.overdue(grace=_GRACE).items()}

    def _works(self, check: Callable[[], object]) -> bool:
        try:
            check()
        except IdsvcError:
            return False
        return True


def build(settings: Settings, *, clock: Clock, random: Random) -> Runtime:
    """Build the runtime; every setting it needs must be there, every key readable, the schema current."""
    database = Database(settings.database_url, random=random)
    runtime = assemble(settings, database, clock=clock, random=random)
    database.require_schema()
    return runtime


def build_for_retention(settings: Settings, *, clock: Clock, random: Random) -> Runtime:
    """Build the runtime for a retention run, which destroys keys even without a usable database."""
    database = Database(settings.database_url, random=random)
    return assemble(settings, database, clock=clock, random=random)


def assemble(settings: Settings, database: Database, *, clock: Clock, random: Random) -> Runtime:
    """Put a runtime together around a database that is open already."""
    program_file = Path(settings.need("program"))
    program = load(program_file)
    zone = settings.timezone or ZoneInfo(program.city.timezone)
    opens = bool(settings.surfaces & _OPENING)
    keys = open_keys(settings.need("keys"), Path(settings.need("keys_secret")), random=random)
    epochs = open_epochs(
        settings.need("epochs"), settings.keys_secret, zone=zone, clock=clock, random=random, opens=opens
    )
    return Runtime(
        settings=settings,
        program=program,
        artwork=load_artwork(program_file.with_name(FILE_NAME), program=program),
        database=database,
        keys=keys,
        sealing=Sealing(Vault(epochs, random=random), epochs, open_blobs(settings.need("blobs"))),
        opens=opens,
        roots=pin_roots(settings),
        zone=zone,
        clock=clock,
        random=random,
    )
