"""Every URL asks for a permission or is open to all knowingly, and none appears or vanishes unnoticed.

`python tests/house/test_routes.py` writes the list of URLs anew.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from pydantic import BaseModel

from registry.app import assemble_app
from registry.kernel.permissions import SAYING, WRITING, Permission
from registry.platform.home import Home, Urls
from registry.platform.settings import Settings
from registry.rooms import ROOMS
from registry.web.openapi import DOCUMENT, describe, described_calls
from registry.web.visits import Premises

LIST = Path(__file__).with_name("routes.txt")
NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
OPEN = "everybody"
UNDECLARED = "nothing"
PUBLIC = {
    "GET /": "sends to the sign-in, or to where a signed-in person starts",
    "GET /accessibilite": "the law asks for it on every public body's site",
    "GET /agenda/{token:str}/echeances.ics": "an agenda asks with its own key, which opens nothing else",
    "GET /aide/api": "how the API is asked: the same for everybody, and needed before a key is made",
    "GET /aide/problemes/{code:str}": "what a refusal means: where the `type` of one leads",
    "GET /api": "sends to the page of the API",
    "GET /api/openapi.json": "sends to the document of the API",
    "GET /api/v1/openapi.json": "the document of the API: the same for everybody",
    "GET /catalogue": "what is published, as the role of the public reads it",
    "GET /catalogue/atom.xml": "what is published",
    "GET /catalogue/dcat.jsonld": "what is published",
    "GET /catalogue/dcat.rdf": "what is published",
    "GET /catalogue/dcat.ttl": "what is published",
    "GET /catalogue/etalab.csv": "what is published",
    "GET /catalogue/jeux/{dataset_id:int}": "what is published",
    "GET /catalogue/organisations/{organisation_id:int}": "who publishes",
    "GET /catalogue/scdl.csv": "what is published",
    "GET /connexion": "the sign-in",
    "GET /health": "asked by the machine that watches",
    "GET /lien/{token:str}": "the link is the secret",
    "GET /metrics": "asked by the machine that measures; counts only",
    "GET /mot-de-passe-oublie": "asked by somebody who cannot sign in",
    "GET /robots.txt": "what robots may read",
    "GET /sitemap.xml": "where the public pages stand",
    "GET /statique/{digest:str}/{name:str}": "style sheets, scripts and fonts",
    "POST /connexion": "the sign-in",
    "POST /langue": "the reader's language",
    "POST /lien/{token:str}": "the link is the secret",
    "GET /depot/{token:str}": "the secret of its address decides, and opens one contract",
    "POST /depot/{token:str}/livraisons/{delivery_id:int}": "the secret of its address decides, and opens one contract",
    "GET /api/v1/depot": "the token of a link decides, and opens one contract",
    "POST /api/v1/depot/deliveries/{delivery_id:int}/receipts": "the token of a link decides, and opens one contract",
    "POST /mot-de-passe-oublie": "asked by somebody who cannot sign in; the answer is always the same",
}
"""What anybody may ask for without signing in, each with its reason."""


def assembled() -> Litestar:
    """The whole application, on premises whose database is away."""
    home = Home(Settings(home=Path("/nonexistent")), Urls(NOWHERE, NOWHERE, NOWHERE), None)
    premises = Premises(
        home=home, info={"today": lambda: date(2026, 11, 24)}, enter_by_session=lambda *_: None,
        enter_by_token=lambda *_: None, authority="", demonstration=False, csrf_key=b"k" * 32, navigation=(),
    )  # fmt: skip
    return assemble_app(premises)


def routes(app: Litestar) -> Iterator[tuple[str, str]]:
    """Each method and path with what it asks for; what Litestar answers to OPTIONS says nothing of ours."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute), "This test reads HTTP routes only: teach it the new kind."
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                permission = handler.opt.get("permission", UNDECLARED)
                yield f"{method} {route.path}", OPEN if permission is None else str(permission)


@pytest.fixture(scope="module")
def declared() -> dict[str, str]:
    """Every URL of the application, with the permission it asks for."""
    return dict(sorted(routes(assembled())))


def test_every_route_declares_what_it_asks_for(declared: dict[str, str]) -> None:
    silent = [url for url, asked in declared.items() if asked == UNDECLARED]
    assert not silent, f"Declare these by @route(method, path, permission), or EVERYBODY: {silent}"
    unknown = {url: asked for url, asked in declared.items() if asked not in {*Permission, OPEN, UNDECLARED}}
    assert not unknown, f"These ask for what is no Permission: {unknown}"


