"""Which form of a phrase a number takes, by a rule that the language's words name.

The rules are those of Unicode CLDR for whole numbers; `idsvc/web/static/evidence/wording.js` has the same.
"""

from collections.abc import Callable, Mapping

_TEENS = range(11, 15)
_FEW = range(2, 5)


def _russian(number: int) -> str:
    if number % 10 == 1 and number % 100 != 11:  # noqa: PLR2004 - the rule's own numbers, here and below
        return "one"
    return "few" if number % 10 in _FEW and number % 100 not in _TEENS else "many"


def _polish(number: int) -> str:
    if number == 1:
        return "one"
    return "few" if number % 10 in _FEW and number % 100 not in _TEENS else "many"


def _arabic(number: int) -> str:
    if number in {0, 1, 2}:
        return ("zero", "one", "two")[number]
    if 3 <= number % 100 <= 10:  # noqa: PLR2004
        return "few"
    return "many" if number % 100 >= 11 else "other"  # noqa: PLR2004


_RULES: Mapping[str, tuple[tuple[str, ...], Callable[[int], str]]] = {
    "none": (("other",), lambda _: "other"),
    "one": (("one", "other"), lambda number: "one" if number == 1 else "other"),
    "zero_one": (("one", "other"), lambda number: "one" if number in {0, 1} else "other"),
    "russian": (("one", "few", "many"), _russian),
    "polish": (("one", "few", "many"), _polish),
    "arabic": (("zero", "one", "two", "few", "many", "other"), _arabic),
}
PLURAL_RULES = tuple(_RULES)


def plural_forms(rule: str) -> tuple[str, ...]:
    """Name the forms that a rule needs."""
    return _RULES[rule][0]


def plural_form(rule: str, number: int) -> str:
    """Name the form that a number takes."""
    return _RULES[rule][1](number)
