"""What an approval at the counter works with, as one value: the city's rules, keys, journal and day."""

from dataclasses import dataclass, field
from datetime import date

from idsvc.domain.ids import Random
from idsvc.domain.program import Program
from idsvc.services.journal import Journal
from idsvc.services.sealing import Sealing
from idsvc.signing.signer import IndexKey


@dataclass(frozen=True, slots=True)
class Means:
    """The means of one actor at a counter on one day, handed to the services that prepare and approve."""

    program: Program
    sealing: Sealing
    name_key: IndexKey = field(repr=False)
    number_key: IndexKey = field(repr=False)
    journal: Journal
    random: Random = field(repr=False)
    today: date
