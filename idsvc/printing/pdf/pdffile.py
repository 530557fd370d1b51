"""A PDF file written object by object, for batches: what is known is written as it is, nothing is inspected.

Only what cards need is here. A file tells its title and author, no dates and no software but idsvc; the same
objects make the same bytes.
"""

from typing import Final

_HEADER: Final = b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"
"""Bytes above 127 in a comment tell file transfer programs that this is no text (ISO 32000-1, 7.5.2)."""


class PdfFile:
    """Objects in the order in which they are written; numbers may be given out before."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = [_HEADER]
        self._length = len(_HEADER)
        self._offsets: list[int] = [0]

    def reserve(self) -> int:
        """Give out a number for an object that is written later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    def write(self, number: int, *body: bytes) -> None:
        """Write the object of a number that was given out."""
        self._offsets[number] = self._length
        pieces = (b"%d 0 obj\n" % number, *body, b"\nendobj\n")
        self._pieces += pieces
        self._length += sum(map(len, pieces))

    def add(self, *body: bytes) -> int:
        """Write an object; give its number."""
        number = self.reserve()
        self.write(number, *body)
        return number

    def add_stream(self, entries: bytes, data: bytes) -> int:
        """Write a stream with the entries of its dictionary but the length; give its number."""
        head = b"<<%b/Length %d>>stream\n" % (entries, len(data))
        return self.add(head, data, b"\nendstream")

    def finish(self, *, pages: int, kids: list[int], title: str, author: str) -> bytes:
        """Write the tree of pages under its number, title and author, and the cross-references."""
        listed = b" ".join([b"%d 0 R" % kid for kid in kids])
        self.write(pages, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(kids), listed))
        # A viewer that fits pages to paper would shrink the modules of the code to broken dots.
        root = self.add(b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None>>>>" % pages)
        told = (_text(title), _text(author))
        info = self.add(b"<</Title %b/Author %b/Creator(idsvc)/Producer(idsvc)>>" % told)
        count = len(self._offsets)
        if not all(self._offsets[1:]):
            raise AssertionError("every number that was given out is written")
        entries = b"".join([b"%010d 00000 n \n" % offset for offset in self._offsets[1:]])
        tail = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._pieces += (
            b"xref\n0 %d\n0000000000 65535 f \n" % count,
            entries,
            tail % (count, root, info, self._length),
        )
        return b"".join(self._pieces)


def _text(words: str) -> bytes:
    """Write a text string in UTF-16 with its mark (ISO 32000-1, 7.9.2.2)."""
    return b"<FEFF%b>" % words.encode("utf-16-be").hex().upper().encode("ascii")
