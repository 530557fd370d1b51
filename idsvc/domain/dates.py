"""Lengths of time and ages on plain dates: the one place that knows 29 February and short months."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """The unit of a length of time; a month and a year follow the calendar."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as a program writes it: "60 days", "6 months", "5 years"."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}" + ("" if self.count == 1 else "s")


def days(count: int) -> Span:
    """Make a length of that many days."""
    return Span(count, Unit.DAY)


def years(count: int) -> Span:
    """Make a length of that many years."""
    return Span(count, Unit.YEAR)


def after(day: date, span: Span) -> date:
    """Go forward; a day that the month does not have becomes its last (29 February + 1 year: 28 February).

    Stops at the calendar's end instead of failing.
    """
    return _moved(day, span, 1)


def before(day: date, span: Span) -> date:
    """Go back, by the same rule as `after`."""
    return _moved(day, span, -1)


def _moved(day: date, span: Span, sign: int) -> date:
    if span.unit is Unit.DAY:
        ordinal = day.toordinal() + sign * span.count
        return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))
    months = span.count * (12 if span.unit is Unit.YEAR else 1)
    year, month = divmod(day.year * 12 + day.month - 1 + sign * months, 12)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def birthday(birth_date: date, age: int) -> date:
    """Give the day on which that age begins; born on 29 February, it is 1 March in common years."""
    year = birth_date.year + age
    if (birth_date.month, birth_date.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return birth_date.replace(year=year)


def age_on(birth_date: date, day: date) -> int:
    """Count the completed years of life; negative before birth."""
    age = day.year - birth_date.year
    return age if birthday(birth_date, age) <= day else age - 1


def day_after(day: date) -> date:
    """Give the next day."""
    return day + timedelta(days=1)
