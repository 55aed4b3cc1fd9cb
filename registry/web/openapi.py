"""The OpenAPI document of the API, written from what each call declares and what its forms check: it cannot drift.

One document a language: what a call says of itself is a sentence of the product, with its translation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from pydantic import BaseModel, TypeAdapter

from registry.kernel.permissions import WRITING, Permission
from registry.kernel.words import _, mark
from registry.web.calls import JSON, ApiCall
from registry.web.problems import PROBLEMS, problem_title

DOCUMENT = "/api/v1/openapi.json"
_FORM = "multipart/form-data"
PROBLEM_JSON = "application/problem+json"
_REF = "#/components/schemas/{model}"
_LARGEST = 2**63 - 1
_PARAMETERS = re.compile(r"\{(\w+):(\w+)\}")
_UNSAFE = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_DOCUMENT = mark(
    "Registre de gouvernance des données. Chaque appel agit dans les droits du compte dont la clé est donnée. "
    "Les listes se lisent page à page : « next » et l’en-tête Link donnent la suivante. Un changement demande dans "
    "If-Match l’ETag lu. Un POST peut porter une Idempotency-Key : rejoué dans les 24 heures, il reçoit la même "
    "réponse et rien n’est fait deux fois."
)
_KEY = mark("Une clé d’API, faite depuis « Mon compte » : de lecture, ou de lecture et d’écriture.")
_LINK_KEY = mark("Le jeton d’un lien de dépôt : ce qui suit /depot/ dans l’adresse remise au titulaire d’un contrat.")
_IF_MATCH = mark("L’ETag lu : le changement est refusé (412) si la fiche a changé depuis, ou s’il manque (428).")
_IDEMPOTENCY = mark(
    "Une clé de votre choix, unique pour ce que vous demandez : la même demande rejouée sous la même clé reçoit la "
    "même réponse pendant 24 heures, sans que rien soit fait deux fois."
)
_LANGUAGE = mark("La langue des phrases et des messages : fr, ou en.")
_ETAG = mark("Ce que dit la réponse, en un mot ; celui d’une fiche se donne dans If-Match pour la changer.")
_IF_NONE_MATCH = mark("L’ETag d’une lecture d’avant : si rien n’a changé, la réponse est 304, sans corps.")
_UNCHANGED = mark("Rien n’a changé depuis la lecture dont l’ETag est donné dans If-None-Match.")
_LOCATION = mark("L’adresse de ce qui vient d’être créé.")
_LINK = mark('L’adresse de la page suivante, sous rel="next" ; absent de la dernière.')
_REPLAYED = mark("« true » quand la réponse est celle d’une demande déjà faite sous la même clé.")
_AGAIN = mark("Le nombre de secondes à attendre avant de recommencer.")
_RECORD = mark("Le numéro de la fiche.")


@dataclass(frozen=True)
class Described:
    """One call of the API: its method, its address, its handler and what it says of itself."""

    method: str
    path: str
    handler: HTTPRouteHandler
    about: ApiCall

    @property
    def permission(self) -> Permission | None:
        """What the call asks for."""
        found: Permission | None = self.handler.opt["permission"]
        return found

    @property
    def takes(self) -> type[BaseModel] | None:
        """The shape of its body."""
        found: type[BaseModel] | None = self.handler.opt["takes"]
        return found

    @property
    def brings_file(self) -> bool:
        """Whether its body is a form with a file."""
        return bool(self.handler.opt.get("upload"))

    @property
    def own_key(self) -> bool:
        """Whether its key is none of an account: the token of a link."""
        return bool(self.handler.opt.get("own_key"))

    @property
    def gives(self) -> Any:
        """What its answer holds."""
        return get_args(self.handler.opt["gives"])[0]

    @property
    def has_pages(self) -> bool:
        """Whether the answer is a page of a list."""
        return "next" in getattr(self.gives, "__dataclass_fields__", {})

    @property
    def is_tagged(self) -> bool:
        """Whether the answer is JSON that is read: it bears the tag of what it says."""
        return self.method == "GET" and hasattr(self.gives, "__dataclass_fields__")

    @property
    def has_version(self) -> bool:
        """Whether the answer is a record with a version."""
        return "version" in getattr(self.gives, "__dataclass_fields__", {})


def described_calls(app: Litestar) -> Iterator[Described]:
    """Every call of the API, by address."""
    for route in sorted(app.routes, key=lambda one: one.path):
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            about = handler.opt.get("about")
            if about is not None:
                for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                    yield Described(method, route.path, handler, about)


def describe(app: Litestar, *, title: str, server: str) -> dict[str, Any]:
    """The document, in the reader's language."""
    calls = list(described_calls(app))
    schemas, places = _schemas(calls)
    paths: dict[str, dict[str, Any]] = {}
    for one in calls:
        paths.setdefault(_PARAMETERS.sub(r"{\1}", one.path), {})[one.method.lower()] = _operation(one, places)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": _(_DOCUMENT)},
        "servers": [{"url": server or "/"}],
        "tags": [{"name": _(tag)} for tag in dict.fromkeys(one.about.tag for one in calls)],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _problem()},
            "headers": _headers(),
            "responses": _refusals(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": _(_KEY)},
                "link": {"type": "http", "scheme": "bearer", "description": _(_LINK_KEY)},
            },
        },
    }


