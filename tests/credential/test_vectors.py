"""Every vector on disk, under our verifier; other verifiers run the same files."""

import json
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import pytest

from idsvc.credential import (
    Answer,
    Reason,
    Verdict,
    VerificationKey,
    Verifier,
    read_status_list,
    read_trust_list,
)
from idsvc.credential.verdicts import GENUINE, VERDICT_OF

FOLDER = Path(__file__).parent / "vectors"


class World(TypedDict):
    """The file that all vectors share."""

    roots: list[dict[str, str]]
    trust: dict[str, str]
    status: dict[str, str]
    key_set: dict[str, object]


class Vector(TypedDict):
    """One case; `trust` is null where the verifier holds the key set alone."""

    name: str
    token: str
    trust: str | None
    status: list[str]
    issuer: str | None
    at: str
    verdict: str
    reason: str


def read_vectors() -> list[tuple[str, Vector]]:
    themes = sorted(path for path in FOLDER.glob("*.json") if path.stem != "world")
    return [(theme.stem, vector) for theme in themes for vector in json.loads(theme.read_text("ascii"))]


WORLD: World = json.loads((FOLDER / "world.json").read_text("ascii"))
VECTORS = read_vectors()


def verifier_for(vector: Vector) -> Verifier:
    if vector["trust"] is None:
        return Verifier.from_key_set(json.dumps(WORLD["key_set"]), issuer=vector["issuer"])
    roots = [VerificationKey.from_jwk(root) for root in WORLD["roots"]]
    trust = read_trust_list(b64decode(WORLD["trust"][vector["trust"]]), roots)
    current = read_trust_list(b64decode(WORLD["trust"]["current"]), roots)
    lists = [read_status_list(b64decode(WORLD["status"][name]), current) for name in vector["status"]]
    return Verifier(trust, lists, issuer=vector["issuer"])


def judge(vector: Vector) -> Answer:
    return verifier_for(vector).verify(vector["token"], at=datetime.fromisoformat(vector["at"]))


@pytest.mark.parametrize(
    "vector", [pytest.param(vector, id=f"{theme}: {vector['name']}") for theme, vector in VECTORS]
)
def test_the_verifier_answers_as_the_vector_says(vector: Vector) -> None:
    answer = judge(vector)
    assert (answer.reason, answer.verdict) == (vector["reason"], vector["verdict"])
    assert (answer.claims is not None) == (answer.verdict in GENUINE)


def test_the_vectors_reach_every_reason_about_a_card() -> None:
    of_lists = {Reason.LIST_TYPE, Reason.LIST_FORM, Reason.LIST_OLDER, Reason.KEY_FORM}
    assert {Reason(vector["reason"]) for _, vector in VECTORS} == set(Reason) - of_lists
    assert {Verdict(vector["verdict"]) for _, vector in VECTORS} == set(Verdict)


def test_the_vectors_names_are_unique_within_their_theme_and_say_the_verdict_of_their_reason() -> None:
    assert len({(theme, vector["name"]) for theme, vector in VECTORS}) == len(VECTORS)
    assert all(VERDICT_OF[Reason(vector["reason"])] == vector["verdict"] for _, vector in VECTORS)
