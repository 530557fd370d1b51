import io
import re
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import repeat

import pypdfium2  # type: ignore[import-untyped]
import pytest

from idsvc import resources
from idsvc.domain.errors import BadInput, Unavailable
from idsvc.printing.artwork.elements import CARD_HEIGHT_MM, Artwork, Box
from idsvc.printing.artwork.file import FILE_NAME, load_artwork
from idsvc.printing.cards.card import CardFace, NameDoesNotFit, check_fits, render_batches, render_cards
from idsvc.printing.cards.holder import draw_code
from idsvc.printing.cards.readback import read_back
from idsvc.printing.documents.raster import rasterise
from idsvc.printing.inspection.samples import SAMPLES, make_face
from idsvc.program import load

HARD_NAMES = [
    "Li",
    "X",
    "María-José O’Neil de la Cruz y Fernández-Castellanos Montoya",
    "Nguyễn Thị Ánh Tuyết",
    "محمد عبد الرحمن الخطيب",
    "王小明",
    "김민수",
    "अनुष्का शर्मा",
    "Łukasz Żółć-Brzęczyszczykiewicz",
    "Анна Каренина",
    "Ruth محمد Cohen",
]


def _text(pdf: bytes, page: int) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text: str = document[page].get_textpage().get_text_range()
    document.close()
    return text


def test_a_card_is_two_pages_of_exactly_cr80_size(artwork: Artwork, face: CardFace) -> None:
    document = pypdfium2.PdfDocument(render_cards([face], artwork=artwork))
    sizes = [tuple(side / 72 * 25.4 for side in page.get_size()) for page in document]
    assert sizes == [pytest.approx((85.60, 53.98), abs=0.001)] * 2


def test_the_printed_code_reads_back_for_every_card_of_a_batch(artwork: Artwork, face: CardFace) -> None:
    texts = tuple(face.qr_text[:-1] + last for last in "ABC")
    pdf = render_cards((replace(face, qr_text=text) for text in texts), artwork=artwork)
    read_back(pdf, expected=texts)
    with pytest.raises(Unavailable, match="again"):
        read_back(pdf, expected=texts[::-1])
    with pytest.raises(Unavailable, match="again"):
        read_back(pdf, expected=texts[:2])


def test_the_same_card_gives_the_same_bytes(artwork: Artwork, face: CardFace) -> None:
    assert render_cards([face], artwork=artwork) == render_cards([face], artwork=artwork)


def test_the_document_says_only_its_title_and_author(artwork: Artwork, face: CardFace) -> None:
    document = pypdfium2.PdfDocument(render_cards([face], artwork=artwork))
    told = {key: value for key, value in document.get_metadata_dict().items() if value}
    assert told == {
        "Title": "Riverbend City Card",
        "Author": "City of Riverbend",
        "Creator": "idsvc",
        "Producer": "idsvc",
    }


def test_every_font_is_embedded_as_a_subset(artwork: Artwork, face: CardFace) -> None:
    pdf = render_cards([replace(face, name="محمد 王 अनु")], artwork=artwork)
    fonts = re.findall(rb"/BaseFont ?/([^\s/]+)", pdf)
    assert all(re.fullmatch(rb"[A-Z]{6}\+[\w-]+", font) for font in fonts)
    described = re.findall(rb"/FontName ?/([^\s/]+)", pdf)
    assert set(described) == set(fonts)
    assert {b"DroidSansFallback", b"NotoSansDevanagari-Bold"} <= {font.split(b"+")[1] for font in fonts}
    assert len(described) == len(set(described))
    assert pdf.count(b"/FontFile2") == len(described)


def test_another_subset_of_a_font_bears_another_name(artwork: Artwork, face: CardFace) -> None:
    names = [
        set(re.findall(rb"/FontName ?/(\w+\+[\w-]+)", render_cards([one], artwork=one_artwork)))
        for one, one_artwork in (
            (face, artwork),
            (replace(face, name="Xqz"), artwork),
            (face, replace(artwork, seed="other")),
        )
    ]
    drawn, other_name, other_artwork = ({name for name in each if b"SemiBold" in name} for each in names)
    assert len(drawn & other_name) == 1  # what the city's own words take
    assert len(drawn & other_artwork) == 1  # what the holder's facts take


def test_a_file_knows_nothing_of_the_cards_printed_before(artwork: Artwork, face: CardFace) -> None:
    other = replace(face, name="Zażółć Gęślą 王 محمد", number="998877665544")
    before = render_cards([face], artwork=artwork)
    render_cards([other], artwork=artwork)
    assert render_cards([face], artwork=artwork) == before
    assert b"ReportLab" not in before


def test_threads_do_not_disturb_each_other(artwork: Artwork, face: CardFace) -> None:
    faces = [
        replace(face, name=name, qr_text=face.qr_text[: 400 + 90 * n]) for n, name in enumerate(HARD_NAMES)
    ]
    alone = [render_cards([one], artwork=artwork) for one in faces]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda one: render_cards([one], artwork=artwork), faces * 3))
    assert together == alone * 3


def test_batches_hold_so_many_cards_in_their_order(artwork: Artwork, face: CardFace) -> None:
    texts = [f"CARD {number:02}" + "A" * 30 for number in range(7)]
    asked: list[str] = []

    def coming() -> Iterator[CardFace]:
        for text in texts:
            asked.append(text)
            yield replace(face, qr_text=text)

    batches = render_batches(coming(), artwork=artwork, cards_a_file=3)
    for number in range(3):
        expected = tuple(texts[number * 3 : number * 3 + 3])
        read_back(next(batches), expected=expected)
        assert asked == texts[: number * 3 + 3]  # no card of a later file is taken, so none is held
    assert next(batches, None) is None


