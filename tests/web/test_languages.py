"""Every text of the pages is in every catalogue: none missing, doubtful, left over or ill-formed."""

import re
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from idsvc.credential import WORDS
from idsvc.web.app import Application
from idsvc.web.languages import CATALOGUES, Languages
from idsvc.web.verifier.wording import LABELS, page_texts

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
CODES = [path.parts[-3] for path in FILES]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


@pytest.fixture(scope="module")
def texts() -> set[str]:
    methods = [("idsvc/web/**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "mark": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, method_map=methods, keywords=keywords)
    written = {message[2] if isinstance(message[2], str) else message[2][0] for message in found}
    return written | {text for words in WORDS.values() for text in (words.heading, words.sentence)}


def test_the_languages_of_the_first_city_have_catalogues() -> None:
    assert CODES == ["ar", "es"]


@pytest.mark.parametrize("path", FILES, ids=CODES)
def test_every_text_is_translated(path: Path, texts: set[str]) -> None:
    catalogue = read(path)
    entries = {
        (entry.id if isinstance(entry.id, str) else entry.id[0]): entry for entry in catalogue if entry.id
    }
    assert set(entries) == texts
    for text, entry in entries.items():
        assert not entry.fuzzy, text
        assert entry.string, text
        said = [entry.string] if isinstance(entry.string, str) else entry.string
        places = sorted(re.findall(r"\{\w+\}|%\(\w+\)s", text))
        assert all(sorted(re.findall(r"\{\w+\}|%\(\w+\)s", each)) == places for each in said), text
    assert not catalogue.obsolete


@pytest.mark.parametrize("path", FILES, ids=CODES)
def test_a_catalogue_says_that_no_person_has_reviewed_it_yet(path: Path) -> None:
    assert "X-Reviewed-By-Human: no" in path.read_text()


@pytest.mark.needs("msgfmt")
@pytest.mark.parametrize("path", FILES, ids=CODES)
def test_gettext_itself_finds_no_fault(path: Path) -> None:
    run = subprocess.run(
        ["msgfmt", "--check", "--output-file=/dev/null", path], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.needs("msgfmt")
def test_an_ill_formed_catalogue_would_be_caught(tmp_path: Path) -> None:
    broken = re.sub(r'(msgstr ".*)%\(date\)s', r"\1%(day)s", FILES[0].read_text())
    (tmp_path / "messages.po").write_text(broken)
    run = subprocess.run(
        ["msgfmt", "--check", "--output-file=/dev/null", tmp_path / "messages.po"],
        capture_output=True,
        check=False,
    )
    assert run.returncode != 0


def test_the_verifier_page_is_said_whole_in_every_language(app: Application) -> None:
    languages: Languages = app.extensions["languages"]
    source = page_texts(languages, "en")
    for code in CODES:
        said = page_texts(languages, code)
        assert set(said) == set(source) >= LABELS
        same = {name for name in said if said[name] == source[name]} - {"no"}
        assert not same


def test_words_that_make_a_page_a_risk_to_open_stand_nowhere() -> None:
    risky = re.compile(r"undocumented|illegal|\balien", re.IGNORECASE)
    for path in [*(ROOT / "templates").rglob("*.html"), *FILES, *(ROOT / "idsvc/web").rglob("*.py")]:
        assert not risky.search(path.read_text()), path
