import functools
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, Column, Index, MetaData, String, Table

from idsvc import resources
from idsvc.domain import lexicon
from idsvc.domain.lexicon import ALLOWED, PHRASES, STEMS, WORDS, Place, find_meaning, refuse_name
from idsvc.storage.records import Record
from tests.minimization.names import Name, collect_schema, collect_tree

_ROOT = resources.path("migrations").parent


@functools.cache
def _all_names() -> tuple[Name, ...]:
    return (*collect_schema(Record.metadata), *collect_tree(_ROOT))


def _refused(names: Iterable[Name]) -> list[str]:
    found = [(refuse_name(name.place, name.text), name.where) for name in names]
    return [f"{where}: {refusal}" for refusal, where in found if refusal is not None]


def test_nothing_is_named_after_what_may_not_be_known() -> None:
    assert _refused(_all_names()) == []


_LEAST = {
    Place.TABLE: 20,
    Place.COLUMN: 80,
    Place.CONSTRAINT: 60,
    Place.ENUM: 100,
    Place.BLOB_KIND: 5,
    Place.MIGRATION: 300,
    Place.JSON_KEY: 50,
    Place.TEMPLATE_VARIABLE: 20,
    Place.ROUTE: 5,
    Place.LOG_EVENT: 5,
    Place.CLI: 10,
    Place.FORM_FIELD: 1,
    Place.COOKIE: 1,
}


@pytest.mark.parametrize("place", list(_LEAST))
def test_the_walk_finds_names_in_every_place(place: Place) -> None:
    """A walk that finds nothing would pass every lexicon."""
    assert sum(name.place is place for name in _all_names()) >= _LEAST[place]


def test_every_exception_is_needed_and_says_why() -> None:
    names = {(name.place, name.text) for name in _all_names()}
    for allowed in ALLOWED:
        assert (allowed.place, allowed.name) in names, f"{allowed} allows what no longer exists"
        assert find_meaning(allowed.name) is not None, f"{allowed} allows what nothing forbids"
        assert len(allowed.because) > 20


def test_no_exception_is_made_for_what_is_stored_logged_or_counted() -> None:
    never = {Place.TABLE, Place.COLUMN, Place.CONSTRAINT, Place.BLOB_KIND, Place.LOG_EVENT, Place.METRIC}
    assert not [allowed for allowed in ALLOWED if allowed.place in never]


def _file(relative: str, content: str) -> Callable[[Path], list[Name]]:
    def plant(root: Path) -> list[Name]:
        file = root / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return list(collect_tree(root))

    return plant


def _schema(make: Callable[[MetaData], object]) -> Callable[[Path], list[Name]]:
    def plant(_: Path) -> list[Name]:
        metadata = MetaData()
        make(metadata)
        return list(collect_schema(metadata))

    return plant


