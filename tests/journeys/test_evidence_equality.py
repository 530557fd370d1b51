"""The evaluator in the browser and the reference in Python give the same answers, word for word."""

import functools
import http.server
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Playwright

from idsvc.domain.dates import Span, Unit, after, age_on, before, birthday
from idsvc.domain.evidence import Paper
from idsvc.domain.program import Program
from idsvc.domain.proofing import Answer, Judgement, Shown, Situation, judge, suggest
from idsvc.program import evidence_document, load
from idsvc.program.plurals import PLURAL_RULES, plural_form
from idsvc.program.wording import Told, Wording
from tests.web.browsing import launch

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "idsvc/web/static/evidence"
PROGRAMS = [
    ROOT / "templates/programs/riverbend/program.toml",
    *sorted((ROOT / "tests/program/cities").glob("*.toml")),
]
SETS = 5_000
SUGGESTED = 25
LEAP_DAYS = (date(2028, 2, 29), date(2027, 2, 28), date(2028, 3, 1), date(2026, 12, 31), date(2027, 1, 1))

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium"), pytest.mark.timeout(300)]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the modules as the product does, without a log."""

    extensions_map = {".js": "text/javascript", "": "text/html"}  # noqa: RUF012 - as the standard library declares it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parameter's given name
        """Say nothing."""


@pytest.fixture(scope="module")
def page(playwright: Playwright) -> Iterator[Page]:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(MODULES))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = launch(playwright)
    opened = browser.new_page(timezone_id="Pacific/Kiritimati", locale="ar-EG")  # far from the city's zone
    opened.goto(f"http://127.0.0.1:{server.server_port}/")
    yield opened
    browser.close()
    server.shutdown()
    server.server_close()


@dataclass(frozen=True, slots=True)
class Drawn:
    situation: Situation
    shown: tuple[Shown, ...]
    language: str


def draw_date(dice: random.Random, today: date, span: Span | None) -> date | None:
    """Draw dates at and around the edges of a limit as often as others."""
    edge = before(today, span or Span(1, Unit.DAY))
    return dice.choice(
        [
            None,
            today,
            edge,
            edge - timedelta(days=1),
            edge + timedelta(days=1),
            today + timedelta(days=1),
            today - timedelta(days=dice.randint(0, 2500)),
            today + timedelta(days=dice.randint(0, 900)),
        ],
    )


def draw_shown(dice: random.Random, today: date, paper: Paper) -> Shown:
    return Shown(
        paper.key,
        issued=draw_date(dice, today, paper.not_older_than),
        expires=draw_date(dice, today, paper.expired_up_to),
        since=draw_date(dice, today, paper.confirms_stay_of),
        here=dice.random() < 0.75,
    )


def draw(dice: random.Random, program: Program) -> Drawn:
    today = dice.choice([*LEAP_DAYS, date(2026, 1, 1) + timedelta(days=dice.randint(0, 1500))])
    age = dice.choice([0, 5, 9, 10, 12, 13, 14, 15, 17, 18, 21, 22, 40, 64, 65, 90])
    papers = dice.choices(program.evidence.papers, k=dice.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6]))
    situation = Situation(today, age, dice.random() < 0.4)
    shown = tuple(draw_shown(dice, today, paper) for paper in papers)
    return Drawn(situation, shown, dice.choice(program.city.languages))


def plain_answer(answer: Answer) -> dict[str, object]:
    return {
        "met": answer.met,
        "needs": [
            {"lack": need.lack, "count": need.count, "feature": need.feature, "papers": list(need.papers)}
            for need in answer.needs
        ],
    }


def plain_result(judgement: Judgement, told: Told) -> dict[str, object]:
    return {
        "judgement": {
            "met": judgement.met,
            "identity": plain_answer(judgement.identity),
            "residency": plain_answer(judgement.residency),
            "person": plain_answer(judgement.person),
            "faults": list(judgement.faults),
        },
        "told": {
            "identity": told.identity,
            "residency": told.residency,
            "person": told.person,
            "papers": list(told.papers),
        },
    }


