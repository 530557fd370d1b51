"""Read what `idsvc publish` wrote for everybody: the city's name and look, and the signed lists as files.

Nothing in here is secret, and nothing here reaches further than one folder.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from idsvc.domain.errors import BadSetting

_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_COLOR_NAME: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class City:
    """What pages say about the city; from `program.json`."""

    name: str
    card_name: str
    issuer: str
    contact: str
    """The number to call."""
    languages: tuple[str, ...]
    colors: Mapping[str, str]
    timezone: str

    def style_sheet(self) -> bytes:
        """Write the city's own colours over those of `tokens.css`."""
        colors = "".join(f"  --{name}: {value};\n" for name, value in sorted(self.colors.items()))
        return f":root {{\n{colors}}}\n".encode()


def read_city(public: Path) -> City:
    """Read `program.json`; raises BadSetting when it is missing or malformed."""
    path = public / "program.json"
    try:
        found = json.loads(path.read_bytes())
        city = City(
            name=_text(found, "city"),
            card_name=_text(found, "card"),
            issuer=_text(found, "issuer"),
            contact=_text(found, "contact"),
            languages=tuple(str(code) for code in found["languages"]),
            colors={str(name): str(value) for name, value in found.get("colors", {}).items()},
            timezone=_text(found, "timezone"),
        )
    except FileNotFoundError:
        raise BadSetting(
            "The folder of IDSVC_PUBLIC holds no program.json; run `idsvc publish` into it first."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadSetting(
            "The program.json of IDSVC_PUBLIC cannot be read; run `idsvc publish` again."
        ) from None
    for name, value in city.colors.items():
        # they become a style sheet: nothing but a colour may pass
        if not _COLOR.fullmatch(value) or not _COLOR_NAME.fullmatch(name):
            raise BadSetting("A colour of program.json is not written #rrggbb; run `idsvc publish` again.")
    return city


def _text(found: Mapping[str, object], key: str) -> str:
    value = found[key]
    if not isinstance(value, str) or not value:
        raise ValueError(key)
    return value