_PLANTED = {
    "table": _schema(lambda m: Table("passports", m, Column("id", String))),
    "column": _schema(lambda m: Table("residents", m, Column("doc_type", String))),
    "constraint": _schema(
        lambda m: Table(
            "residents", m, Column("x", String), CheckConstraint("x != ''", name="ck_nationality")
        )
    ),
    "index": _schema(lambda m: Table("residents", m, Column("x", String), Index("ix_birthplace", "x"))),
    "enum class": _file(
        "idsvc/domain/x.py", 'from enum import StrEnum\nclass DocumentKind(StrEnum):\n    A = "a"\n'
    ),
    "enum member": _file(
        "idsvc/domain/x.py", 'from enum import StrEnum\nclass K(StrEnum):\n    CONSULAR_CARD = "a"\n'
    ),
    "enum value": _file(
        "idsvc/domain/x.py", 'from enum import StrEnum\nclass K(StrEnum):\n    A = "foreign licence"\n'
    ),
    "blob kind": _file("idsvc/vault/kinds.py", 'PASSPORT_SCAN = Kind("x", size=1)\n'),
    "migration column": _file("migrations/versions/0002_x.py", 'op.add_column("x", sa.Column("country"))\n'),
    "migration statement": _file(
        "migrations/versions/0002_x.py", 'op.execute("ALTER TABLE residents ADD legal_status TEXT")\n'
    ),
    "HTML form field": _file("templates/counter/x.html", '<form><input name="document_number"></form>'),
    "form field read": _file("idsvc/web/counter/x.py", 'given = request.form["nationality"]\n'),
    "form field read by get": _file("idsvc/web/counter/x.py", 'given = request.form.get("ssn")\n'),
    "upload": _file("idsvc/web/counter/x.py", 'given = request.files["passport"]\n'),
    "query": _file("idsvc/web/office/x.py", 'given = request.args.get("interpreter")\n'),
    "form field sent by script": _file("idsvc/web/static/x.js", 'body.append("visa", file);\n'),
    "cookie": _file("idsvc/web/portal/x.py", 'answer.set_cookie("citizenship", "1")\n'),
    "cookie by constant": _file(
        "idsvc/web/portal/x.py", 'COOKIE = "country"\nanswer.set_cookie(COOKIE, "1")\n'
    ),
    "JSON key": _file("idsvc/web/office/x.py", 'answer = {"birth_country": 1}\n'),
    "JSON key in a script": _file("idsvc/web/static/x.js", "const draft = { maidenName: value };\n"),
    "template variable": _file("templates/office/x.html", "<p>{{ resident.nationality }}</p>"),
    "template condition": _file("templates/office/x.html", "{% if undocumented %}x{% endif %}"),
    "route": _file("idsvc/web/counter/x.py", '@pages.get("/enrollments/passport")\ndef show(): ...\n'),
    "route prefix": _file("idsvc/web/counter/x.py", 'pages = Blueprint("x", "x", url_prefix="/visa")\n'),
    "log event": _file("idsvc/web/x.py", 'record_event("viewed-passport")\n'),
    "log field": _file("idsvc/web/x.py", 'record_event("failed", language=code)\n'),
    "library log": _file("idsvc/web/x.py", '_logger.warning("no passport given")\n'),
    "log list": _file("idsvc/web/log.py", 'EVENTS = frozenset({"declined", "decline-reason"})\n'),
    "metric": _file("idsvc/web/x.py", 'Counter("asylum_total", "help", ["day"])\n'),
    "metric label": _file("idsvc/web/x.py", 'Counter("verdicts", "help", ["verdict", "country"])\n'),
    "command": _file("idsvc/cli/x.py", '@main.command("immigration-report")\ndef report(): ...\n'),
    "option": _file("idsvc/cli/x.py", '@click.option("--document-type")\ndef report(): ...\n'),
    "choice": _file(
        "idsvc/cli/x.py", '@click.option("--by", type=click.Choice(["passport"]))\ndef r(): ...\n'
    ),
}


@pytest.mark.parametrize("place", list(_PLANTED))
def test_a_planted_name_is_refused_in_every_place(place: str, tmp_path: Path) -> None:
    refusals = _refused(_PLANTED[place](tmp_path))
    assert refusals, f"{place}: nothing noticed"


@pytest.mark.parametrize("name", [*STEMS, *WORDS, *("_".join(phrase) for phrase in PHRASES)])
@pytest.mark.parametrize(
    "join",
    [
        lambda name: name,
        lambda name: name.upper(),
        lambda name: f"resident_{name}_id",
        lambda name: f"--{name.replace('_', '-')}",
        lambda name: "".join(part.title() for part in name.split("_")) + "Code",
    ],
)
def test_a_forbidden_word_is_found_however_it_is_written(name: str, join: Callable[[str], str]) -> None:
    assert find_meaning(join(name)) is not None, join(name)


@pytest.mark.parametrize(
    "name",
    [
        "migrations",
        "console",
        "consultation",
        "advisable",
        "traces",
        "status_list",
        "evidence",
        "source_document",
        "languid",
        "nationwide",
        "birth_date",
        "documents",
        "reasonable",
    ],
)
def test_a_harmless_name_is_left_alone(name: str) -> None:
    assert find_meaning(name) is None


@given(st.text(max_size=80))
def test_any_text_can_be_asked_about(text: str) -> None:
    assert refuse_name(Place.COLUMN, text) is None or "column" in str(refuse_name(Place.COLUMN, text))
    assert lexicon.split_words(text) == tuple(word.lower() for word in lexicon.split_words(text))
