"""The order in which letters written from the left and from the right stand on one line (Unicode UAX #9).

A line is a paragraph of one direction; the controls that embed, override or isolate count for nothing, for
no text of a card, slip or guide may hold them.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

_UNSEEN: Final = {"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""Rule X9: what the rules pass over."""
_SIDES: Final = {"L": "L", "R": "R", "EN": "R", "AN": "R"}
"""What a resolved class counts as beside a bracket or a neutral (rules N0 and N1)."""
_STRONG: Final = {"L", "R", "AL"}
_NEUTRALS: Final = {"B", "S", "WS", "ON"}
_CLOSING: Final = {"[": "]", "{": "}", "\u298d": "\u2990", "\u298f": "\u298e", "\uff3b": "\uff3d"} | {
    "\uff5b": "\uff5d"
}
"""The brackets whose partner is not the next character (BidiBrackets.txt)."""
_SAME: Final = {"\u232a": "\u3009"}
"""Brackets that are canonically equivalent close each other (BD16)."""
_MOST_OPEN: Final = 63
"""Rule BD16: with more brackets open than these none of the rest is paired."""


def is_right_to_left(text: str) -> bool:
    """Tell whether a paragraph starts on the right: its first strong letter decides (rules P2 and P3)."""
    return next((kind != "L" for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), False)


def resolve_levels(text: str, *, right_to_left: bool) -> list[int]:
    """Give each character's level in a line of a paragraph of that direction; odd is from right to left."""
    base = int(right_to_left)
    side = "R" if right_to_left else "L"
    classes = [unicodedata.bidirectional(character) or "L" for character in text]
    places = [place for place, kind in enumerate(classes) if kind not in _UNSEEN]
    seen = [classes[place] for place in places]
    kinds = seen.copy()
    _resolve_weak(kinds, side)
    _resolve_brackets(kinds, seen, [text[place] for place in places], side)
    _resolve_neutrals(kinds, side)
    risen = {"L": 2 * base, "R": 1, "EN": 2, "AN": 2}  # rules I1 and I2
    found = dict(zip(places, [risen[kind] for kind in kinds], strict=True))
    levels: list[int] = []
    for place in range(len(text)):  # what was passed over stays with what stands before it
        levels.append(found.get(place, levels[-1] if levels else base))
    at_end = True
    for place in reversed(range(len(text))):  # rule L1
        kind = classes[place]
        at_end = kind in ("B", "S") or (at_end and (kind == "WS" or kind in _UNSEEN))
        if at_end:
            levels[place] = base
    return levels


def visual_order(levels: Sequence[int]) -> list[int]:
    """Give the places of levels as they stand from left to right (rule L2)."""
    order = list(range(len(levels)))
    for lowest in range(max(levels, default=0), 0, -1):
        turned: list[int] = []
        for is_turned, places in groupby(order, key=lambda place: levels[place] >= lowest):
            turned += list(places)[:: -1 if is_turned else 1]
        order = turned
    return order


def _resolve_weak(kinds: list[str], side: str) -> None:
    """Apply rules W1 to W7: marks, numbers and what belongs to numbers."""
    for place, kind in enumerate(kinds):  # W1
        if kind == "NSM":
            kinds[place] = kinds[place - 1] if place else side
    for place in _numbers_behind(kinds, "AL", side):  # W2
        kinds[place] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for place in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[place - 1 : place + 2]
        if left == right and ((kind == "ES" and left == "EN") or (kind == "CS" and left in ("EN", "AN"))):
            kinds[place] = left
    for start, end in _stretches(kinds, {"ET"}):  # W5
        if "EN" in (*kinds[start - 1 : start], *kinds[end : end + 1]):
            kinds[start:end] = ["EN"] * (end - start)
    kinds[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]  # W6
    for place in _numbers_behind(kinds, "L", side):  # W7
        kinds[place] = "L"


def _numbers_behind(kinds: list[str], letter: str, side: str) -> list[int]:
    """Give where European numbers stand whose last strong letter before is of that class."""
    found: list[int] = []
    strong = side
    for place, kind in enumerate(kinds):
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == letter:
            found.append(place)
    return found


def _resolve_brackets(kinds: list[str], seen: list[str], characters: list[str], side: str) -> None:
    """Apply rule N0: a pair of brackets stands as what is in it does, else as what comes before it."""
    for opening, closing in _bracket_pairs(kinds, characters):
        inside = {_SIDES[kind] for kind in kinds[opening + 1 : closing] if kind in _SIDES}
        if not inside:
            continue
        before = next((_SIDES[kind] for kind in reversed(kinds[:opening]) if kind in _SIDES), side)
        settled = side if side in inside else before
        for place in (opening, closing):
            kinds[place] = settled
            for following in range(place + 1, len(kinds)):
                if seen[following] != "NSM":
                    break
                kinds[following] = settled


def _bracket_pairs(kinds: list[str], characters: list[str]) -> list[tuple[int, int]]:
    """Give the pairs of brackets by where they open (definition BD16)."""
    waiting: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for place, character in enumerate(characters):
        if kinds[place] != "ON" or not unicodedata.mirrored(character):
            continue
        category = unicodedata.category(character)
        if category == "Ps":
            if len(waiting) == _MOST_OPEN:
                break
            closing = _CLOSING.get(character) or chr(ord(character) + 1)
            waiting.append((_SAME.get(closing, closing), place))
        elif category == "Pe":
            wanted = _SAME.get(character, character)
            opened = [depth for depth, (closing, _) in enumerate(waiting) if closing == wanted]
            if opened:
                pairs.append((waiting[opened[-1]][1], place))
                del waiting[opened[-1] :]
    return sorted(pairs)


def _resolve_neutrals(kinds: list[str], side: str) -> None:
    """Apply rules N1 and N2: neutrals between two of one direction take it, others the paragraph's."""
    for start, end in _stretches(kinds, _NEUTRALS):
        left = _SIDES[kinds[start - 1]] if start else side
        right = _SIDES[kinds[end]] if end < len(kinds) else side
        kinds[start:end] = [left if left == right else side] * (end - start)


def _stretches(kinds: list[str], wanted: set[str]) -> Iterator[tuple[int, int]]:
    """Give begin and end of each longest stretch of wanted classes; these may be replaced meanwhile."""
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] in wanted:
            end += 1
        if end > place:
            yield place, end
        place = end + 1
