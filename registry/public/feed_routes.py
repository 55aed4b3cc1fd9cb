"""The feeds of what is published: DCAT-AP for portals, tables, Atom, and what search engines ask for first."""

from collections.abc import Callable, Iterator
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from sqlalchemy.orm import Session

from registry.exchange.exports.exporting import few_at_once
from registry.exchange.exports.profiles import etalab_export, scdl_export
from registry.exchange.rdf.writing import Syntax
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.platform.database import transaction
from registry.public.answering import feed
from registry.public.feeds import Place, atom_feed, catalogue_rows, dcat_feed, site_index, site_map
from registry.public.queries import (
    Sought,
    count_datasets,
    find_batches,
    find_bodies,
    find_latest,
    find_mark,
    find_page_ends,
)
from registry.public.views import PATH, address_of, body_address
from registry.web.forms import read_number
from registry.web.visits import EVERYBODY, Visit, route

PAGE = 500
"""How many datasets a page of the DCAT feed holds."""
MAP = 10_000
"""How many datasets a map of the site holds: fifty thousand addresses is the most that one may."""
LATEST = 50


def _streamed(visit: Visit, make: Callable[[Session], Iterator[bytes]]) -> Iterator[bytes]:
    """The pieces, read at one moment by the role of the public for as long as they are taken."""
    home = visit.premises.home

    def pieces() -> Iterator[bytes]:
        with transaction(home.public, None) as session:
            yield from make(session)

    return few_at_once(pieces)


def _dcat(visit: Visit, syntax: Syntax) -> Response[Any]:
    ends = find_page_ends(visit.session, PAGE) or [0]
    number = read_number(visit.query("page") or "1") or 0
    if not 1 <= number <= len(ends):
        raise NotFound(_("Ce flux n’a pas de page {number} : il en a {count}.").format(number=number, count=len(ends)))
    total = count_datasets(visit.session, Sought())
    place = Place(number, len(ends), ends[number - 2] if number > 1 else 0, PAGE, total)
    base, authority = visit.premises.public_url, visit.premises.authority
    pieces = _streamed(visit, lambda session: dcat_feed(session, base, authority, place, syntax))
    return feed(visit, pieces, mark=find_mark(visit.session), media_type=syntax.media_type)


@route("GET", "/catalogue/dcat.ttl", EVERYBODY, published=True, media_type="text/turtle")
def give_turtle(visit: Visit) -> Response[Any]:
    """The DCAT-AP catalogue as Turtle."""
    return _dcat(visit, Syntax.TURTLE)


@route("GET", "/catalogue/dcat.rdf", EVERYBODY, published=True, media_type="application/rdf+xml")
def give_rdf_xml(visit: Visit) -> Response[Any]:
    """The DCAT-AP catalogue as RDF/XML."""
    return _dcat(visit, Syntax.RDF_XML)


@route("GET", "/catalogue/dcat.jsonld", EVERYBODY, published=True, media_type="application/ld+json")
def give_json_ld(visit: Visit) -> Response[Any]:
    """The DCAT-AP catalogue as JSON-LD."""
    return _dcat(visit, Syntax.JSON_LD)


@route("GET", "/catalogue/scdl.csv", EVERYBODY, published=True, media_type="text/csv")
def give_scdl(visit: Visit) -> Response[Any]:
    """The catalogue in the twenty columns of the SCDL."""
    return _table(visit, "scdl", scdl_export)


@route("GET", "/catalogue/etalab.csv", EVERYBODY, published=True, media_type="text/csv")
def give_etalab(visit: Visit) -> Response[Any]:
    """The catalogue in the seventeen columns of Etalab’s schema."""
    return _table(visit, "etalab", etalab_export)


def _table(visit: Visit, name: str, write: Callable[[Iterator[dict[str, object]]], Iterator[bytes]]) -> Response[Any]:
    pieces = _streamed(visit, lambda session: write(catalogue_rows(session, visit.premises.public_url)))
    return feed(visit, pieces, mark=find_mark(visit.session), media_type="text/csv", name=f"catalogue-{name}.csv")


@route("GET", "/catalogue/atom.xml", EVERYBODY, published=True, media_type="application/atom+xml")
def give_atom(visit: Visit) -> Response[Any]:
    """What was published or updated last."""
    rows, bodies = find_latest(visit.session, LATEST), find_bodies(visit.session)
    pieces = atom_feed(visit.premises.public_url, visit.premises.authority, rows, bodies)
    media_type = "application/atom+xml"
    return feed(visit, pieces, mark=find_mark(visit.session), media_type=media_type)


@route("GET", "/sitemap.xml", EVERYBODY, published=True, media_type="application/xml")
def give_site_map(visit: Visit) -> Response[Any]:
    """The addresses of the public pages; of many, the list of the maps that hold them."""
    base, ends = visit.premises.public_url, find_page_ends(visit.session, MAP)
    number = read_number(visit.query("page")) or 0
    if len(ends) > 1 and not number:
        pieces = site_index(f"{base}/sitemap.xml?page={one}" for one in range(1, len(ends) + 1))
    else:
        after = ends[min(number, len(ends)) - 2] if number > 1 and len(ends) > 1 else 0
        bodies = [] if number > 1 else [(base + body_address(one), None) for one in find_bodies(visit.session)]
        rows = (row for batch in find_batches(visit.session, after, MAP) for row in batch)
        sheets = [(base + address_of(row["id"]), row["modified"]) for row in rows]
        pieces = site_map([(base + PATH, None), *bodies, *sheets])
    return feed(visit, pieces, mark=find_mark(visit.session), media_type="application/xml")


@route("GET", "/robots.txt", EVERYBODY, published=True, media_type="text/plain")
def give_robots(visit: Visit) -> Response[Any]:
    """What robots may read: the public part, and nothing else."""
    said = f"User-agent: *\nAllow: {PATH}\nDisallow: /\nSitemap: {visit.premises.public_url}/sitemap.xml\n"
    return feed(visit, iter([said.encode()]), mark=said, media_type="text/plain")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    give_turtle, give_rdf_xml, give_json_ld, give_scdl, give_etalab, give_atom, give_site_map, give_robots,
)  # fmt: skip
