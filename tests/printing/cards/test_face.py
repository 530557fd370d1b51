from dataclasses import replace

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc.domain.program import CodePlace
from idsvc.printing.artwork.elements import CARD_HEIGHT_MM, Artwork, Fact, Fields, Microtext
from idsvc.printing.cards.card import CardFace, render_cards
from idsvc.printing.cards.face import (
    CAP_HEIGHT,
    LABEL_LEADING,
    MM,
    NameDoesNotFit,
    SetField,
    check_fits,
    set_fields,
)
from idsvc.printing.inspection.samples import SAMPLES, make_face


def _fields(artwork: Artwork, name: str) -> Fields:
    (found,) = (element for element in (*artwork.front, *artwork.back) if element.name == name)
    assert isinstance(found, Fields)
    return found


def _set(artwork: Artwork, fields: Fields, sample: str, code_on: CodePlace) -> dict[Fact, SetField]:
    (person,) = (one for one in SAMPLES if one.file == sample)
    placed = set_fields(fields, make_face(person, portrait=b"", code_on=code_on), artwork)
    return {one.field.fact: one for one in placed}


def test_the_values_of_a_row_stand_on_one_line_whatever_their_size(artwork: Artwork) -> None:
    fields = _fields(artwork, "person")
    placed = _set(artwork, fields, "mononym", CodePlace.SLIP)
    issued, expires = placed[Fact.ISSUED], placed[Fact.EXPIRES]
    assert expires.lines[0].size < issued.lines[0].size
    baselines = {round(one.y + one.drop + one.lines[0].size * CAP_HEIGHT, 6) for one in (issued, expires)}
    assert len(baselines) == 1


@pytest.mark.parametrize("code_on", [CodePlace.SLIP, CodePlace.CARD])
def test_rows_from_the_foot_end_there_whether_the_code_is_printed_or_not(
    artwork: Artwork, code_on: CodePlace
) -> None:
    fields = _fields(artwork, "back number")
    placed = _set(artwork, fields, "short", code_on)
    assert (Fact.RENEWAL_CODE in placed) is (code_on is CodePlace.CARD)
    label = fields.label_size * LABEL_LEADING
    foot = max(one.y + label + one.value_height for one in placed.values())
    assert foot == pytest.approx((fields.box.y + fields.box.height) * MM)


def test_a_card_with_its_code_is_refused_while_it_can_still_be_ordered_otherwise(artwork: Artwork) -> None:
    """The check before approval knows of the code: a back without room for it is told then."""
    back = tuple(
        replace(element, box=replace(element.box, height=8)) if element.name == "back number" else element
        for element in artwork.back
    )
    narrow = replace(artwork, back=back)
    check_fits(narrow, name="Li Wu")
    with pytest.raises(NameDoesNotFit):
        check_fits(replace(narrow, code_on=CodePlace.CARD), name="Li Wu")


def test_microtext_fills_its_line_from_end_to_end(artwork: Artwork, face: CardFace) -> None:
    (micro,) = (element for element in artwork.front if isinstance(element, Microtext))
    words = pypdfium2.PdfDocument(render_cards([face], artwork=artwork))[0].get_textpage()
    boxes = [words.get_charbox(place) for place in range(words.count_chars())]
    line = (CARD_HEIGHT_MM - micro.box.y - micro.box.height) * MM
    tiny = [box for box in boxes if abs(box[1] - line) < 0.5 and box[2] > box[0]]
    assert len(tiny) > 300
    assert min(box[0] for box in tiny) == pytest.approx(micro.box.x * MM, abs=0.3)
    assert max(box[2] for box in tiny) == pytest.approx((micro.box.x + micro.box.width) * MM, abs=0.3)
