"""What is refused, said: problem+json (RFC 9457) to programs, a helpful page to people; never a trace."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry.kernel.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    KeyReused,
    NotFound,
    PreconditionNeeded,
    Refusal,
    Stale,
    TooLarge,
    Unavailable,
    Unreadable,
    WrongMediaType,
)
from registry.kernel.words import _, mark, use_translations
from registry.web.cookies import LOCALE_COOKIE, bearer_of
from registry.web.forms import WHOLE
from registry.web.scripts import asked_by_script
from registry.web.security import loggable_path
from registry.web.shell import Shell
from registry.web.templating import render
from registry.web.visits import FormOutlived, Premises, SignInNeeded
from registry.web.words import choose_locale, translations_for

log = structlog.get_logger(__name__)

STATUSES: Mapping[type[Refusal], int] = {
    SignInNeeded: 401,
    FormOutlived: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    WrongMediaType: 415,
    KeyReused: 422,
    Invalid: 422,
    Unreadable: 422,
    PreconditionNeeded: 428,
    Unavailable: 503,
}
PROBLEMS = "/aide/problemes"
"""Where the page of each problem stands: its `type` leads there."""
_BY_CODE = {"too-many-attempts": 429}
"""Refusals of upper rooms that the web knows by their code only."""

_ANSWERS: Mapping[int, tuple[str, str]] = {
    400: (
        mark("Demande illisible"),
        mark("La demande est mal formée. Revenez à la page précédente, rechargez-la et recommencez."),
    ),
    401: (mark("Connexion nécessaire"), mark("Connectez-vous pour continuer.")),
    403: (
        mark("Action non permise"),
        mark("Vos droits ne permettent pas cette action. Demandez à votre administrateur le rôle qui convient."),
    ),
    404: (
        mark("Page introuvable"),
        mark(
            "Cette page n’existe pas, ou vos droits ne vous la montrent pas. "
            "Vérifiez l’adresse, ou repartez de l’accueil."
        ),
    ),
    405: (
        mark("Action impossible à cette adresse"),
        mark("Cette adresse n’accepte pas cette action. Repartez de la page d’où vous veniez."),
    ),
    409: (
        mark("Action impossible dans cet état"),
        mark("L’état de la fiche ne permet pas cette action. Rechargez-la pour voir où elle en est."),
    ),
    412: (
        mark("Modifié entre-temps"),
        mark(
            "Quelqu’un a modifié cette fiche depuis que vous l’avez ouverte. Rechargez-la, puis reprenez votre saisie."
        ),
    ),
    413: (
        mark("Envoi trop volumineux"),
        mark("Ce qui est envoyé dépasse la taille acceptée : 50 Mio pour un fichier, 10 Mio pour un appel d’API."),
    ),
    415: (
        mark("Format non reconnu"),
        mark("Le corps de la demande n’est pas dans le format attendu : envoyez du JSON en UTF-8."),
    ),
    422: (mark("Saisie à corriger"), mark("Une valeur ne convient pas. Corrigez-la puis envoyez de nouveau.")),
    428: (
        mark("Version non précisée"),
        mark("Dites sur quelle version porte le changement : lisez la fiche et donnez son ETag dans If-Match."),
    ),
    429: (mark("Trop d’essais"), mark("Attendez quelques minutes avant de recommencer.")),
    500: (
        mark("Défaut du logiciel"),
        mark(
            "Rien n’a été enregistré. Le défaut est noté au journal : "
            "donnez le numéro de la demande à votre administrateur."
        ),
    ),
    503: (
        mark("Service momentanément indisponible"),
        mark("Le registre ne peut pas répondre. Réessayez dans un instant."),
    ),
}
_AWAY = ("08", "57P0")
"""How the SQLSTATE of a connection that fails, or that the server ends, begins."""
_BUSY = {
    "57014": mark("La demande a pris trop de temps : rien n’a été enregistré. Réessayez, ou demandez moins à la fois."),
    "55P03": mark("Quelqu’un d’autre modifie la même fiche : rien n’a été enregistré. Réessayez dans un instant."),
    "40P01": mark(
        "Deux modifications se sont croisées et la vôtre n’a pas été enregistrée. Réessayez dans un instant."
    ),
    "40001": mark("La fiche a changé pendant la demande : rien n’a été enregistré. Réessayez dans un instant."),
}
"""What passes a moment later, by SQLSTATE: a statement, a lock that took too long, a deadlock, a serialisation."""
RECORDS: set[str] = set()
"""Where records have a page each, by the first step of its address; rooms add theirs."""
FACES: "dict[str, Callable[[Request[Any, Any, Any], Said], Response[Any]]]" = {}
"""Who answers in a frame of their own for the addresses that begin so; rooms add theirs."""
_RECORD = re.compile(r"/([a-z-]+)/[0-9]+(?=/|$)")
_KEPT_HEADERS = frozenset({"allow", "retry-after"})


@dataclass(frozen=True)
class ProblemPage:
    """An error page: what happened, what to do, and the number of the request; `typed` is a form given back.

    `back` is the record that stands otherwise than was thought.
    """

    status: int
    title: str
    sentence: str
    errors: tuple[FieldError, ...]
    request_id: str
    typed: tuple[tuple[str, str], ...] = ()
    back: str = ""


@dataclass(frozen=True)
class Said:
    """What a face tells of a problem: `sentence` is that of the refusal, empty where only the status says it."""

    status: int
    sentence: str
    headers: Mapping[str, str]
    shell: Shell


@dataclass(frozen=True)
class Problem:
    """What is said of a request that did not succeed, before it takes the shape its reader expects.

    An empty `sentence` is the one that goes with the status; one that is only marked is translated here.
    """

    status: int
    code: str
    sentence: str = ""
    errors: tuple[FieldError, ...] = ()
    headers: Mapping[str, str] | None = None
    typed: tuple[tuple[str, str], ...] = ()


def _refused(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    status = next((code for kind, code in STATUSES.items() if isinstance(refusal, kind)), 422)
    status = _BY_CODE.get(refusal.code, status)
    errors = refusal.errors if isinstance(refusal, Invalid) else ()
    typed = refusal.fields if isinstance(refusal, FormOutlived) else ()
    wait = {"Retry-After": str(refusal.wait)} if refusal.wait else None
    return _answer(request, Problem(status, refusal.code, refusal.message, errors, wait, typed=typed))


def _failed(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if error.status_code >= 500:
        return _broken(request, error)
    return _answer(request, Problem(error.status_code, f"http-{error.status_code}", headers=error.headers))


def _away(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    if (state := _state_of(error)) in _BUSY:
        log.warning("database busy", sqlstate=state, path=loggable_path(request.scope))
        return _answer(request, Problem(503, "busy", _BUSY[state]))
    if not _is_of_the_connection(error):
        return _broken(request, error)
    log.warning("database away", error=str(getattr(error, "orig", error)).splitlines()[:1])
    message = mark("La base de données ne répond pas. Réessayez dans un instant.")
    return _answer(request, Problem(503, "unavailable", message))


def _unkept(request: Request[Any, Any, Any], error: DataError) -> Response[Any]:
    log.warning("value refused by the database", error=str(error.orig).splitlines()[:1])
    message = mark("Une valeur de la demande ne peut pas être lue : nombre trop grand, ou caractère illisible.")
    return _answer(request, Problem(422, "unreadable-value", message))


def _broken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("defect", path=loggable_path(request.scope), exc_info=error)
    return _answer(request, Problem(500, "defect"))


def _state_of(error: Exception) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _is_of_the_connection(error: Exception) -> bool:
    """Whether the database could not be asked at all; what it refuses itself will not pass a moment later."""
    state = _state_of(error)
    return not state or state.startswith(_AWAY)


def problem_sentence(status: int) -> str:
    """What a status means to people, in the reader's language."""
    return _(_ANSWERS.get(status, _ANSWERS[400])[1])


