"""What is published, for programs: DCAT-AP page by page, Atom, the map of the site, catalogues in one table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import chain

from sqlalchemy.orm import Session

from registry.exchange.rdf.describing import Described, agent, describe_dataset, describe_services
from registry.exchange.rdf.writing import Syntax, Thing, Words, write_graph
from registry.exchange.values import read_email
from registry.kernel.words import FRENCH
from registry.organisations.vocabulary import OrganisationKind
from registry.public.queries import Row, find_batches, find_bodies, find_first_days, find_parts
from registry.public.views import PATH, address_of, body_address, body_of, contact_of, publisher_of, without_people

_LANGUAGE = "http://publications.europa.eu/resource/authority/language/FRA"
_LEVELS = {OrganisationKind.COMMUNE: "communal", OrganisationKind.INTERCOMMUNAL_AUTHORITY: "intercommunal"}
_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


@dataclass(frozen=True)
class Place:
    """Which page of a feed: its number, how many there are, after which dataset it begins, how many it holds at most.

    `total` is how many datasets the whole feed holds.
    """

    number: int
    last: int
    after: int
    size: int
    total: int


def dcat_feed(session: Session, base: str, authority: str, place: Place, syntax: Syntax) -> Iterator[bytes]:
    """One page of the catalogue as DCAT-AP 3 says it, a dataset after another, with the way to the next (Hydra)."""
    bodies = find_bodies(session)
    for piece in write_graph(_things(session, base, authority, place, syntax, bodies), syntax):
        yield piece.encode("utf-8", "replace")


def _things(
    session: Session, base: str, authority: str, place: Place, syntax: Syntax, bodies: Mapping[int, Row]
) -> Iterator[Thing]:
    held: list[tuple[str, Words | Thing]] = []
    for batch in find_batches(session, place.after, place.size):
        for one in _described(session, base, batch, bodies):
            held.append(("dcat:dataset", Thing("", one.uri)))
            yield describe_dataset(one)
            for service in describe_services(one):
                held.append(("dcat:service", Thing("", service.uri)))
                yield service
    yield _catalogue(base, authority, bodies, held)
    yield _view(base, place, syntax)


def _described(session: Session, base: str, batch: Sequence[Row], bodies: Mapping[int, Row]) -> Iterator[Described]:
    parts = find_parts(session, [row["id"] for row in batch])
    for row in batch:
        contact, contact_url = contact_of(row, bodies)
        yield Described(
            row=without_people(row),
            page=base + address_of(row["id"]),
            base=base,
            publisher=body_of(row, bodies),
            publisher_page=base + body_address(row["organisation_id"]),
            contact=contact,
            contact_url=contact_url,
            distributions=parts.distributions.get(row["id"], ()),
            services=parts.services.get(row["id"], ()),
        )


def _catalogue(
    base: str, authority: str, bodies: Mapping[int, Row], held: Sequence[tuple[str, Words | Thing]]
) -> Thing:
    top = next((row for row in bodies.values() if row["parent_id"] is None and row["name"] == authority), None)
    says: list[tuple[str, Words | Thing]] = [
        ("dcterms:title", Words(f"Données publiées : {authority}", FRENCH)),
        ("dcterms:description", Words(f"Les jeux de données que publient {authority} et ses communes.", FRENCH)),
        ("dcterms:publisher", agent(base + body_address(top["id"]) if top else base + PATH, authority)),
        ("dcterms:language", Thing("dcterms:LinguisticSystem", _LANGUAGE)),
        ("foaf:homepage", Thing("foaf:Document", base + PATH)),
        *held,
    ]
    return Thing("dcat:Catalog", f"{base}{PATH}", says)


def _view(base: str, place: Place, syntax: Syntax) -> Thing:
    def page(number: int) -> Thing:
        return Thing("", f"{base}{PATH}/dcat.{syntax}" + (f"?page={number}" if number > 1 else ""))

    says: list[tuple[str, Words | Thing]] = [
        ("hydra:totalItems", Words(str(place.total), "", "xsd:integer")),
        ("hydra:first", page(1)),
        ("hydra:last", page(place.last)),
    ]
    if place.number > 1:
        says.append(("hydra:previous", page(place.number - 1)))
    if place.number < place.last:
        says.append(("hydra:next", page(place.number + 1)))
    return Thing("hydra:PartialCollectionView", page(place.number).uri, says)


def catalogue_rows(session: Session, base: str) -> Iterator[dict[str, object]]:
    """Each published dataset as the catalogues in one table tell it (`exports/profiles.py`).

    Their columns are nearly all mandatory: what the sheet leaves out is taken from what else the registry holds.
    """
    bodies = find_bodies(session)
    levels = {body["name"]: _LEVELS.get(body["kind"]) for body in bodies.values()}
    for batch in find_batches(session):
        numbers = [row["id"] for row in batch]
        parts, days = find_parts(session, numbers), find_first_days(session, numbers)
        for row in batch:
            body, publisher = _legal_person(bodies, row["organisation_id"]), publisher_of(row, bodies)
            files, contact = parts.distributions.get(row["id"], ()), contact_of(row, bodies)[0] or ""
            told, issued = without_people(row), row["issued"] or days.get(row["id"])
            siret = body["siret"] if body else None
            yield {
                **told,
                "description": row["description"] or row["title"],
                "creator_name": told["creator_name"] or publisher,
                "creator_siret": row["creator_siret"] if told["creator_name"] else siret,
                "spatial_granularity": row["spatial_granularity"]
                or next(filter(None, (levels.get(place) for place in row["spatial"])), None),
                "frequency": row["frequency"] or "UNKNOWN",
                "issued": issued,
                # What nobody says was changed is as it was published.
                "modified": row["modified"] or issued,
                "contact_service": contact,
                # A person's own address never leaves: that of the service answers for it.
                "contact_email": read_email(contact),
                "formats": [one["format"] for one in files],
                "page": base + address_of(row["id"]),
                "body_name": body["name"] if body else None,
                "body_siret": siret,
                "service": publisher,
            }


def _legal_person(bodies: Mapping[int, Row], organisation_id: int) -> Row | None:
    own = bodies.get(organisation_id)
    above = [bodies[one] for one in reversed(own["lineage"]) if one in bodies] if own else []
    return next((one for one in above if OrganisationKind(one["kind"]).is_legal_person), None)


def atom_feed(base: str, authority: str, rows: Sequence[Row], bodies: Mapping[int, Row]) -> Iterator[bytes]:
    """What was published or updated last (RFC 4287)."""
    latest = next((row["told_on"] for row in rows if row["told_on"]), date(1970, 1, 1))
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">'
        f"<id>{_xml(base)}{PATH}/atom.xml</id><title>{_xml(f'Données publiées : {authority}')}</title>"
        f"<updated>{_moment(latest)}</updated><author><name>{_xml(authority)}</name></author>"
        f'<link rel="self" href="{_xml(base)}{PATH}/atom.xml"/><link href="{_xml(base)}{PATH}"/>\n'
    ).encode()
    for row in rows:
        address = _xml(base + address_of(row["id"]))
        summary = f"<summary>{_xml(row['description'])}</summary>" if row["description"] else ""
        yield (
            f"<entry><id>{address}</id><title>{_xml(row['title'])}</title>"
            f'<updated>{_moment(row["told_on"] or latest)}</updated><link href="{address}"/>'
            f"<author><name>{_xml(publisher_of(row, bodies) or authority)}</name></author>{summary}</entry>\n"
        ).encode("utf-8", "replace")
    yield b"</feed>\n"


def site_map(addresses: Iterable[tuple[str, date | None]]) -> Iterator[bytes]:
    """The pages of the site for search engines (sitemaps.org)."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    lines = (
        f"<url><loc>{_xml(address)}</loc>" + (f"<lastmod>{day}</lastmod>" if day else "") + "</url>\n"
        for address, day in addresses
    )
    for piece in chain([head], lines, ["</urlset>\n"]):
        yield piece.encode()


def site_index(addresses: Iterable[str]) -> Iterator[bytes]:
    """The maps of a site too large for one."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for address in addresses:
        yield f"<sitemap><loc>{_xml(address)}</loc></sitemap>\n".encode()
    yield b"</sitemapindex>\n"


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def _xml(text: str) -> str:
    return escape(text.translate(_NO_XML))