def plain_drawn(drawn: Drawn) -> dict[str, object]:
    def text(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return {
        "language": drawn.language,
        "situation": {
            "today": text(drawn.situation.today),
            "age": drawn.situation.age,
            "caretaker": drawn.situation.caretaker,
        },
        "shown": [
            {
                "paper": item.paper,
                "issued": text(item.issued),
                "expires": text(item.expires),
                "since": text(item.since),
                "here": item.here,
            }
            for item in drawn.shown
        ],
    }


# Texts go in and come out: Playwright's own passing of values took most of the time.
JUDGE = """async (text) => {
  const { rules, sets, suggested } = JSON.parse(text);
  const { judge, suggest } = await import("/evaluator.js");
  const { tell } = await import("/wording.js");
  return JSON.stringify({
    results: sets.map(({ language, situation, shown }) => {
      const judgement = judge(rules, situation, shown);
      return { judgement, told: tell(rules, language, situation, shown, judgement) };
    }),
    suggestions: sets.slice(0, suggested).map(({ situation, shown }) => suggest(rules, situation, shown)),
  });
}"""


@pytest.mark.parametrize("file", PROGRAMS, ids=[file.stem for file in PROGRAMS])
def test_browser_and_reference_agree_on_random_sets(page: Page, file: Path) -> None:
    program = load(file)
    dice = random.Random(f"sets for {file.stem}")  # noqa: S311 - repeatable sets
    sets = [draw(dice, program) for _ in range(SETS)]
    expected = []
    met = 0
    for drawn in sets:
        judgement = judge(program.evidence, program.ages, drawn.situation, drawn.shown)
        met += judgement.met
        told = Wording(program, drawn.language).tell(drawn.situation, drawn.shown, judgement)
        expected.append(plain_result(judgement, told))
    given = {
        "rules": evidence_document(program),
        "sets": [plain_drawn(one) for one in sets],
        "suggested": SUGGESTED,
    }
    found = json.loads(page.evaluate(JUDGE, json.dumps(given)))
    assert len(found["results"]) == SETS >= 5_000
    for drawn, wanted, got in zip(sets, expected, found["results"], strict=True):
        assert got == wanted, drawn
    for drawn, got in zip(sets[:SUGGESTED], found["suggestions"], strict=True):
        assert [tuple(one) for one in got] == list(suggest(program.evidence, drawn.situation, drawn.shown)), (
            drawn
        )
    assert SETS * 0.01 < met < SETS * 0.9  # the sets are neither all enough nor all too little


def test_browser_and_reference_agree_on_dates(page: Page) -> None:
    dice = random.Random("dates")  # noqa: S311 - repeatable dates
    days = [
        *LEAP_DAYS,
        date(2000, 2, 29),
        date(1900, 2, 28),
        date(1, 1, 1),
        date(9999, 12, 31),
        date(99, 3, 1),
    ]
    days += [date.fromordinal(dice.randint(1, date.max.toordinal())) for _ in range(3_000)]
    spans = [Span(dice.choice([1, 2, 12, 60, 365, 400, 9999]), dice.choice(list(Unit))) for _ in days]
    births = [date(2012, 2, 29), date(1961, 12, 31)]
    births += [date(1900, 1, 1) + timedelta(days=dice.randint(0, 46_000)) for _ in range(3_000)]
    on_days = [birthday(born, dice.randint(0, 90)) - timedelta(days=dice.randint(0, 1)) for born in births]
    given = {
        "days": [day.isoformat() for day in days],
        "spans": [{"count": span.count, "unit": span.unit} for span in spans],
        "births": [day.isoformat() for day in births],
        "onDays": [day.isoformat() for day in on_days],
    }
    found = page.evaluate(
        """async (text) => {
          const { days, spans, births, onDays } = JSON.parse(text);
          const { after, before, ageOn } = await import("/dates.js");
          return {
            moved: days.map((day, place) => [after(day, spans[place]), before(day, spans[place])]),
            ages: births.map((born, place) => ageOn(born, onDays[place])),
          };
        }""",
        json.dumps(given),
    )
    for day, span, got in zip(days, spans, found["moved"], strict=True):
        assert got == [after(day, span).isoformat(), before(day, span).isoformat()], (day, span)
    for born, day, got in zip(births, on_days, found["ages"], strict=True):
        assert got == age_on(born, day), (born, day)


def test_today_is_the_citys_day_wherever_the_browser_is(page: Page) -> None:
    moments = [
        datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
        datetime(2028, 2, 29, 4, 59, tzinfo=UTC),
        datetime(2028, 3, 1, 4, 59, tzinfo=UTC),
        datetime(2026, 3, 8, 6, 59, tzinfo=UTC),  # the night of the change to summer time
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # and of the change back
        datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    ]
    zones = [
        "America/New_York",
        "America/Los_Angeles",
        "Pacific/Honolulu",
        "Pacific/Kiritimati",
        "Asia/Kathmandu",
    ]
    found = page.evaluate(
        """async ({moments, zones}) => {
          const { todayIn } = await import("/dates.js");
          return zones.map((zone) => moments.map((moment) => todayIn(zone, new Date(moment))));
        }""",
        {"moments": [moment.isoformat() for moment in moments], "zones": zones},
    )
    assert found == [
        [moment.astimezone(ZoneInfo(zone)).date().isoformat() for moment in moments] for zone in zones
    ]


def test_what_is_no_date_is_refused(page: Page) -> None:
    texts = [
        "2027-02-29",
        "2028-02-30",
        "2026-13-01",
        "2026-00-10",
        "26-01-01",
        "2026-1-1",
        "",
        "0000-01-01",
        "2028-02-29",
    ]
    found = page.evaluate(
        """async (texts) => {
          const { isDate, ageOn } = await import("/dates.js");
          return texts.map((text) => {
            try { ageOn(text, "2030-01-01"); } catch { return [isDate(text), false]; }
            return [isDate(text), true];
          });
        }""",
        texts,
    )
    assert found == [[False, False]] * (len(texts) - 1) + [[True, True]]


def test_plural_rules_are_those_of_the_browser(page: Page) -> None:
    numbers = [*range(130), 200, 1000, 1001, 1011, 2000, 9999]
    speaks = {"none": "zh", "one": "en", "zero_one": "bn", "russian": "ru", "polish": "pl", "arabic": "ar"}
    assert set(speaks) == set(PLURAL_RULES)
    found = page.evaluate(
        """async ({numbers, speaks}) => {
          const { phrase } = await import("/wording.js");
          const names = ["zero", "one", "two", "few", "many", "other"];
          const forms = Object.fromEntries(names.map((form) => [form, form]));
          return Object.entries(speaks).map(([plural, language]) => [
            plural,
            numbers.map((number) => new Intl.PluralRules(language).select(number)),
            numbers.map((number) => phrase({ plural, some: forms }, "some", number)),
          ]);
        }""",
        {"numbers": numbers, "speaks": speaks},
    )
    for rule, unicode_forms, ours in found:
        assert ours == unicode_forms == [plural_form(rule, number) for number in numbers], rule
