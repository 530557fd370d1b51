import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from idsvc.imaging.portrait import Portrait, make_portrait
from idsvc.resources import path

Save = Callable[..., bytes]


@pytest.fixture(scope="session")
def photo() -> bytes:
    """The shipped sample: a NASA portrait in the public domain."""
    return path("templates/samples/portrait.jpg").read_bytes()


@pytest.fixture(scope="session")
def portrait(photo: bytes) -> Portrait:
    return make_portrait(photo)


@pytest.fixture(scope="session")
def save() -> Save:
    def _save(picture: Image.Image, form: str = "JPEG", **options: object) -> bytes:
        out = io.BytesIO()
        picture.save(out, form, **options)
        return out.getvalue()

    return _save


@pytest.fixture(scope="session")
def noise() -> Image.Image:
    """A picture without a face and of worst compression."""
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (600, 500, 3), dtype=np.uint8))