def problem_title(status: int) -> str:
    """What a status is called, in the reader's language."""
    return _(_ANSWERS.get(status, _ANSWERS[400])[0])


def _answer(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    premises: Premises = request.app.state.premises
    locale = choose_locale(request.cookies.get(LOCALE_COOKIE), request.headers.get("accept-language"))
    headers = {name: value for name, value in (problem.headers or {}).items() if name.lower() in _KEPT_HEADERS}
    if problem.status == 503:
        headers.setdefault("Retry-After", "10")
    with use_translations(locale, translations_for(locale)):
        face = next((one for path, one in FACES.items() if f"{request.url.path}/".startswith(f"{path}/")), None)
        if face is not None:
            own = _(problem.sentence) if problem.sentence else ""
            return face(request, Said(problem.status, own, headers, _bare_shell(premises, request)))
        title, sentence = (_(words) for words in _ANSWERS.get(problem.status, _ANSWERS[400]))
        sentence = _(problem.sentence) if problem.sentence else sentence
        if request.url.path.startswith("/api/"):
            return _for_program(request, problem, title, sentence, headers, premises.public_url)
        if problem.status == 401 and bearer_of(request):
            # A program that asks for a page with a key nobody knows would ask for the sign-in with it, and so on.
            headers["WWW-Authenticate"] = "Bearer"
        elif problem.status == 401 and request.method == "GET" and not asked_by_script(request):
            return _to_sign_in(request)
        return _for_people(premises, request, problem, title, sentence, headers)


def _pointer(path: str) -> str:
    """A field's path as a JSON pointer within what was sent (RFC 6901)."""
    steps = [] if path == WHOLE else path.split(".")
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _for_program(
    request: Request[Any, Any, Any],
    problem: Problem,
    title: str,
    sentence: str,
    headers: dict[str, str],
    public_url: str,
) -> Response[Any]:
    body: dict[str, Any] = {
        "type": f"{public_url}{PROBLEMS}/{problem.code}",
        "title": title,
        "status": problem.status,
        "detail": sentence,
        "instance": f"urn:request:{_request_id(request)}",
    }
    if problem.errors:
        body["errors"] = [
            {"pointer": _pointer(error.path), "path": error.path, "message": error.message} for error in problem.errors
        ]
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body, status_code=problem.status, media_type="application/problem+json", headers=headers)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Sends to the sign-in, which comes back to this very page with its query."""
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Response(b"", status_code=303, headers={"Location": f"/connexion?suite={quote(address, safe='/')}"})


def _for_people(
    premises: Premises,
    request: Request[Any, Any, Any],
    problem: Problem,
    title: str,
    sentence: str,
    headers: dict[str, str],
) -> Response[Any]:
    number = _request_id(request)
    shell = request.scope["state"].get("shell")
    if not isinstance(shell, Shell):
        shell = _bare_shell(premises, request)
    view = ProblemPage(
        problem.status, title, sentence, problem.errors, number, problem.typed, _record_of(request, problem)
    )
    page = render("web/problem.html", view, shell)
    return Response(page, status_code=problem.status, media_type="text/html", headers=headers)


def _bare_shell(premises: Premises, request: Request[Any, Any, Any]) -> Shell:
    """The frame where nobody is known to be signed in: no navigation."""
    return Shell(
        authority=premises.authority, demonstration=premises.demonstration, path=request.url.path,
        request_id=_request_id(request),
    )  # fmt: skip


def _record_of(request: Request[Any, Any, Any], problem: Problem) -> str:
    """The record whose state did not allow what was asked; nothing where it is its own page that says so."""
    found = _RECORD.match(request.url.path) if problem.status in {409, 412} else None
    if found is None or found.group(1) not in RECORDS or found.group() == request.url.path:
        return ""
    return found.group()


def _request_id(request: Request[Any, Any, Any]) -> str:
    return str(request.scope["state"].get("request_id", ""))


EXCEPTION_HANDLERS: Mapping[Any, Callable[..., Response[Any]]] = {
    Refusal: _refused,
    HTTPException: _failed,
    OperationalError: _away,
    PoolTimeoutError: _away,
    DataError: _unkept,
    Exception: _broken,
}
"""What answers each refusal, each error of the framework, and each defect."""