Places = Mapping[tuple[Any, str], Any]


def _schemas(calls: list[Described]) -> tuple[dict[str, Any], Places]:
    """Every shape taken and given, once each, as pydantic checks it; with where each stands."""
    taken = {(one.takes, "validation") for one in calls if one.takes is not None}
    given = {(one.gives, "serialization") for one in calls if hasattr(one.gives, "__dataclass_fields__")}
    wanted: list[Any] = sorted(taken | given, key=lambda one: (one[0].__name__, one[1]))
    made = TypeAdapter.json_schemas([(of, mode, TypeAdapter(of)) for of, mode in wanted], ref_template=_REF)
    places: Places = {(of, str(mode)): place for (of, mode), place in made[0].items()}
    found = made[1]
    labels: dict[str, Any] = {}
    for one in calls:
        for shape in (one.takes, one.gives):
            labels[getattr(shape, "__name__", "")] = one.about.labels
    answers = {of.__name__ for of, mode in wanted if mode == "serialization"}
    schemas = found["$defs"]
    for name, schema in schemas.items():
        _dress(schema, labels.get(name, lambda _name: ""), answer=name in answers or name.endswith("Body"))
    for one in calls:
        if one.takes is not None and one.about.example is not None:
            schemas[one.takes.__name__]["examples"] = [dict(one.about.example)]
    return schemas, places


def _dress(schema: dict[str, Any], labels: Any, *, answer: bool) -> None:
    """Says each field in the reader's language; an answer has every field, and no other."""
    schema.pop("description", None)
    schema.pop("title", None)
    for name, field in schema.get("properties", {}).items():
        field.pop("title", None)
        if label := labels(name):
            field.setdefault("description", label)
    if answer and "properties" in schema:
        schema["required"] = list(schema["properties"])
        schema["additionalProperties"] = False


def _operation(one: Described, places: Places) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.handler.handler_name.rpartition(".")[2],
        "tags": [_(one.about.tag)],
        "summary": _(one.about.says),
        "description": _(one.about.more) if one.about.more else _(one.about.says),
        "parameters": [*_in_path(one), *_in_query(one), *_in_headers(one)],
        "responses": _responses(one, places),
    }
    if one.permission is not None:
        scope = "write" if one.permission in WRITING else "read"
        operation["security"] = [{"key": [scope]}]
        operation["x-permission"] = str(one.permission)
    elif one.own_key:
        operation["security"] = [{"link": []}]
    if one.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {_FORM if one.brings_file else JSON: {"schema": places[one.takes, "validation"]}},
        }  # fmt: skip
    return operation


def _in_path(one: Described) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": _LARGEST}
    return [
        {
            "name": name, "in": "path", "required": True, "description": _(_RECORD) if kind == "int" else name,
            "schema": number if kind == "int" else _word(one.about.among.get(name, ())),
        }
        for name, kind in _PARAMETERS.findall(one.path)
    ]  # fmt: skip


def _word(among: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(among)} if among else {"type": "string", "pattern": "^[A-Za-z0-9-]{1,60}$"}


def _in_query(one: Described) -> list[dict[str, Any]]:
    schema = one.about.asks.model_json_schema(ref_template=_REF)
    definitions = schema.get("$defs", {})
    asked = []
    for name, field in schema.get("properties", {}).items():
        shape = _inlined(field, definitions)
        shape.pop("title", None)
        needed = name in schema.get("required", [])
        said = shape.pop("description", "")
        asked.append(
            {"name": name, "in": "query", "required": needed, "description": _(said) if said else name,
             "schema": _without_null(shape)}
        )  # fmt: skip
    return asked


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    """In an address nothing is null: what is not asked is not there."""
    choices = [one for one in shape.get("anyOf", []) if one.get("type") != "null"]
    if shape.get("default", "") is None:
        shape.pop("default")
    if len(choices) == 1:
        return {**{name: value for name, value in shape.items() if name != "anyOf"}, **choices[0]}
    return shape


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = definitions[schema["$ref"].rpartition("/")[2]]
        named = {"title", "description"}
        return _inlined({name: value for name, value in found.items() if name not in named}, definitions) | {
            name: value for name, value in schema.items() if name != "$ref"
        }
    return {name: _inlined(value, definitions) for name, value in schema.items()}


