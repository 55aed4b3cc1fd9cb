"""Rehearsals: what a request would do to a furnished town, undone after each."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Connection, make_url

from registry.app import premises_of
from registry.platform.home import Home
from registry.platform.postgres import Cluster
from registry.web.cookies import VISITOR_COOKIE
from registry.web.csrf import csrf_token
from registry.web.visits import Premises
from tests.access.scene import ESSENTIAL, NOTHING, RECORD, TURTLE, Call, Objects, furnish
from tests.access.suggesting import SAMPLE
from tests.conftest import ModelTown, Someone, Town, opened_home, town_in
from tests.serving import Served

WORDS = {"authority": "aubepine", "commune": "bruyere", "other": "capucine"}
ABOVE = "dahlia"
"""What stands in the authority's own fields, which the bodies below it do not read on a page."""


@dataclass
class Furnished:
    """A town where the authority and its two communes each hold one of everything."""

    town: Town
    objects: dict[str, Objects] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelFurnished:
    """A home that nobody is connected to, furnished once: each test's own is copied from it."""

    database: str
    files: Path
    furnished: Furnished


@pytest.fixture(scope="session")
def model_furnished(
    cluster: Cluster, model_town: ModelTown, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelFurnished]:
    """Each organisation with one of everything, its own word in every text: costs more than to copy it."""
    folder = tmp_path_factory.mktemp("furnished")
    with opened_home(cluster, model_town.database, folder) as home, town_in(home, model_town) as town:
        places = {"authority": town.authority_id, "commune": town.commune_id, "other": town.other_commune_id}
        objects = {
            name: furnish(town, number, WORDS[name], above=ABOVE if name == "authority" else "")
            for name, number in places.items()
        }
        home.dispose()
        made = Furnished(town, {**objects, "none": Objects(NOTHING)})
        yield ModelFurnished(make_url(home.urls.owner).database or "", home.settings.root, made)


@pytest.fixture
def furnished(
    cluster: Cluster, model_town: ModelTown, model_furnished: ModelFurnished, tmp_path: Path
) -> Iterator[Furnished]:
    """A town where each organisation has one of everything: a test may change it as it likes."""
    with opened_home(cluster, model_furnished.database, tmp_path) as home, town_in(home, model_town) as town:
        if model_furnished.files.exists():
            shutil.copytree(model_furnished.files, home.settings.root, dirs_exist_ok=True)
        yield Furnished(town, dict(model_furnished.furnished.objects))


class RehearsalHome(Home):
    """A home whose pages all speak through one connection, within a transaction that is never kept."""

    connection: Connection

    @property
    def app(self) -> Any:  # type: ignore[override]
        """The connection itself: a session joins its transaction by a savepoint."""
        return self.connection

    @property
    def app_at_one_moment(self) -> Any:
        """The same: what a rehearsed request wrote stands in that transaction alone."""
        return self.connection


@contextmanager
def rehearsing(
    town: Town, change: Callable[[Premises], Premises] = lambda premises: premises
) -> Iterator[Callable[..., Response]]:
    """The whole application; whatever a request does is undone once it is answered."""
    # One application serves both clients: the first to be opened must be the last to be closed, or it waits for ever.
    assert town.client is not None
    with town.home.app.connect() as connection:
        home = RehearsalHome(town.home.settings, town.home.urls, town.home.cluster)
        home.connection = connection
        premises = replace(change(premises_of(town.home)), home=home)
        with Served(premises) as client:

            def ask(method: str, path: str, **more: Any) -> Response:
                kept = connection.begin()
                connection.begin_nested()
                try:
                    return client.request(method, path, **more)
                finally:
                    kept.rollback()

            yield ask


@dataclass(frozen=True)
class Asker:
    """Somebody as the request shows them: a cookie with its form token, or a key."""

    cookie: str
    csrf: str
    key: str = ""


def nobody(town: Town) -> Asker:
    """A browser that opened the sign-in page, and no more."""
    return Asker(f"{VISITOR_COOKIE}=visite", csrf_token(b"visite", town.home.secret("csrf")))


def signed_in(someone: Someone) -> Asker:
    """Somebody who opens pages in a browser and calls the API by a key."""
    return Asker(someone.cookie, someone.csrf, someone.api_token)


def _file_for(path: str) -> tuple[str, bytes]:
    if path.startswith(("/traitements/", "/api/v1/processing-activities/")):
        return "registre.csv", RECORD
    if "essential-data" in path or "donnees-essentielles" in path:
        return "decp.json", ESSENTIAL
    return (
        ("extrait.csv", SAMPLE)
        if path.endswith(("/inspection", "/petits-effectifs", "/small-counts"))
        else ("jeux.ttl", TURTLE)
    )


def send(
    ask: Callable[..., Response], method: str, wanted: Call, asker: Asker, *, key_everywhere: bool = False
) -> Response:
    """Sends one call as somebody: pages by cookie and form token, the API by key."""
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    is_api = wanted.path.startswith("/api/")
    if (wanted.key or asker.key) and (is_api or key_everywhere):
        headers["Authorization"] = f"Bearer {wanted.key or asker.key}"
    else:
        headers["Cookie"] = asker.cookie
        headers["X-CSRF-Token"] = asker.csrf
    if wanted.version is not None:
        headers["If-Match"] = f'"{wanted.version}"'
    if wanted.content is not None:
        more["content"] = wanted.content
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif wanted.json is not None:
        more["json"] = wanted.json
    elif wanted.form is not None:
        more["data"] = {"_csrf": asker.csrf, **wanted.form}
    if wanted.file:
        more["files"] = {"file": _file_for(wanted.path)}
    return ask(method, wanted.path, headers=headers, follow_redirects=False, **more)


def client_of(app: Litestar) -> TestClient[Litestar]:
    """A program that asks an application."""
    return TestClient(app, raise_server_exceptions=False)
