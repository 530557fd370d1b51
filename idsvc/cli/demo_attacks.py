"""What a thief, a forger and a tinkerer try in the demonstration."""

from collections.abc import Callable
from dataclasses import dataclass, field

from idsvc.bootstrap.founding import make_directory
from idsvc.cli.demo_world import World, hold, there
from idsvc.credential import qrtext
from idsvc.credential.claims import read_claims
from idsvc.credential.cose import read_sign1
from idsvc.credential.keys import Purpose
from idsvc.domain.errors import Destroyed
from idsvc.domain.ids import BlobId, ItemId, KeyId
from idsvc.domain.numbers import CardNumber, draw_card_number
from idsvc.services.issuance import make_credential
from idsvc.signing.stores import open_keys
from idsvc.storage.queries import items
from idsvc.storage.records import Card, SealedItem
from idsvc.vault.items import SealedItem as VaultItem
from idsvc.vault.kinds import SealedKind
from idsvc.vault.record import ResidentRecord


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of one sealed item, taken while it could still be opened."""

    kind: SealedKind
    row: SealedItem = field(repr=False)
    sealed: bytes = field(repr=False)


class Thief:
    """Copies sealed items, and opens them with whatever keys are left."""

    def __init__(self, world: World) -> None:
        """Take nothing yet."""
        self._world = world
        self.copies: list[Copied] = []

    def copy(self, kind: SealedKind, item_id: ItemId) -> None:
        """Copy an item; the control is that it opens now."""
        row = there(self._world.database.read(lambda session: items.find_item(session, item_id)))
        stored = row.body
        sealed = self._world.counter.sealing.blobs.read(BlobId(item_id)) if stored is None else stored
        copied = Copied(kind, row, sealed)
        hold(self._opens(copied), "A sealed item does not open although its day is to come.")
        self.copies.append(copied)

    def count_open(self) -> int:
        """Count the copies that open with every key that is left."""
        return sum(self._opens(copied) for copied in self.copies)

    def _opens(self, copied: Copied) -> bool:
        item = VaultItem(copied.row.id, copied.row.epoch, copied.kind.name, copied.sealed)
        try:
            self._world.counter.sealing.vault.open(copied.kind, item, copied.row.owner_id)
        except Destroyed:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Forger:
    """Somebody who signs with a key of his own and says that it is the city's."""

    key_id: KeyId
    alg: int
    sign: Callable[[bytes], bytes]


def forge(world: World, content: ResidentRecord, card: Card) -> str:
    """Sign a card with a forger's key under the city's key id."""
    folder = world.places.folder / "forger"
    make_directory(folder)
    keys = open_keys(f"file:{folder}", world.places.secret, random=world.random)
    today = world.counter.today()
    keys.new(Purpose.CARD, today=today)
    own = keys.signer(Purpose.CARD, today=today)
    city = world.counter.keys.signer(Purpose.CARD, today=today)
    return make_credential(
        content,
        number=draw_card_number(world.random),
        issued_on=card.ordered_on,
        expires_on=card.expires_on,
        status=(card.status_list, card.status_index),
        program=world.program,
        signer=_Forger(city.key_id, own.alg, own.sign),
    ).text


def tamper(text: str) -> str:
    """Change one digit of the card number under the city's own signature."""
    number = read_number(text)
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    return qrtext.write_text(qrtext.read_text(text).replace(number.encode(), other.encode()))


def read_number(text: str) -> CardNumber:
    """Read the number that stands in a code, believing nothing."""
    return CardNumber(read_claims(read_sign1(qrtext.read_text(text)).payload).number)
