import pytest

from tests.credential.city import City


@pytest.fixture(scope="session")
def city() -> City:
    return City()
