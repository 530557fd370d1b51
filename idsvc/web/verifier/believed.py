"""What the interface believes: the published lists of one folder, read again when their files change.

An older list never replaces a newer one while the process lives, and only a root key that was pinned when it
began can bring in another, whatever stands in the folder.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from idsvc.credential import (
    BadList,
    StatusList,
    TrustList,
    VerificationKey,
    Verifier,
    read_status_list,
    update_status_list,
    update_trust_list,
)
from idsvc.domain.errors import Unavailable
from idsvc.web.log import record_event

_EVERY_SECONDS: Final = 60


class Believed:
    """The lists of a public folder, and the verifier made of them."""

    def __init__(self, public: Path, roots: Sequence[VerificationKey]) -> None:
        """Name the folder and the pinned root keys; nothing is read before it is needed."""
        self._public = public
        self._roots = roots
        self._lock = Lock()
        self._trust: TrustList | None = None
        self._accepted: dict[str, bytes] = {}
        self._verifier: Verifier | None = None
        self._read_at = 0.0

    def verifier(self, now: float) -> Verifier:
        """Give the verifier of the present lists; looks at the files at most once a minute.

        `now` is in seconds. Raises Unavailable when no list could be believed yet.
        """
        with self._lock:
            if self._verifier is None or not 0 <= now - self._read_at < _EVERY_SECONDS:
                self._read()
                self._read_at = now
            if self._verifier is None:
                raise Unavailable("The city’s lists are not published here yet; run `idsvc publish` first.")
            return self._verifier

    def _read(self) -> None:
        update = update_trust_list(self._trust, self._bytes("trust/list.cwt"), self._roots)
        trust = update.kept
        if update.refused is not None:
            record_event("lists-unusable")
        if trust is None:
            return
        statuses: dict[str, StatusList] = {}
        for uri in trust.status_uris:
            status = self._status(uri, trust)
            if status is not None:
                statuses[uri] = status
        self._trust = trust
        self._verifier = Verifier(trust, statuses.values())

    def _status(self, uri: str, trust: TrustList) -> StatusList | None:
        """Give the newest list of one place: what the folder offers, or what was accepted before."""
        kept: StatusList | None = None
        if uri in self._accepted:
            try:  # judged again each time: its key may have been withdrawn
                kept = read_status_list(self._accepted[uri], trust)
            except BadList:
                record_event("lists-unusable")
        offered = self._bytes(f"status/{uri.rpartition('/')[2]}")
        if not offered:  # a trust list names places for lists before they are needed
            return kept
        update = update_status_list(kept, offered, trust)
        if update.refused is not None:
            record_event("lists-unusable")
        elif update.kept is not None:
            self._accepted[uri] = offered
        return update.kept if update.kept is not None and update.kept.uri == uri else None

    def _bytes(self, relative: str) -> bytes:
        try:
            return (self._public / relative).read_bytes()
        except OSError:
            return b""
