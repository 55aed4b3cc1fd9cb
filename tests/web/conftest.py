"""A small application on the web room alone: every component on one page, and routes that fail in every way."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from litestar import Litestar, Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, RawBody
from litestar.testing import TestClient
from playwright.sync_api import Browser, Page, Route, sync_playwright
from psycopg.errors import AdminShutdown, ProgramLimitExceeded, QueryCanceled
from sqlalchemy.exc import DataError, OperationalError

from registry.kernel.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionNeeded,
    Refusal,
    Stale,
    TooLarge,
    Unavailable,
    Unreadable,
)
from registry.kernel.words import current_locale, use_translations
from registry.web.csrf import check_csrf, csrf_token
from registry.web.problems import EXCEPTION_HANDLERS
from registry.web.progress import Progress
from registry.web.security import secure
from registry.web.shell import Entry, Notice, Shell, navigation_of
from registry.web.static import static_handlers
from registry.web.templating import environment, render
from registry.web.uploads import Receiving, receive_upload
from registry.web.visits import Premises, SignInNeeded
from registry.web.words import choose_locale, translations_for

KEY, SECRET = b"k" * 32, b"a session"
UPLOAD_LIMIT = 2 * 2**20
ORIGIN = "http://localhost:8000"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    values: list[tuple[str, str, bool]]


@dataclass(frozen=True)
class ConflictRow:
    name: str
    label: str
    theirs: str
    mine: str
    theirs_raw: str
    mine_raw: str
    both_changed: bool
    mine_first: bool


@dataclass(frozen=True)
class Change:
    version: int
    at: datetime
    actor: str
    sentence: str
    reason: str | None
    changes: tuple[tuple[str, str, str], ...]
    address: str = ""


INSTANT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
VIEW: dict[str, Any] = {
    "work": Progress("/travaux/7", "En cours", "lecture du catalogue", 1200, 4398, is_over=False),
    "day": date(2026, 11, 24),
    "instant": INSTANT,
    "verdicts": [
        ("non-compliant", "Non conforme"),
        ("to-complete", "À compléter"),
        ("compliant", "Conforme"),
        ("not-applicable", "Sans objet"),
    ],
    "facets": [
        Facet("etape", "Étape", [("a", "Identifié", False), ("b", "Publié", True)]),
        Facet("acces", "Niveau d’accès", [("p", "Public", False)]),
    ],
    "conflicts": [
        ConflictRow("titre", "Titre", "Bornes de recharge", "Bornes électriques", "x", "y", True, True),
        ConflictRow("editeur", "Éditeur", "Communauté urbaine", "", "Communauté urbaine", "", False, False),
    ],
    "history": [
        Change(2, INSTANT, "Direction du numérique", "Fiche modifiée", "Correction demandée par le service",
               (("Licence", "", "Licence Ouverte 2.0"), ("Titre", "Bornes", "Bornes de recharge"))),
        Change(1, INSTANT, "Import n° 12", "Fiche créée", None, ()),
    ],
}  # fmt: skip
NAVIGATION = (
    Entry("Jeux de données", "/jeux"), Entry("Conformité", "/galerie"), Entry("Organisations", "/organisations"),
    Entry("Imports", "/imports"), Entry("Documents", "/documents"), Entry("Comptes", "/comptes"),
)  # fmt: skip


def shell(path: str = "/galerie") -> Shell:
    """The frame of a signed-in page of the demonstration."""
    return Shell(
        authority="Communauté urbaine d’Arras",
        demonstration=True,
        navigation=navigation_of(NAVIGATION, path, lambda _permission: True),
        signed_in=True,
        path=path,
        csrf=csrf_token(SECRET, KEY),
        notices=(Notice("success", "La fiche est enregistrée."),),
    )


@get("/galerie", sync_to_thread=True)
def gallery(request: Request[Any, Any, Any]) -> Response[str]:
    """Every component."""
    locale = choose_locale(request.cookies.get("langue"), request.headers.get("accept-language"))
    house = environment(locale)
    pages = house.overlay(loader=ChoiceLoader([FileSystemLoader(Path(__file__).parent / "gallery"), house.loader]))
    with use_translations(locale, translations_for(locale)):
        page = pages.get_template("gallery.html").render(**VIEW, shell=shell(), locale=current_locale())
    return Response(page, media_type="text/html; charset=utf-8")


@post("/galerie", sync_to_thread=True, status_code=200)
def send_form(request: Request[Any, Any, Any], body: RawBody) -> Response[str]:
    """A form that only our own pages may send."""
    given = request.headers.get("x-csrf-token", "")
    if not check_csrf(given, request.cookies.get("beffroi", "").encode(), KEY, request):
        raise Forbidden("Ce formulaire vient d’une autre page.")
    return Response(str(len(body)))


@post("/envoi", request_max_body_size=2 * UPLOAD_LIMIT, status_code=200)
async def take_file(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """A file received on disk."""
    async with receive_upload(request, Receiving(UPLOAD_LIMIT)) as upload:
        file = upload.file
        values = dict(upload.form.values)
        if file is None:
            return {"values": values}
        return {
            "values": values, "name": file.name, "size": file.size, "sha256": file.sha256,
            "kept": file.path.stat().st_size, "place": str(file.path),
        }  # fmt: skip


REFUSALS: dict[str, Exception] = {
    "connexion": SignInNeeded("Connectez-vous pour continuer."),
    "interdit": Forbidden("Vos droits ne permettent pas cette action."),
    "absent": NotFound("Aucun jeu ne porte ce numéro."),
    "etat": Conflict("Cette fiche est annulée : rétablissez-la d’abord."),
    "depasse": Stale("Quelqu’un a modifié cette fiche.", 3),
    "gros": TooLarge("Ce fichier dépasse 50 Mio."),
    "faux": Invalid("La fiche ne convient pas.", (FieldError("title", "Donnez un titre."),)),
    "illisible": Unreadable("Ce fichier n’est pas du RDF."),
    "version": PreconditionNeeded("Donnez If-Match."),
    "loin": Unavailable("La base est plus récente que ce logiciel."),
    "base": OperationalError("SELECT secret_column", {}, Exception("connection refused at 10.0.0.1")),
    "coupee": OperationalError("SELECT secret_column", {}, AdminShutdown("terminated at 10.0.0.1")),
    "occupee": OperationalError("SELECT secret_column", {}, QueryCanceled("canceled at 10.0.0.1")),
    "pleine": OperationalError("SELECT secret_column", {}, ProgramLimitExceeded("index row 10.0.0.1")),
    "valeur": DataError("SELECT secret_column", {}, Exception("cannot contain NUL")),
    "defaut": RuntimeError("secret_column on line 3\nTraceback"),
}


@get("/casse/{kind:str}", sync_to_thread=True)
def fail(kind: FromPath[str]) -> Response[str]:
    """Fails as asked, before a person."""
    raise REFUSALS[kind]


@get("/api/casse/{kind:str}", sync_to_thread=True)
def fail_program(kind: FromPath[str]) -> Response[str]:
    """Fails as asked, before a program."""
    raise REFUSALS[kind]


class TooManyAttempts(Refusal):
    """What an upper room refuses by its code alone."""

    code = "too-many-attempts"


REFUSALS["essais"] = TooManyAttempts("Trop d’essais : attendez quinze minutes.")


@get("/lien/{token:str}", sync_to_thread=True)
def follow_link(token: FromPath[str]) -> Response[str]:
    """A page whose address is a secret, and which breaks when that says so."""
    if token in REFUSALS:
        raise REFUSALS[token]
    return Response(str(len(token)))


@get("/accessibilite", sync_to_thread=True)
def accessibility() -> Response[str]:
    """The accessibility statement."""

    @dataclass(frozen=True)
    class Page:
        authority: str = "La Communauté urbaine d’Arras"

    return Response(render("web/accessibility.html", Page(), shell("/accessibilite")), media_type="text/html")


PAGES = [gallery, send_form, take_file, fail, fail_program, follow_link, accessibility]


def web_app(*, https: bool = False) -> Litestar:
    """The web room, without any other room or database."""
    premises = Premises(
        home=None, info={}, enter_by_session=None, enter_by_token=None, authority="Communauté urbaine d’Arras",
        demonstration=True, csrf_key=KEY, navigation=(),
    )  # type: ignore[arg-type]  # fmt: skip
    app = Litestar(
        [Router("/", route_handlers=[*PAGES, *static_handlers()])],
        exception_handlers=dict(EXCEPTION_HANDLERS),
        state=State({"premises": premises}),
        request_max_body_size=100_000,
        openapi_config=None,
        logging_config=None,
    )
    secure(app, https=https)
    return app


@pytest.fixture
def make_app() -> Callable[..., Litestar]:
    """Makes the small application, reached over https or not."""
    return web_app


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    """A program that asks the small application."""
    with TestClient(web_app(), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser; it never leaves the machine. It ends with its file: while it runs, so does an event loop."""
    command = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if command is None:
        pytest.skip("Chromium n’est pas installé : apt-get install chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=command, args=QUIET)
        yield made
        made.close()


@pytest.fixture
def open_page(browser: Browser, client: TestClient[Litestar]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the small application in the browser, at a width; what it asks is answered here."""
    contexts = []

    def answer(route: Route) -> None:
        request = route.request
        headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
        said = client.request(
            request.method, request.url.removeprefix(ORIGIN), headers=headers,
            content=request.post_data_buffer, follow_redirects=False,
        )  # fmt: skip
        route.fulfill(status=said.status_code, headers=dict(said.headers), body=said.content)

    def opened(path: str, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", **options)
        contexts.append(context)
        context.route("**/*", answer)
        page = context.new_page()
        page.complaints = complaints = []  # type: ignore[attr-defined]
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(ORIGIN + path)
        return page

    yield opened
    for context in contexts:
        context.close()
