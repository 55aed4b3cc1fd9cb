"""How the public is answered: the same for everybody, kept for some minutes by whoever stands between."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from litestar import Request, Response
from litestar.enums import MediaType
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from registry.exchange.rdf.writing import Syntax, Thing, Words, write_graph
from registry.kernel.words import FRENCH, _, mark
from registry.public.views import PATH, AbsentPage
from registry.web.problems import FACES, Said
from registry.web.sending import Sent
from registry.web.shell import Shell
from registry.web.templating import render
from registry.web.unchanged import said_tags
from registry.web.visits import Visit

KEPT = "public, max-age=300"
"""Units: seconds. How long what was withdrawn may still be shown by a proxy."""
_HTML, _PROBLEM = "text/html", "application/problem+json"
_SYNTAXES = {one.media_type: one for one in Syntax}


def page(visit: Visit, template: str, view: object) -> Response[Any]:
    """A page, or word that it is the one the reader has."""
    body = render(template, view, visit.shell()).encode()
    tag = _tag(body.decode())
    headers = {**_headers(tag), "Vary": "Accept-Language"}
    if _has(visit, tag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=MediaType.HTML, headers=headers)
    return Response(body, media_type=MediaType.HTML, headers=headers)


def absent(
    request: Request[Any, Any, Any],
    shell: Shell,
    told: AbsentPage,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Why there is nothing at an address, in the shape its reader asks for: a page, RDF or JSON (RFC 9457)."""
    more = {**(headers or {}), "Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"}
    shape = _shape(request)
    if shape == _HTML:
        body = render("public/absent.html", told, shell)
    elif shape in _SYNTAXES:
        says = [("dcterms:title", Words(told.title, FRENCH)), ("dcterms:description", Words(told.sentence, FRENCH))]
        says += [("rdfs:comment", Words(f"{label} : {value}", FRENCH)) for label, value in told.facts]
        body = "".join(write_graph([Thing("rdfs:Resource", str(request.url), says)], _SYNTAXES[shape]))
    else:
        kept = dict(told.facts)
        body = json.dumps(
            {"type": "about:blank", "title": told.title, "status": status, "detail": told.sentence, **kept},
            ensure_ascii=False,
        )
    return Response(body.encode(), media_type=_in_utf8(shape), status_code=status, headers=more)


def _shape(request: Request[Any, Any, Any]) -> str:
    """What the reader of an error asks for: by the header, else by how the address ends."""
    for one in request.headers.get("accept", "").lower().split(","):
        kind = one.partition(";")[0].strip()
        if kind in {_HTML, "application/xhtml+xml"}:
            return _HTML
        if kind in _SYNTAXES:
            return kind
        if kind in {"application/json", _PROBLEM}:
            return _PROBLEM
    ending = request.url.path.rpartition(".")[2]
    return next((kind for kind, syntax in _SYNTAXES.items() if syntax == ending), _HTML)


def feed(visit: Visit, pieces: Iterator[bytes], *, mark: str, media_type: str, name: str = "") -> Response[Any]:
    """A file for programs, sent as it is made; not made at all for who has the one that bears this mark."""
    media_type = _in_utf8(media_type)
    tag = _tag(f"{mark} {visit.request.url.path} {visit.request.url.query} {visit.shell().version}")
    headers = _headers(tag)
    if _has(visit, tag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=media_type, headers=headers)
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Sent(pieces, media_type=media_type, headers=headers)


def _in_utf8(media_type: str) -> str:
    # Of a text the framework says it: said here as well, it would stand twice.
    return media_type if media_type.startswith("text/") else f"{media_type}; charset=utf-8"


def _tag(said: str) -> str:
    return f'"{sha256(said.encode()).hexdigest()[:24]}"'


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": KEPT}


def _has(visit: Visit, tag: str) -> bool:
    return bool({tag, "*"} & said_tags(visit.request.headers.get("if-none-match", "")))


_SENTENCES = {
    404: (
        mark("Cette page n’existe pas"),
        mark("Rien n’est publié à cette adresse. Vérifiez-la, ou cherchez dans ce qui est publié."),
    ),
    405: (mark("Cette adresse se lit seulement"), mark("Ce catalogue se consulte : rien ne s’y envoie.")),
    429: (mark("Trop de demandes"), mark("Attendez une minute, puis recommencez.")),
    503: (mark("Le catalogue ne répond pas pour le moment"), mark("Réessayez dans un instant.")),
}
_BROKEN = (
    mark("Cette page ne peut pas être montrée"),
    mark("Le défaut est noté et sera corrigé. Le reste du catalogue se lit toujours."),
)


def _answer(request: Request[Any, Any, Any], said: Said) -> Response[Any]:
    """An error of the public part, in its own frame and in citizens' words."""
    title, sentence = (_(words) for words in _SENTENCES.get(said.status, _BROKEN))
    told = AbsentPage(title, sentence if said.status >= 500 else said.sentence or sentence)
    return absent(request, said.shell, told, said.status, said.headers)


FACES[PATH] = _answer
