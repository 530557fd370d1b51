"""The runtime of a verifier process: settings, a clock, and one folder of public files."""

from collections.abc import Mapping
from dataclasses import dataclass

from idsvc.bootstrap.roots import roots_hold
from idsvc.config import Settings
from idsvc.domain.ids import Clock


@dataclass(frozen=True, slots=True)
class VerifierRuntime:
    """No database, no key; it knows the folder of `IDSVC_PUBLIC` and the root keys to read it with."""

    settings: Settings
    roots: bytes
    """The roots.json that this process believes for as long as it lives."""
    clock: Clock

    def monitored(self) -> Mapping[str, int]:
        """Give nothing: what falls due lies in other processes."""
        return {}

    def readiness(self) -> Mapping[str, bool]:
        """Tell whether the published trust list is there, and of the root keys that this process pinned."""
        public = self.settings.public
        return {
            "public files": public is not None and (public / "trust/list.cwt").is_file(),
            "root keys": public is not None and roots_hold(public, self.roots),
        }
