"""What helps whoever programs: the API's document, its page for people, and the page of each problem."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler

from registry.kernel.errors import NotFound
from registry.kernel.words import _, current_locale, mark
from registry.web.openapi import DOCUMENT, describe
from registry.web.problems import PROBLEMS, problem_sentence, problem_title
from registry.web.visits import EVERYBODY, Visit, route

HELP = "/aide/api"


@dataclass(frozen=True)
class AskedView:
    """A parameter of a call, or a field of its body: its name, its kind in words, and what it means."""

    name: str
    place: str
    kind: str
    words: str
    needed: bool


@dataclass(frozen=True)
class CallView:
    """One call of the API, as its page shows it."""

    anchor: str
    method: str
    path: str
    says: str
    more: str
    permission: str
    scope: str
    asked: Sequence[AskedView]
    body: str
    example: str
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ApiPage:
    """The API for people: its rules, then each call by section."""

    document: str
    introduction: str
    server: str
    sections: Sequence[tuple[str, Sequence[CallView]]]
    problems: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class ProblemHelpPage:
    """What a refusal means and what to do about it."""

    code: str
    status: int
    title: str
    sentence: str
    more: str


PROBLEM_PAGES: dict[str, tuple[int, str]] = {
    "busy": (503, mark("La base a mis trop longtemps à répondre, ou deux demandes se sont gênées. Rien n’est à moitié "
                       "écrit : attendez le nombre de secondes de Retry-After, puis renvoyez la même demande, sous la "
                       "même Idempotency-Key s’il y en a une.")),
    "conflict": (409, mark("La fiche n’est pas dans l’état qu’il faut : annulée, déjà appliquée, ou son identifiant "
                           "est déjà pris. « detail » dit lequel.")),
    "defect": (500, mark("Le logiciel s’est trompé, pas vous. Rien n’a été enregistré ; « instance » porte le numéro "
                         "qui retrouve le défaut au journal.")),
    "forbidden": (403, mark("La clé est reconnue, mais son compte n’a pas ce rôle sur cette organisation, ou la clé "
                            "ne fait que lire.")),
    "invalid": (422, mark("Une ou plusieurs valeurs ne conviennent pas. « errors » nomme chacune par son JSON Pointer "
                          "et dit quoi faire.")),
    "key-reused": (422, mark("Une Idempotency-Key vaut pour une seule demande, adresse et corps compris. Prenez une "
                             "clé neuve pour une autre demande.")),
    "not-found": (404, mark("Rien de ce numéro dans vos droits. Ce qui existe chez une autre organisation et ce qui "
                            "n’existe pas reçoivent la même réponse.")),
    "precondition-needed": (428, mark("Lisez la fiche, gardez son ETag et donnez-le dans If-Match : ainsi personne "
                                      "n’écrase le travail d’un autre sans le voir.")),
    "sign-in-needed": (401, mark("Donnez une clé d’API dans Authorization: Bearer …. Une clé se fait depuis « Mon "
                                 "compte » ; elle a pu expirer ou être révoquée.")),
    "stale": (412, mark("Quelqu’un a changé la fiche depuis que vous l’avez lue. Relisez-la, reprenez votre "
                        "changement sur sa version neuve, et renvoyez-le avec le nouvel ETag.")),
    "too-large": (413, mark("Envoyez moins à la fois : un appel d’API porte au plus 10 Mio.")),
    "too-many-attempts": (429, mark("Trop d’essais de suite depuis cette adresse ou pour ce compte.")),
    "unavailable": (503, mark("La base de données ne répond pas. Attendez le nombre de secondes de Retry-After.")),
    "under-way": (409, mark("La même demande, sous la même Idempotency-Key, est en cours. Attendez sa réponse, ou "
                            "renvoyez-la dans quelques secondes : vous recevrez alors la réponse de la première.")),
    "unreadable": (422, mark("Le fichier n’est pas ce que son nom ou son type annonce.")),
    "unreadable-value": (422, mark("Un nombre est trop grand, ou un texte contient un caractère qu’aucune base ne "
                                   "garde.")),
    "wrong-media-type": (415, mark("Envoyez du JSON en UTF-8, sous Content-Type: application/json.")),
}  # fmt: skip
"""What each refusal means to whoever programs, with its status."""


@lru_cache(maxsize=4)
def _document(app: Litestar, server: str, locale: str) -> dict[str, Any]:
    """The document in a language: made once, as the calls do not change while the application runs."""
    assert locale == current_locale()  # noqa: S101 -- the language is that of the words said here.
    return describe(app, title="Beffroi", server=server)


def _of(visit: Visit) -> dict[str, Any]:
    return _document(visit.request.app, visit.premises.public_url, current_locale())


@route("GET", DOCUMENT, EVERYBODY)
def show_document(visit: Visit) -> Response[Any]:
    """The OpenAPI document, in the reader's language."""
    return visit.answer(_of(visit))


