"""The request class: a body stays in memory, whole and small, and never touches the disk.

Werkzeug writes a part above 500 kB to an unlinked temporary file whose bytes can be recovered; ours cannot.
"""

from io import BytesIO
from typing import Final

import flask

MAX_BODY: Final = 8 * 1024 * 1024
"""Bytes of a whole body."""
MAX_FORM_MEMORY: Final = 64 * 1024
"""Bytes of all typed fields of a multipart form together."""
MAX_FORM_PARTS: Final = 40


class MemoryRequest(flask.Request):
    """A request whose uploads are kept in memory and whose size is capped."""

    max_content_length = MAX_BODY
    max_form_memory_size = MAX_FORM_MEMORY
    max_form_parts = MAX_FORM_PARTS

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - Werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> BytesIO:
        return BytesIO()
