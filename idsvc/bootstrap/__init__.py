"""Build what a process runs on from its settings: everything, or for a verifier the public files alone."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from idsvc.bootstrap.roots import pin_roots
from idsvc.bootstrap.verifier import VerifierRuntime
from idsvc.config import Settings
from idsvc.domain.ids import Clock, Random

if TYPE_CHECKING:
    from idsvc.bootstrap.full import Runtime

_PUBLIC_ONLY = frozenset({"verifier"})


def system_clock() -> datetime:
    """Tell the present moment in UTC."""
    return datetime.now(UTC)


def open_runtime(
    settings: Settings, *, clock: Clock = system_clock, random: Random = os.urandom
) -> "VerifierRuntime | Runtime":
    """Build the runtime that the settings ask for; raises BadSetting, in one sentence, when it cannot run.

    A process with the verifier alone gets no database and no key, and imports neither. A counter or office
    does not start with a card design that must not be printed.
    """
    if settings.surfaces == _PUBLIC_ONLY:
        return VerifierRuntime(settings, pin_roots(settings), clock)
    runtime = open_full(settings, clock=clock, random=random)
    if runtime.opens:  # a counter or office: it would order cards that come out wrong
        from idsvc.printing.inspection.inspection import require_printable  # noqa: PLC0415 - as below

        require_printable(runtime.artwork)
    return runtime


def open_full(settings: Settings, *, clock: Clock = system_clock, random: Random = os.urandom) -> "Runtime":
    """Build the runtime with database and keys, whatever the surfaces."""
    from idsvc.bootstrap.full import build  # noqa: PLC0415 - a verifier process must not import it

    return build(settings, clock=clock, random=random)


def open_for_retention(
    settings: Settings, *, clock: Clock = system_clock, random: Random = os.urandom
) -> "Runtime":
    """Build the runtime for a retention run: without a usable database it still destroys keys."""
    from idsvc.bootstrap.full import build_for_retention  # noqa: PLC0415 - as above

    return build_for_retention(settings, clock=clock, random=random)