def test_the_memory_of_many_batches_is_that_of_one(artwork: Artwork, face: CardFace) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in render_batches(repeat(face, count), artwork=artwork, cards_a_file=4):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(8)
    assert peak(32) < peak(8) * 1.2


@pytest.mark.slow
@pytest.mark.parametrize("city", ["riverbend", "port-alder", "mesa-linda"])
def test_a_card_looks_the_same_alone_and_in_a_batch(city: str, face_jpeg: bytes) -> None:
    path = resources.path(f"templates/programs/{city}/program.toml")
    artwork = load_artwork(path.with_name(FILE_NAME), program=load(path))
    faces = [make_face(sample, portrait=face_jpeg, code_on=artwork.code_on) for sample in SAMPLES]
    together = rasterise(render_cards(faces, artwork=artwork))
    for number, face in enumerate(faces):
        assert rasterise(render_cards([face], artwork=artwork)) == together[2 * number : 2 * number + 2]


def test_the_portrait_stands_in_the_file_as_it_is_and_once(artwork: Artwork, face: CardFace) -> None:
    pdf = render_cards([face], artwork=artwork)
    assert pdf.count(face.portrait) == 1


def test_what_is_printed_stands_there_as_text(artwork: Artwork, face: CardFace) -> None:
    front = _text(render_cards([face], artwork=artwork), 0)
    for line in (
        "Eileen Collins",
        "4839 2017 5566",
        "1990-03-05",
        "12 Mill Lane",
        "2026-11-22",
        "2031-11-22",
    ):
        assert line in front


def test_names_of_many_scripts_are_found_again_in_one_document(artwork: Artwork, face: CardFace) -> None:
    names = ["ෆොන්සේකා", "අනුෂ්කා ශ්‍රී", "अनुष्का लक्ष्मी", "ಕೃಷ್ಣ ಶ್ರೀ", "សុខា ចន្ទ្រា", "කුමාර", "محمد علي", "מרים (Levi)"]
    pdf = render_cards([replace(face, name=name) for name in names], artwork=artwork)
    for number, name in enumerate(names):
        words = _text(pdf, 2 * number)
        assert all(word in words for word in name.split())


def test_absent_facts_leave_neither_label_nor_gap(artwork: Artwork, face: CardFace) -> None:
    bare = replace(face, birth_date=None, address=(), gender=None, issued=None)
    front = _text(render_cards([bare], artwork=artwork), 0)
    for label in ("Date of birth", "Gender", "Address", "Issued"):
        assert label not in front
    assert "Expires" in front


def test_a_card_without_expiry_says_so(artwork: Artwork, face: CardFace) -> None:
    front = _text(render_cards([replace(face, expires=None)], artwork=artwork), 0)
    assert "Does not expire" in front


@pytest.mark.parametrize("name", HARD_NAMES)
def test_hard_names_fit_beside_everything_else(artwork: Artwork, face: CardFace, name: str) -> None:
    address = ("1200 West Riverside Avenue", "Apartment 14B", "Riverbend, NY 14999")
    check_fits(artwork, name=name, address=address)
    full = replace(face, name=name, address=address, gender="F", birth_date=date(2008, 8, 28))
    pdf = render_cards([full], artwork=artwork)
    read_back(pdf, expected=(face.qr_text,))


@pytest.mark.parametrize(
    ("name", "address", "field"),
    [
        ("W" * 60, (), "name"),
        ("Maximiliana " * 7, (), "name"),
        ("Anna 𓀀", (), "name"),
        ("Anna", ("1200 West Riverside Avenue and Old Mill Road, Apartment 14B",), "address"),
        ("Anna", ("1 A Street",) * 8, "address"),
    ],
    ids=["no gap", "too long", "no glyph", "long line", "many lines"],
)
def test_what_cannot_be_printed_whole_is_refused_by_its_name(
    artwork: Artwork, name: str, address: tuple[str, ...], field: str
) -> None:
    with pytest.raises(NameDoesNotFit) as refusal:
        check_fits(artwork, name=name, address=address)
    assert isinstance(refusal.value, BadInput)
    assert refusal.value.field == field
    assert name not in str(refusal.value)


def test_the_code_is_pure_black_or_white_at_the_printers_dots(artwork: Artwork, face: CardFace) -> None:
    page = pypdfium2.PdfDocument(render_cards([face], artwork=artwork))[1]
    picture = page.render(scale=300 / 72).to_pil().convert("RGB")
    code = picture.crop((70, 70, 560, 560))
    colours = {colour for _, colour in code.getcolors(maxcolors=1 << 16)}
    assert colours <= {(0, 0, 0), (255, 255, 255)}


@pytest.mark.parametrize("dots_per_inch", [300, 600])
def test_the_code_stands_inside_its_dots(dots_per_inch: int) -> None:
    """An edge a millionth behind a dot's made a code of version 22 a dot too wide in MuPDF."""
    for modules in range(21, 110, 4):
        for left, top in ((3.0, 3.0), (34.6, 2.99), (33.3, 1.7)):
            drawn = draw_code(Box(left, top, 48, 48), modules, dots_per_inch)
            side, x, y = (float(drawn.split()[place]) for place in (3, 7, 8))
            dot = 72 / dots_per_inch
            height = CARD_HEIGHT_MM / 25.4 * 72
            for low, high in ((x, x + side), (height - y - side, height - y)):
                assert 0 < low / dot - round(low / dot) < 0.002
                assert 0 < round(high / dot) - high / dot < 0.002
                assert (round(high / dot) - round(low / dot)) % modules == 0


def test_a_batch_of_many_cards_is_one_document(artwork: Artwork, face: CardFace) -> None:
    document = pypdfium2.PdfDocument(io.BytesIO(render_cards([face] * 30, artwork=artwork)))
    assert len(document) == 60