def _in_headers(one: Described) -> list[dict[str, Any]]:
    asked = [
        {"name": "Accept-Language", "in": "header", "required": False, "description": _(_LANGUAGE),
         "schema": {"type": "string"}, "example": "fr"}
    ]  # fmt: skip
    if one.about.versioned:
        asked.append(
            {"name": "If-Match", "in": "header", "required": True, "description": _(_IF_MATCH),
             "schema": {"type": "string", "pattern": '^"[0-9]{1,18}(-[0-9a-f]{16})?"$'}, "example": '"3"'}
        )  # fmt: skip
    if one.is_tagged:
        asked.append(
            {"name": "If-None-Match", "in": "header", "required": False, "description": _(_IF_NONE_MATCH),
             "schema": {"type": "string"}, "example": '"3-9f86d081884c7d65"'}
        )  # fmt: skip
    if one.method == "POST" and not one.own_key:
        asked.append(
            {"name": "Idempotency-Key", "in": "header", "required": False, "description": _(_IDEMPOTENCY),
             "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
             "example": "0b8e9a52-5d0c-4d0e-9c1e-3a7d7a1f2b61"}
        )  # fmt: skip
    return asked


def _responses(one: Described, places: Places) -> dict[str, Any]:
    shape = places.get((one.gives, "serialization"), {})
    given = {
        "ETag": one.has_version or one.is_tagged, "Location": one.about.creates, "Link": one.has_pages,
        "Idempotency-Replayed": one.method == "POST" and not one.own_key,
    }  # fmt: skip
    answers: dict[str, Any] = {
        str(one.about.status): {
            "description": _(one.about.says),
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name, there in given.items() if there},
            # What is no JSON is a file, told by its type alone.
            "content": {kind: {"schema": shape} if kind == JSON and shape else {} for kind in one.about.media_types},
        }
    }
    if one.is_tagged:
        answers["304"] = {"$ref": "#/components/responses/304"}
    for status in sorted(_statuses(one)):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return answers


def _statuses(one: Described) -> set[int]:
    """Every refusal a call may answer."""
    found = {400, 422, 503}
    if one.permission is not None:
        found |= {401, 403}
    if one.own_key:
        found |= {401, 429}
    if "{" in one.path or one.takes is not None:
        found.add(404)
    if one.method in _UNSAFE:
        found |= {409, 413}
    if one.takes is not None and not one.brings_file:
        found.add(415)
    if one.about.versioned:
        found |= {412, 428}
    return found


_DETAILED = (400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503)


def _refusals() -> dict[str, Any]:
    problem = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers: dict[str, Any] = {
        str(status): {"description": problem_title(status), "content": problem} for status in _DETAILED
    }
    answers["304"] = {
        "description": _(_UNCHANGED), "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
    }  # fmt: skip
    for status in ("429", "503"):
        answers[status]["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return answers


def _headers() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "ETag": {"description": _(_ETAG), "schema": {"type": "string", "pattern": '^"[0-9a-f-]+"$'}},
        "Location": {"description": _(_LOCATION), "schema": text, "required": True},
        "Link": {"description": _(_LINK), "schema": text},
        "Idempotency-Replayed": {"description": _(_REPLAYED), "schema": {"type": "string", "enum": ["true"]}},
        "Retry-After": {"description": _(_AGAIN), "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": _("Ce qui est refusé, selon la RFC 9457."),
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {**text, "description": _("L’adresse de la page qui explique ce refus."),
                     "examples": [f"{PROBLEMS}/stale"]},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {**text, "description": _("Ce qui s’est passé, et quoi faire.")},
            "instance": {**text, "description": _("Le numéro de la demande, à donner à votre administrateur.")},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "path", "message"],
                    "properties": {
                        "pointer": {**text, "description": _("Le champ en faute, en JSON Pointer (RFC 6901).")},
                        "path": text,
                        "message": text,
                    },
                },
            },
        },
    }  # fmt: skip
