"""Ways in which lengths and numbers could tell what is sealed."""

import logging
import zlib
from collections.abc import Sequence

import pytest

from idsvc.domain.ids import DraftId
from idsvc.domain.names import tolerant_forms
from idsvc.services import enrollment, people, portal, source_documents
from idsvc.services.sealing import PreparedItem
from idsvc.vault import envelope
from tests.services.city import City

_LENGTH = 4
_SMALL = 1024
"""Keys in slots are smaller: they all have one length."""


def _check_no_length(patch: pytest.MonkeyPatch) -> None:
    """Open no draft again: whoever gives up the one length of a kind no longer insists on it."""
    patch.setattr(enrollment, "open_draft", lambda *_, **__: b"typed")


def no_padding(patch: pytest.MonkeyPatch, city: City) -> None:
    """Ciphertext as long as what it holds."""
    del city
    _check_no_length(patch)
    patch.setattr(envelope, "_pad", lambda plaintext, _: len(plaintext).to_bytes(_LENGTH) + plaintext)


def compress_then_pad(patch: pytest.MonkeyPatch, city: City) -> None:
    """Compressed to save room, then padded to whole kilobytes."""
    del city
    _check_no_length(patch)
    pad = envelope._pad

    def leaking(plaintext: bytes, context: envelope.Context) -> bytes:
        if context.size < _SMALL:
            return pad(plaintext, context)
        small = zlib.compress(plaintext)
        return len(small).to_bytes(_LENGTH) + small.ljust(-(-len(small) // 1024) * 1024, b"\0")

    patch.setattr(envelope, "_pad", leaking)


def look_by_papers(patch: pytest.MonkeyPatch, city: City) -> None:
    """A leaf for each look at a paper's page, so that the log counts the pages."""
    del city
    opened = source_documents.open_papers

    def leaking(session: object, request: object, **powers: object) -> tuple[bytes, ...]:
        pages = opened(session, request, **powers)  # type: ignore[arg-type]
        for _page in pages:
            opened(session, request, **powers)  # type: ignore[arg-type]
        return pages

    patch.setattr(source_documents, "open_papers", leaking)


def places_as_sent(patch: pytest.MonkeyPatch, city: City) -> None:
    """As many sealed places as pages were sent."""
    del city
    prepare = source_documents.prepare_papers

    def leaking(request: object, pages: Sequence[bytes], **powers: object) -> tuple[PreparedItem, ...]:
        return prepare(request, pages, **powers)[: len(pages)]  # type: ignore[arg-type]

    patch.setattr(portal, "prepare_papers", leaking)


def paper_only_for_some(patch: pytest.MonkeyPatch, city: City) -> None:
    """No place at all for a request that came without a paper."""
    del city
    prepare = source_documents.prepare_papers

    def leaking(request: object, pages: Sequence[bytes], **powers: object) -> tuple[PreparedItem, ...]:
        return prepare(request, pages, **powers) if pages else ()  # type: ignore[arg-type]

    patch.setattr(portal, "prepare_papers", leaking)


def token_for_each_part_of_a_name(patch: pytest.MonkeyPatch, city: City) -> None:
    """As many tolerant tokens as a name has parts."""
    del city
    forms = tolerant_forms
    patch.setattr(people, "tolerant_forms", lambda name, born: (*forms(name, born), *name.split()))


def length_in_a_log(patch: pytest.MonkeyPatch, city: City) -> None:
    """A log line with the length of what was typed."""
    del city
    prepare = enrollment.prepare_draft

    def leaking(draft_id: DraftId, typed: bytes, **powers: object) -> PreparedItem:
        logging.getLogger("idsvc").info("draft of %d bytes", len(typed))
        return prepare(draft_id, typed, **powers)  # type: ignore[arg-type]

    patch.setattr(enrollment, "prepare_draft", leaking)