def test_two_shapes_of_the_api_never_share_a_name() -> None:
    handlers = [
        handler for route in assembled().routes if isinstance(route, HTTPRoute) for handler in route.route_handlers
    ]
    shapes = by_name(inner_shapes(handler.opt["takes"]) for handler in handlers if handler.opt.get("takes") is not None)
    shared = {name: kinds for name, kinds in shapes.items() if len(kinds) > 1}
    assert not shared, f"The API’s document names each shape once; rename all but one of: {shared}"


def inner_shapes(shape: Any) -> set[type[BaseModel]]:
    """A form and every form within it."""
    found: set[type[BaseModel]] = set()
    waiting = [shape]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in found:
            found.add(one)
            waiting += [field.annotation for field in one.model_fields.values()]
        else:
            waiting += [inner for inner in get_args(one) if inner is not one]
    return found


def by_name(groups: Iterable[set[type[BaseModel]]]) -> dict[str, set[type[BaseModel]]]:
    """The shapes that bear each name."""
    named: dict[str, set[type[BaseModel]]] = {}
    for one in set().union(*groups):
        named.setdefault(one.__name__, set()).add(one)
    return named


def test_what_is_open_to_all_is_so_knowingly(declared: dict[str, str]) -> None:
    public = {url for url, asked in declared.items() if asked in {OPEN, UNDECLARED}}
    assert public <= set(PUBLIC), (
        f"Give these a permission; or, if anybody on the network may ask for them, add them to PUBLIC in "
        f"tests/house/test_routes.py with the reason: {sorted(public - set(PUBLIC))}"
    )
    assert set(PUBLIC) <= public, f"No longer open, or gone; remove from PUBLIC: {sorted(set(PUBLIC) - public)}"


def test_no_url_appears_or_vanishes_unnoticed(declared: dict[str, str]) -> None:
    listed = LIST.read_text("utf-8").splitlines()
    found = [f"{url} {asked}" for url, asked in declared.items()]
    gone, new = sorted(set(listed) - set(found)), sorted(set(found) - set(listed))
    assert listed == found, (
        "Somebody may have bookmarked or programmed a URL that vanishes: keep it, or answer it with a redirection. "
        "If the change is meant, run `python tests/house/test_routes.py` and commit tests/house/routes.txt.\n"
        f"Gone or changed: {gone}\nNew or changed: {new}"
    )


def test_what_changes_something_asks_for_more_than_reading(declared: dict[str, str]) -> None:
    own = {Permission.ACCOUNTS_SELF_MANAGE}
    weak = {
        url: asked
        for url, asked in declared.items()
        if not url.startswith("GET ") and asked not in {*WRITING, *SAYING, *own, OPEN}
    }
    assert not weak, f"An unsafe method asks for a permission under which rows may be written: {weak}"


def test_every_room_that_has_pages_answers_under_its_own_address(declared: dict[str, str]) -> None:
    paths = {url.partition(" ")[2] for url in declared}
    silent = [room.name for room in ROOMS if room.prefix and not any(path.startswith(room.prefix) for path in paths)]
    assert not silent, f"registry/rooms.py gives these rooms an address where nothing answers; empty it: {silent}"


def test_every_call_of_the_api_stands_in_its_document() -> None:
    app = assembled()
    described = {f"{one.method} {one.path}" for one in described_calls(app)}
    calls = {url for url, _asked in routes(app) if url.partition(" ")[2].startswith("/api/v1/")}
    silent = calls - described - {f"GET {DOCUMENT}"}
    assert not silent, f"Say what these do: @route(…, about=ApiCall(…)), from registry.web.calls: {silent}"


def test_two_calls_of_the_api_never_share_a_name() -> None:
    names = Counter(
        one["operationId"]
        for path in describe(assembled(), title="", server="")["paths"].values()
        for one in path.values()
    )
    shared = [name for name, times in names.items() if times > 1]
    assert not shared, (
        f"A program made from the API’s document names its calls by these: rename all but one of {shared}"
    )


if __name__ == "__main__":
    LIST.write_text("".join(f"{url} {asked}\n" for url, asked in sorted(routes(assembled()))), "utf-8")
