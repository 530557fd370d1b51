"""Writes tests/credential/vectors/: what a verifier must accept and refuse, for verifiers in any language.

    .venv/bin/python -m scripts.make_vectors

Every key is made on the spot and forgotten; only public halves are written. Each expected reason is stated by
hand in tests/credential/catalogue/; the tests compare our verifier with the files, not with this program.
"""

import json
from base64 import b64encode
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from idsvc.credential import sign_status_list, sign_trust_list, write_key_set
from idsvc.credential.verdicts import VERDICT_OF
from tests.credential.catalogue import claims, encodings, judgements, messages, signatures, texts
from tests.credential.catalogue.world import Vector, World

FOLDER = Path(__file__).parents[1] / "tests/credential/vectors"
THEMES = (
    judgements.judgements,
    texts.texts,
    texts.compressions,
    messages.structures,
    messages.headers,
    messages.other_tokens,
    signatures.signatures,
    signatures.keys,
    encodings.encodings,
    encodings.kinds,
    claims.sets,
    claims.times,
    claims.values,
    claims.names,
    claims.portraits,
)


def main() -> None:
    """Write one file of shared lists and one file per theme."""
    world = World()
    FOLDER.mkdir(exist_ok=True)
    _write("world", _lists(world))
    for theme in THEMES:
        _write(theme.__name__, [_plain(vector) for vector in theme(world)])


def _lists(world: World) -> dict[str, object]:
    city = world.city
    return {
        "about": "roots: pinned keys; trust, status: published lists in base64; key_set: for those without",
        "roots": [key.jwk() for key in city.roots],
        "trust": {
            name: b64encode(sign_trust_list(trust, city.root)).decode()
            for name, trust in world.trust_lists().items()
        },
        "status": {
            name: b64encode(sign_status_list(status, city.status)).decode()
            for name, status in world.status_lists().items()
        },
        "key_set": json.loads(write_key_set(city.trust())),
    }


def _plain(vector: Vector) -> dict[str, object]:
    at = datetime.fromtimestamp(vector.at, UTC).isoformat().replace("+00:00", "Z")
    return asdict(vector) | {"verdict": VERDICT_OF[vector.reason], "at": at}


def _write(name: str, content: object) -> None:
    (FOLDER / f"{name}.json").write_text(
        json.dumps(content, indent=1, ensure_ascii=True) + "\n", encoding="ascii"
    )


if __name__ == "__main__":
    main()
