"""Pin the root keys: what a process believes of trust lists is fixed when it starts.

Whoever can write the public folder can replace keys, lists and cards together; only keys from elsewhere tell.
"""

from pathlib import Path
from typing import Final

from idsvc.config import Settings
from idsvc.credential import BadList, read_key_set, read_trust_list
from idsvc.domain.errors import BadSetting

_PUBLISHED: Final = "trust/roots.json"
_LIST: Final = "trust/list.cwt"


def pin_roots(settings: Settings) -> bytes:
    """Read the roots.json of IDSVC_ROOTS; without that setting the published one as it is at this moment.

    No bytes when nothing was published yet; BadSetting when the file named cannot be read or holds no key.
    """
    if settings.roots is not None:
        return read_pinned(settings.roots)
    if settings.public is None or not (settings.public / _PUBLISHED).exists():
        return b""
    return read_pinned(settings.public / _PUBLISHED)


def read_pinned(path: Path) -> bytes:
    """Read a roots.json whole; BadSetting when it cannot be read or holds no key."""
    try:
        content = path.read_bytes()
        read_key_set(content)
    except (OSError, BadList):
        raise BadSetting(
            f"{path} cannot be read as the city's root keys; copy its roots.json there on a trusted way."
        ) from None
    return content


def roots_hold(public: Path, pinned: bytes) -> bool:
    """Tell whether a pinned key signed the published trust list, and every published root key is pinned."""
    try:
        roots = [entry.key for entry in read_key_set(pinned).keys]
        published = [entry.key for entry in read_key_set((public / _PUBLISHED).read_bytes()).keys]
        read_trust_list((public / _LIST).read_bytes(), roots)
    except (OSError, BadList):
        return False
    return {key.key_id for key in published} <= {key.key_id for key in roots}
