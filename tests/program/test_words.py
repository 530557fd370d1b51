from pathlib import Path

import pytest

from idsvc.domain.dates import Span, Unit
from idsvc.domain.evidence import Words
from idsvc.program import evidence_document, load
from idsvc.program.loading import parse
from idsvc.program.mistakes import BadProgram
from idsvc.program.plurals import plural_form, plural_forms
from idsvc.program.wording import Wording
from idsvc.program.words import placeholders, shipped_languages, shipped_words

RIVERBEND = Path(__file__).parents[2] / "templates/programs/riverbend/program.toml"
FILE = Path("words.toml")


def english() -> Words:
    words = shipped_words("en")
    assert words is not None
    return words


def in_klingon(words: Words, **changed: str) -> str:
    """Write a section of words for a language that does not ship."""
    lines = ["\n[words.tlh]"]
    for key, value in {**words, **changed}.items():
        if isinstance(value, str):
            lines.append(f'{key} = "{value}"')
        else:
            lines.append(
                f'{key} = {{ {", ".join(f"""{form} = "{text}" """ for form, text in value.items())} }}'
            )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", shipped_languages())
def test_every_shipped_language_has_every_phrase_with_its_places_and_forms(language: str) -> None:
    words = shipped_words(language)
    assert words is not None
    assert list(words) == list(english())
    for key, model in english().items():
        found = words[key]
        if isinstance(model, str):
            assert isinstance(found, str), key
            assert placeholders(found) == placeholders(model), key
        else:
            assert not isinstance(found, str), key
            assert set(found) == set(plural_forms(str(words["plural"]))), key
            assert all(placeholders(text) <= placeholders(model["other"]) for text in found.values()), key


def test_languages_without_words_are_left_out_of_the_program(riverbend_text: str) -> None:
    program = parse(
        riverbend_text.replace('["en", "es", "zh", "ar", "ht"]', '["en", "es", "zh", "ar", "ht", "tlh"]'),
        FILE,
    )
    assert "tlh" not in program.words
    assert Wording(program, "tlh").phrase("enough") == "That is enough."
    document = evidence_document(program)
    assert isinstance(document["words"], dict)
    assert document["words"]["tlh"] == document["words"]["en"]


def test_a_city_changes_a_phrase_and_writes_another_language(riverbend_text: str) -> None:
    text = riverbend_text.replace('["en", "es", "zh", "ar", "ht"]', '["en", "es", "zh", "ar", "ht", "tlh"]')
    text += '\n[words.es]\nenough = "¡Listo!"\n' + in_klingon(english(), name="tlhIngan Hol", enough="yap")
    program = parse(text, FILE)
    assert Wording(program, "es").phrase("enough") == "¡Listo!"
    assert Wording(program, "es").phrase("guide_title") == "Qué traer"
    assert Wording(program, "tlh").phrase("enough") == "yap"
    assert Wording(program, "tlh").span(Span(60, Unit.DAY)) == "60 days"


@pytest.mark.parametrize(
    ("words", "key", "wanted"),
    [
        ('[words.es]\nenuogh = "x"', "words.es.enuogh", "did you mean"),
        ('[words.es]\nenough = ""', "words.es.enough", "a text in that language"),
        ('[words.es]\nage = { one = "desde {n}" }', "words.es.age.other", "a text in that language"),
        ('[words.es]\ntoo_old = "{papel}: viejo"', "words.es.too_old", "only the places to fill in"),
        ('[words.es]\ntoo_old = "{paper"', "words.es.too_old", "only the places to fill in"),
        ('[words.es]\ndirection = "up"', "words.es.direction", '"ltr" or "rtl"'),
        ('[words.es]\nplural = "many"', "words.es.plural", '"none", "one"'),
        ('[words.fr]\nenough = "x"', "words.fr", "one of:"),
    ],
)
def test_wrong_words_are_told(riverbend_text: str, words: str, key: str, wanted: str) -> None:
    with pytest.raises(BadProgram) as refused:
        parse(f"{riverbend_text}\n{words}\n", FILE)
    assert any(told.key == key and wanted in told.wanted for told in refused.value.mistakes), refused.value


def test_another_language_needs_every_phrase(riverbend_text: str) -> None:
    text = riverbend_text.replace('["en", "es", "zh", "ar", "ht"]', '["en", "es", "zh", "ar", "ht", "tlh"]')
    with pytest.raises(BadProgram) as refused:
        parse(f'{text}\n[words.tlh]\nplural = "one"\nenough = "yap"\n', FILE)
    missing = {told.key for told in refused.value.mistakes}
    assert {"words.tlh.missing", "words.tlh.day", "words.tlh.guide_title"} <= missing
    assert "words.tlh.enough" not in missing


@pytest.mark.parametrize(
    ("rule", "forms"),
    [
        ("none", ["other"] * 7),
        ("one", ["other", "one", *["other"] * 5]),
        ("zero_one", ["one", "one", *["other"] * 5]),
        ("russian", ["many", "one", "few", "many", "many", "one", "few"]),
        ("polish", ["many", "one", "few", "many", "many", "many", "few"]),
        ("arabic", ["zero", "one", "two", "few", "many", "many", "many"]),
    ],
)
def test_numbers_take_the_form_of_their_language(rule: str, forms: list[str]) -> None:
    assert [plural_form(rule, number) for number in (0, 1, 2, 5, 11, 21, 22)] == forms
    assert set(forms) <= set(plural_forms(rule))


def test_round_hundreds_take_the_last_arabic_form() -> None:
    assert plural_form("arabic", 100) == "other"


def test_the_document_is_plain_and_names_every_paper_in_every_language() -> None:
    program = load(RIVERBEND)
    document = evidence_document(program)
    papers = document["papers"]
    assert isinstance(papers, list)
    assert [paper["key"] for paper in papers] == [paper.key for paper in program.evidence.papers]
    assert all(set(paper["names"]) == set(program.city.languages) for paper in papers)
    assert document["timezone"] == "America/New_York"
    assert document["organisations"] == {"vouching": list(program.evidence.organisations["vouching"])}
    assert evidence_document(load(RIVERBEND)) == document
