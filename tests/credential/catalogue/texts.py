"""Texts that are no token, or no whole one."""

import gzip
import zlib
from collections.abc import Iterator

from idsvc.credential import Reason
from idsvc.credential.qrtext import LARGEST_CONTENT, LONGEST_TEXT, base45, inflated, unbase45, write_text
from tests.credential.catalogue.world import Vector, World


def texts(world: World) -> Iterator[Vector]:
    """Give texts that fail at Base45 or before."""
    genuine = world.issue()
    yield Vector("nothing", "", Reason.EMPTY)
    yield Vector("longer than any QR code", "0" * (LONGEST_TEXT + 1), Reason.TOO_LONG)
    yield Vector("as long as a QR code can be", "0" * LONGEST_TEXT, Reason.NOT_ZLIB)
    yield Vector("lower case", genuine.lower(), Reason.BASE45)
    yield Vector("one letter in lower case", "n" + genuine[1:], Reason.BASE45)
    yield Vector("a space before", " " + genuine, Reason.BASE45)
    yield Vector("a line feed after", genuine + "\n", Reason.BASE45)
    yield Vector("a zero byte after", genuine + "\0", Reason.BASE45)
    yield Vector("digits of another script", "\u0661" + genuine[1:], Reason.BASE45)
    yield Vector("a lone surrogate", "\ud800" + genuine[1:], Reason.BASE45)
    yield Vector("a triple above 65,535", ":::" + genuine[3:], Reason.BASE45)
    yield Vector("a last pair above 255", "NCF::", Reason.BASE45)
    yield Vector("a single last character", "NCF0", Reason.BASE45)
    yield Vector("a web address", "https://example.org/", Reason.BASE45)
    yield Vector("a web address in capitals", "HTTPS://EXAMPLE.ORG/", Reason.BASE45)
    yield Vector("a bar code of a driver's licence", "@\n\x1e\rANSI 636000090002DL00410278", Reason.BASE45)
    yield Vector("a JSON web token", "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA", Reason.BASE45)
    yield Vector("the prefix of a health certificate", "HC1:" + genuine, Reason.BASE45)
    yield Vector("a prefix of three characters", "ID:" + genuine, Reason.BASE45)


def compressions(world: World) -> Iterator[Vector]:
    """Give texts whose bytes are no zlib stream, or not a whole one."""
    genuine = world.issue()
    packed = unbase45(genuine.encode())
    inside = inflated(packed)
    for name, spoiled in (
        ("without zlib", inside),
        ("raw deflate", packed[2:-4]),
        ("gzip", gzip.compress(inside, mtime=0)),
        ("a header with a wrong check", b"\x78\x9d" + packed[2:]),
        ("a header that asks for a dictionary", b"\x78\xbb" + packed[2:]),
        ("a header with another window", b"\x68\x81" + packed[2:]),
        ("a header with another method", b"\x79\x9c" + packed[2:]),
        ("one byte", b"\x78"),
    ):
        yield Vector(name, base45(spoiled), Reason.NOT_ZLIB)
    for name, spoiled in (
        ("a header alone", packed[:2]),
        ("cut in the middle", packed[: len(packed) // 2]),
        ("cut before the checksum", packed[:-4]),
        ("cut within the checksum", packed[:-1]),
        ("a wrong checksum", packed[:-1] + bytes((packed[-1] ^ 1,))),
        ("a byte after the end", packed + b"\0"),
        ("twice", packed + packed),
        ("a reserved block type", b"\x78\x9c\x07" + packed[3:]),
    ):
        yield Vector(name, base45(spoiled), Reason.COMPRESSION)
    yield Vector("a bomb of two megabytes", write_text(bytes(2_000_000)), Reason.TOO_LARGE)
    yield Vector("one byte too much inside", write_text(bytes(LARGEST_CONTENT + 1)), Reason.TOO_LARGE)
    yield Vector("as much inside as may be", write_text(bytes(LARGEST_CONTENT)), Reason.COSE_TAG)
    yield Vector("nothing inside", write_text(b""), Reason.COSE_TAG)
    yield Vector("stored blocks", base45(zlib.compress(inside, 0)), Reason.GENUINE)
    yield Vector("fixed codes", base45(_fixed(inside)), Reason.GENUINE)


def _fixed(inside: bytes) -> bytes:
    packer = zlib.compressobj(1, strategy=zlib.Z_FIXED)
    return packer.compress(inside) + packer.flush()
