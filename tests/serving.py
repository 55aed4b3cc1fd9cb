"""The application in front of a home, as tests ask it: assembled once a process, given each home in turn."""

from typing import Any

from httpx import Request, Response
from litestar import Litestar
from litestar.testing import TestClient

from registry.app import assemble_app, premises_of
from registry.platform.home import Home
from registry.web.visits import Premises


class Served(TestClient[Litestar]):
    """A client of the application on premises of its own, whoever else was served in between.

    Assembling some five hundred routes costs more than what most tests ask of them.
    """

    def __init__(self, premises: Premises, **more: Any) -> None:
        self.premises = premises
        super().__init__(application(premises), raise_server_exceptions=False, **more)

    def send(self, request: Request, **more: Any) -> Response:
        """Sends a request, on these premises."""
        self.app.state.premises = self.premises
        return super().send(request, **more)


def served(home: Home, **more: Any) -> Served:
    """A client of the application on a home."""
    return Served(premises_of(home), **more)


_ASSEMBLED: dict[bool, Litestar] = {}


def application(premises: Premises) -> Litestar:
    """The application of this process, set on these premises: one for plain addresses, one for https."""
    https = premises.home.settings.public_url.startswith("https://")
    if https not in _ASSEMBLED:
        _ASSEMBLED[https] = assemble_app(premises)
    _ASSEMBLED[https].state.premises = premises
    return _ASSEMBLED[https]
