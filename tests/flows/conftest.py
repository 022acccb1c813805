"""One Prefect server for all builds of the session that need one."""

from collections.abc import Iterator

import pytest

from flows.prefect_server import TemporaryServer


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API URL of a real Prefect server with a database of its own."""
    home = tmp_path_factory.mktemp("prefect")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home))
        patch.delenv("PREFECT_API_URL", raising=False)
        server = TemporaryServer()
    try:
        yield server.wait()
    finally:
        server.close()