@route("GET", "/api", EVERYBODY)
def find_help(visit: Visit) -> Response[Any]:
    """Sends to the page of the API."""
    return visit.go(HELP)


@route("GET", "/api/openapi.json", EVERYBODY)
def find_document(visit: Visit) -> Response[Any]:
    """Sends to where the document stands now."""
    return visit.go(DOCUMENT)


@route("GET", HELP, EVERYBODY)
def show_api(visit: Visit) -> Response[Any]:
    """The API for people, from the very document that programs read."""
    document = _of(visit)
    sections: dict[str, list[CallView]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            sections[operation["tags"][0]].append(_call_view(document, path, method, operation))
    page = ApiPage(
        document=DOCUMENT,
        introduction=document["info"]["description"],
        server=visit.premises.public_url,
        sections=list(sections.items()),
        problems=[(f"{PROBLEMS}/{code}", str(status), problem_title(status))
                  for code, (status, _more) in sorted(PROBLEM_PAGES.items(), key=lambda one: (one[1][0], one[0]))],
    )  # fmt: skip
    return visit.page("web/api.html", page)


@route("GET", PROBLEMS + "/{code:str}", EVERYBODY)
def show_problem(visit: Visit, code: str) -> Response[Any]:
    """What a refusal means, and what to do about it: where its `type` leads."""
    known = PROBLEM_PAGES.get(code)
    if known is None:
        status = next((one for one in (400, 404, 405, 413) if code == f"http-{one}"), None)
        if status is None:
            raise NotFound(_("Aucun refus ne porte ce nom : la page de l’API les donne tous."))
        known = (status, "")
    status, more = known
    page = ProblemHelpPage(code, status, problem_title(status), problem_sentence(status), _(more) if more else "")
    return visit.page("web/problem_help.html", page)


def _call_view(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> CallView:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    shape = document["components"]["schemas"][body["$ref"].rpartition("/")[2]] if body else {}
    places = {"path": _("adresse"), "query": _("paramètre"), "header": _("en-tête")}
    asked = [
        AskedView(one["name"], places[one["in"]], _kind(one["schema"]), one["description"], one["required"])
        for one in operation["parameters"]
        if one["name"] != "Accept-Language"
    ] + [
        AskedView(name, _("corps"), _kind(field), field.get("description", ""), name in shape.get("required", ()))
        for name, field in shape.get("properties", {}).items()
    ]
    refusals = document["components"]["responses"]
    answers = [
        (status, refusals[status]["description"] if "$ref" in answer else answer["description"])
        for status, answer in operation["responses"].items()
    ]
    security = operation.get("security", [])
    scope = next(iter(security[0].get("key", ["link"]))) if security else ""
    scopes = {
        "read": _("clé de lecture"), "write": _("clé de lecture et d’écriture"), "": _("sans clé"),
        "link": _("jeton d’un lien de dépôt"),
    }  # fmt: skip
    return CallView(
        operation["operationId"], method.upper(), path, operation["summary"], operation["description"],
        operation.get("x-permission", ""), scopes[scope], asked,
        body["$ref"].rpartition("/")[2] if body else "", _example(document, path, method, shape), answers,
    )  # fmt: skip


def _example(document: dict[str, Any], path: str, method: str, shape: dict[str, Any]) -> str:
    """The call as somebody would type it."""
    lines = [f"curl -H 'Authorization: Bearer …' {document['servers'][0]['url'].rstrip('/')}{path}"]
    if method != "get":
        lines[0] = lines[0].replace("curl", f"curl -X {method.upper()}", 1)
    if shape.get("examples"):
        said = json.dumps(shape["examples"][0], ensure_ascii=False)
        lines += ["  -H 'Content-Type: application/json'", f"  -d '{said.replace(chr(39), chr(8217))}'"]
    return " \\\n".join(lines)


def _kind(schema: dict[str, Any]) -> str:
    """What a value looks like, in a few words."""
    names = {
        "string": _("texte"), "integer": _("nombre entier"), "number": _("nombre"), "boolean": _("true ou false"),
        "array": _("liste"), "object": _("objet"),
    }  # fmt: skip
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if schema.get("format") == "date":
        return _("date : 2026-11-24")
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return _kind(next(one for one in schema["anyOf"] if one.get("type") != "null"))
    return names.get(schema.get("type", ""), _("texte"))


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_document, find_help, find_document, show_api, show_problem,
)  # fmt: skip
