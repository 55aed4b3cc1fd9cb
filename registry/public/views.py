"""What the public pages show, and a published sheet told in citizens' words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from registry.exchange.values import read_email
from registry.inspection.contacts import names_a_person
from registry.inspection.people import may_be_somebody
from registry.kernel.words import _
from registry.platform.lists import load_list
from registry.public.queries import Parts, Row
from registry.web.templating import say_bytes, say_day

PATH = "/catalogue"
SHORT = 280
"""Units: characters of a description in a list."""


@dataclass(frozen=True)
class Card:
    """A dataset in a list."""

    address: str
    title: str
    publisher: str
    summary: str
    marks: Sequence[str]


@dataclass(frozen=True)
class CatalogueList:
    """The list of what is published; `narrowed` where something is looked for."""

    cards: Sequence[Card]
    total: int
    words: str
    themes: Sequence[tuple[str, str]]
    theme: str
    bodies: Sequence[tuple[str, str]]
    body: str
    high_value: bool
    narrowed: bool
    page: int
    last_page: int
    earlier: str
    later: str


@dataclass(frozen=True)
class FileLine:
    """A file or an interface, as a reader may open it."""

    title: str
    description: str
    says: str
    licence: str
    address: str
    download: str


@dataclass(frozen=True)
class CataloguePage:
    """A published dataset; `body` holds it, `described` is the same for programs (schema.org)."""

    title: str
    marks: Sequence[str]
    paragraphs: Sequence[str]
    publisher: str
    body: str
    body_address: str
    files: Sequence[FileLine]
    services: Sequence[FileLine]
    facts: Sequence[tuple[str, str]]
    warning: str
    described: Markup


@dataclass(frozen=True)
class PublisherPage:
    """A body that publishes, or one above it."""

    name: str
    facts: Sequence[tuple[str, str]]
    cards: Sequence[Card]
    total: int
    more_address: str


@dataclass(frozen=True)
class AbsentPage:
    """What is not published: never, not now, or not any more; `facts` say when it left and why."""

    title: str
    sentence: str
    facts: Sequence[tuple[str, str]] = ()


def address_of(dataset_id: int) -> str:
    """The stable address of a dataset’s public page."""
    return f"{PATH}/jeux/{dataset_id}"


def body_address(body_id: int) -> str:
    """The stable address of the page of a body that publishes."""
    return f"{PATH}/organisations/{body_id}"


def said_contact(row: Row) -> str | None:
    """The service that answers, unless what is written there leads to a person."""
    return _unless_somebody(row["contact_service"])


def without_people(row: Row) -> Row:
    """A dataset as the public is told of it: without whoever made or publishes it where that may be a person."""
    creator, publisher = _unless_somebody(row["creator_name"]), _unless_somebody(row["publisher_name"])
    if creator == row["creator_name"] and publisher == row["publisher_name"]:
        return row
    kept = {} if publisher else {"publisher_name": None, "publisher_uri": None}
    return {**row, "creator_name": creator, **kept}


@lru_cache(maxsize=5_000)
def _unless_somebody(said: str | None) -> str | None:
    return said if said and not names_a_person(said) and not may_be_somebody(said) else None


def body_of(row: Row, bodies: Mapping[int, Row]) -> str:
    """The body that holds the dataset."""
    body = bodies.get(row["organisation_id"])
    return str(body["name"]) if body else ""


def publisher_of(row: Row, bodies: Mapping[int, Row]) -> str:
    """Who publishes, the same on every page and in every feed: whom the sheet names, else the body that holds it."""
    return _unless_somebody(row["publisher_name"]) or body_of(row, bodies)


def contact_of(row: Row, bodies: Mapping[int, Row]) -> tuple[str | None, str | None]:
    """Who answers and where: what the sheet says, else the nearest body that has a site, by its own name."""
    told = said_contact(row), row["contact_url"]
    if any(told):
        return told
    own = bodies.get(row["organisation_id"])
    above = [bodies[one] for one in reversed(own["lineage"]) if one in bodies] if own else []
    return next(((one["name"], one["website"]) for one in above if one["website"]), (None, None))


def card_of(row: Row, bodies: Mapping[int, Row]) -> Card:
    """A dataset in a list."""
    told = " ".join((row["description"] or "").split())
    summary = told if len(told) <= SHORT else told[:SHORT].rsplit(" ", 1)[0] + "…"
    return Card(address_of(row["id"]), row["title"], publisher_of(row, bodies), summary, _marks(row))


def file_lines(rows: Sequence[Row], of: Row) -> list[FileLine]:
    """The files of a dataset, each with the licence that applies to it: its own, else that of the dataset."""
    found = []
    for row in rows:
        address = row["access_url"] or row["download_url"] or ""
        kind = load_list("file_types").label(row["format"]) if row["format"] else ""
        said = [kind, say_bytes(row["byte_size"]), _("à jour du {day}").format(day=say_day(row["modified"]))]
        shown = [one for one in said[:2] if one] + ([said[2]] if row["modified"] else [])
        title = row["title"] or kind or _("Fichier")
        found.append(
            FileLine(
                title, row["description"] or "", ", ".join(shown), _licence_of(row, of), address,
                row["download_url"] or "",
            )
        )  # fmt: skip
    return found


def _licence_of(row: Row, of: Row) -> str:
    return _label("licences", row["licence"] or of["licence"])


def service_lines(rows: Sequence[Row], of: Row) -> list[FileLine]:
    """The interfaces that give a dataset to programs."""
    found = []
    for row in rows:
        title, licence = row["title"] or _("Interface de programmation"), _licence_of(row, of)
        found.append(FileLine(title, row["description"] or "", "", licence, row["endpoint_url"] or "", ""))
    return found


def facts_of(
    row: Row, contact: tuple[str | None, str | None], published_on: Any, disclosure_text: str = ""
) -> list[tuple[str, str]]:
    """What else is told of a dataset, label by label; what nobody recorded is left out."""
    start, end = say_day(row["temporal_start"]), say_day(row["temporal_end"])
    covered = (
        _("du {start} au {end}").format(start=start, end=end) if start and end
        else _("depuis le {start}").format(start=start) if start
        else _("jusqu’au {end}").format(end=end) if end else ""
    )  # fmt: skip
    places = [place for place in row["spatial"] if "(" not in place and not place.startswith("{")]
    told = [
        (_("Licence"), _label("licences", row["licence"])),
        (_("Conditions de réutilisation"), row["rights"] or ""),
        (_("Mise à jour"), _label("frequencies", row["frequency"])),
        (_("Dernière mise à jour"), say_day(row["modified"])),
        (_("Première publication"), say_day(row["issued"])),
        (_("Publié ici depuis le"), say_day(published_on)),
        (_("Texte qui permet de publier des mentions protégées"), disclosure_text),
        (_("Période couverte"), covered),
        (_("Territoire"), "\n".join(places)),
        (_("Thèmes"), ", ".join([*(_label("themes", one) for one in row["themes"]), *row["local_themes"]])),
        (_("Mots-clés"), ", ".join(row["keywords"])),
        (_("Directive INSPIRE"), ", ".join(_label("inspire_themes", one) for one in row["inspire_themes"])),
        (_("Forte valeur"), ", ".join(_label("hvd_categories", one) for one in row["hvd_categories"])),
        (_("D’où viennent les données"), row["provenance"] or ""),
        (_("Notices"), "\n".join(row["documentation"])),
        (_("Schéma ou norme"), "\n".join(row["conforms_to"])),
        (_("Page du producteur"), row["landing_page"] or ""),
        (_("Qui répond"), "\n".join(filter(None, contact))),
        (_("Identifiant"), row["identifier"]),
    ]
    return [(label, value) for label, value in told if value]


def dataset_marks(row: Row) -> list[str]:
    """What marks a dataset at the top of its page."""
    return _marks(row)


def schema_org(row: Row, parts: Parts, bodies: Mapping[int, Row], base: str) -> dict[str, Any]:
    """The dataset as search engines read it (schema.org `Dataset`)."""
    publisher, (contact, contact_url) = publisher_of(row, bodies), contact_of(row, bodies)
    body: dict[str, Any] = {"@type": "Organization", "name": publisher}
    if publisher == body_of(row, bodies):
        body["url"] = base + body_address(row["organisation_id"])
    if contact or contact_url:
        email = read_email(contact or "")
        says = {"email": email, "name": None if email else contact, "url": contact_url}
        body["contactPoint"] = {"@type": "ContactPoint", **{name: value for name, value in says.items() if value}}
    told: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Dataset", "@id": base + address_of(row["id"]),
        "url": base + address_of(row["id"]), "name": row["title"], "description": row["description"] or row["title"],
        "identifier": row["identifier"], "keywords": list(row["keywords"]), "license": _licence_uri(row["licence"]),
        "isAccessibleForFree": True, "inLanguage": list(row["languages"]),
        "dateModified": row["modified"].isoformat() if row["modified"] else None,
        "datePublished": row["issued"].isoformat() if row["issued"] else None,
        "publisher": body,
        "distribution": [
            {
                "@type": "DataDownload", "contentUrl": one["download_url"] or one["access_url"], "name": one["title"],
                "encodingFormat": one["media_type"] or one["format"],
                "license": _licence_uri(one["licence"] or row["licence"]),
            }
            for one in parts.distributions.get(row["id"], ())
        ],
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in (None, [], "")}


def _marks(row: Row) -> list[str]:
    return [
        *([_("Données de forte valeur")] if row["hvd_categories"] else []),
        *([_("INSPIRE")] if row["inspire_themes"] else []),
    ]


def _licence_uri(code: str | None) -> str | None:
    return (load_list("licences").uri(code) or load_list("licences").label(code)) if code else None


def _label(name: str, code: str | None) -> str:
    return load_list(name).label(code) if code else ""
