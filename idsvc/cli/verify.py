"""`idsvc verify`: check cards from pictures, PDFs or the text of their codes, with public files alone."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import click

from idsvc.bootstrap import system_clock
from idsvc.cli import exits
from idsvc.credential import (
    WORDS,
    Answer,
    BadList,
    StatusList,
    TrustList,
    Verdict,
    VerificationKey,
    Verifier,
    read_key_set,
    read_status_list,
    read_trust_list,
)
from idsvc.domain.errors import BadInput, BadSetting, Unavailable
from idsvc.imaging.reading import read_codes

_GENUINE: Final = frozenset({Verdict.GENUINE})
_CANNOT_TELL: Final = frozenset(
    {
        Verdict.GENUINE_STATUS_STALE,
        Verdict.GENUINE_STATUS_UNCHECKED,
        Verdict.UNKNOWN_KEY,
        Verdict.UNREADABLE,
    }
)
_LONGEST_TEXT: Final = 8192
"""Bytes up to which a file may be the text of a code instead of a picture."""
_NO_CODE: Final = "No code was found in this picture. Hold the card flat and fill the frame."
_EMPTY: Final = "It is empty. Give a picture, a PDF, or the text of a code (with --lines one a line)."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer about one source; without one, `reason` and `problem` say why it held no code to check."""

    source: str
    answer: Answer | None
    reason: str = ""
    problem: str = ""

    @property
    def exit_code(self) -> int:
        """Give 0 genuine, 1 refused, 2 could not be told."""
        if self.answer is None or self.answer.verdict in _CANNOT_TELL:
            return exits.CANNOT_TELL
        return exits.DONE if self.answer.verdict in _GENUINE else exits.REFUSED


@click.command(
    epilog="Examples: idsvc verify photo.jpg --public public    idsvc verify --token 6BF… --jwks jwks.json"
)
@click.argument("files", nargs=-1, metavar="[FILE…|-]")
@click.option("--token", help="The text of one code.")
@click.option("--lines", type=click.Path(path_type=Path), help="File with the text of one code a line.")
@click.option("--public", type=click.Path(path_type=Path), help="Folder that `idsvc publish` wrote.")
@click.option(
    "--trust", type=click.Path(path_type=Path), help="Trust list (.cwt), with roots.json beside it."
)
@click.option(
    "--roots",
    type=click.Path(path_type=Path),
    help="Root keys to believe (roots.json, got on a trusted way); default: those beside the trust list.",
)
@click.option("--jwks", type=click.Path(path_type=Path), help="Public keys alone, for outsiders.")
@click.option("--status", type=click.Path(path_type=Path), help="A status list (.cwt).")
@click.option("--no-status", is_flag=True, help="Do not check whether a card was withdrawn.")
@click.option("--issuer", help="The issuer that is expected, as a URI.")
@click.option("--at", help="The moment to check for, ISO 8601; default: now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def verify(
    files: tuple[str, ...],
    token: str | None,
    lines: Path | None,
    public: Path | None,
    trust: Path | None,
    roots: Path | None,
    jwks: Path | None,
    status: Path | None,
    no_status: bool,
    issuer: str | None,
    at: str | None,
    as_json: bool,
) -> int:
    """Check cards: pictures, PDFs, the text of codes, or one text a line; `-` reads standard input.

    Exit code 0: all genuine. 1: some refused. 2: some could not be told (unreadable, empty, status not
    checked). 76: a list or key file is damaged or not signed by the root keys; then nothing was checked.
    Without --roots the root keys beside the list are believed: right for a folder that you alone can write.
    A genuine card whose status was not checked, with --no-status or --jwks, is never plainly genuine.
    """
    if sum(place is not None for place in (public, trust, jwks)) != 1:
        raise click.UsageError("Give exactly one of --public, --trust and --jwks.")
    if not files and token is None and lines is None:
        raise click.UsageError("Give a FILE, --token or --lines.")
    if roots is not None and jwks is not None:
        raise click.UsageError("--roots needs --public or --trust.")
    if status is not None and (no_status or jwks is not None):
        raise click.UsageError("--status needs --public or --trust, and no --no-status.")
    verifier = _open_verifier(public, trust, roots, jwks, status, no_status=no_status, issuer=issuer)
    moment = _read_moment(at)
    worst = exits.DONE
    for checked in _check_all(_sources(files, token, lines), verifier, moment):
        click.echo(_as_json(checked) if as_json else _as_words(checked))
        worst = _worse(worst, checked.exit_code)
    return worst


def _worse(one: int, other: int) -> int:
    """Choose the exit code: a refusal outweighs what could not be told, which outweighs genuine."""
    order = (exits.DONE, exits.CANNOT_TELL, exits.REFUSED)
    return max(one, other, key=order.index)


