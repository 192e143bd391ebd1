import pytest

from exchange import Exchange


@pytest.fixture(scope="session")
def exchange():
    running = Exchange()
    yield running
    assert running.stop() == 0