def _sources(
    files: Iterable[str], token: str | None, lines: Path | None
) -> Iterator[tuple[str, bytes, bool]]:
    """Give name, bytes, and whether the bytes are the text of a code for sure."""
    if token is not None:
        yield "--token", token.encode(), True
    if lines is not None:
        written = [(number, line) for number, line in enumerate(_read(lines).splitlines(), 1) if line.strip()]
        for number, line in written:
            yield f"{lines}:{number}", line.strip(), True
        if not written:
            yield str(lines), b"", True
    for name in files:
        yield name, sys.stdin.buffer.read() if name == "-" else _read(Path(name)), False


def _check_all(
    sources: Iterable[tuple[str, bytes, bool]], verifier: Verifier, moment: datetime
) -> Iterator[Checked]:
    for source, content, is_text in sources:
        if not content.strip():
            yield Checked(source, None, reason="empty", problem=_EMPTY)
            continue
        if is_text or _looks_like_text(content):
            yield Checked(source, verifier.verify(content.strip(), at=moment))
            continue
        try:
            codes = read_codes(content)
        except BadInput as problem:
            yield Checked(source, None, reason="unreadable", problem=str(problem))
            continue
        if not codes:
            yield Checked(source, None, reason="no_code", problem=_NO_CODE)
        for code in codes:
            where = source if len(codes) == 1 else f"{source}, page {code.page}"
            yield Checked(where, verifier.verify(code.text, at=moment))


def _looks_like_text(content: bytes) -> bool:
    return len(content) <= _LONGEST_TEXT and content.isascii() and content.strip().isupper()


def _as_json(checked: Checked) -> str:
    if checked.answer is None:
        facts: dict[str, object] = {
            "source": checked.source,
            "verdict": Verdict.UNREADABLE.value,
            "reason": checked.reason,
            "message": checked.problem,
        }
        return json.dumps(facts)
    answer = checked.answer
    facts = {"source": checked.source, "verdict": answer.verdict.value, "reason": answer.reason.value}
    if answer.moment is not None:
        facts["moment"] = _day(answer.moment)
    if answer.claims is not None:
        facts |= _holder(answer)
    return json.dumps(facts, ensure_ascii=False)


def _holder(answer: Answer) -> Mapping[str, object]:
    claims = answer.claims
    if claims is None:
        return {}
    facts: dict[str, object] = {"issuer": claims.issuer, "number": claims.number, "name": claims.name}
    if claims.birth_date is not None:
        facts["birth_date"] = claims.birth_date.isoformat()
    return facts


def _as_words(checked: Checked) -> str:
    if checked.answer is None:
        return f"{checked.source}: CANNOT TELL. {checked.problem}"
    answer = checked.answer
    words = WORDS[answer.verdict]
    date = {"date": "" if answer.moment is None else _day(answer.moment)}
    told = f"{checked.source}: {answer.verdict.value} ({answer.reason.value}). {words.sentence % date}"
    if answer.claims is not None:
        told += f"\n  {answer.claims.name}, card {answer.claims.number}"
    return told


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _open_verifier(
    public: Path | None,
    trust: Path | None,
    roots: Path | None,
    jwks: Path | None,
    status: Path | None,
    *,
    no_status: bool,
    issuer: str | None,
) -> Verifier:
    if jwks is not None:
        return Verifier(
            _believe("key set", jwks, lambda file: read_key_set(file, issuer=issuer)), issuer=issuer
        )
    path = public / "trust/list.cwt" if public is not None else trust
    if path is None:
        raise BadSetting("No trust list was named; give --public, --trust or --jwks.")
    known = _believe("file of root keys", roots or path.with_name("roots.json"), _read_roots)
    believed = _believe("trust list", path, lambda file: read_trust_list(file, known))
    lists = () if no_status else tuple(_status_lists(believed, public, status))
    return Verifier(believed, lists, issuer=issuer)


def _believe(what: str, path: Path, read: Callable[[bytes], T]) -> T:
    """Read a published file; its refusal names it."""
    try:
        return read(_read(path))
    except BadList as refusal:
        raise BadList(f"{what} {path}", refusal.reason) from None


def _read_roots(file: bytes) -> tuple[VerificationKey, ...]:
    return tuple(entry.key for entry in read_key_set(file).keys)


def _status_lists(trust: TrustList, public: Path | None, status: Path | None) -> Iterator[StatusList]:
    paths = [status] if status is not None else sorted((public / "status").glob("*.cwt")) if public else []
    for path in paths:
        yield _believe("status list", path, lambda file: read_status_list(file, trust))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror}); name another file.") from None


def _read_moment(text: str | None) -> datetime:
    if text is None:
        return system_clock()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("at", "Write the moment as ISO 8601, such as 2026-05-01T12:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
