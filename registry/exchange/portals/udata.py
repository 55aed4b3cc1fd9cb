"""A udata portal's answer (data.gouv.fr and its kin) to a catalogue's record.

A dataset has an `id` that never changes and a `slug` made from its title; one that was harvested says from where.
"""

from typing import Any
from urllib.parse import urlsplit

from registry.exchange.portals import fields
from registry.exchange.portals.record import PortalReading, Record
from registry.exchange.values import CODE, PROSE, is_address
from registry.exchange.vocabulary import Fate, ReadDataset, ReadDistribution
from registry.kernel.identifiers import identifier_of
from registry.platform.lists import load_list

_STRUCTURE = (
    "slug", "uri", "page", "self_web_url", "self_api_url", "badges", "metrics", "quality", "internal", "featured",
    "permissions", "last_update", "description_short", "archived", "deleted", "schema_hint", "community_resources",
    "frequency_date", "preview_url",
)  # fmt: skip
_FILE_STRUCTURE = ("latest", "metrics", "internal", "preview_url", "filetype", "type", "extras", "harvest")
_HVD = "hvd"


def read_dataset(reading: PortalReading, content: dict[str, Any]) -> ReadDataset:
    """The dataset an object describes, under its `id`."""
    identifier = fields.said(content.get("id") or content.get("slug") or "")
    record = Record(reading, "dataset", content, area="dataset", subject=identifier)
    origin = reading.origin or _origin(content)
    harvest = record.part("harvest", "harvest")
    names = _names(record, harvest, identifier, origin)
    title = fields.title(record, "title")
    if not title:
        record.note("title-missing", "title", identifier)
    publisher, page = _publisher(record)
    owner = record.part("owner", "owner")
    contact = _contact(record)
    start, end = _period(record)
    elsewhere = isinstance(record.left.get("resources"), dict)
    places, granularity = _places(record)
    found = ReadDataset(
        identifier=identifier,
        uri=names[0] if names else None,
        known_as=names,
        title=title or "",
        description=fields.prose(record, "description", "description"),
        keywords=fields.keywords(record, "tags"),
        publisher_name=publisher,
        publisher_uri=page,
        creator_name=_person(owner),
        contact_name=contact[0],
        contact_email=contact[1],
        contact_url=contact[2],
        landing_page=fields.link(harvest, "landing_page", "remote_url"),
        access_rights=_access(record),
        frequency=_frequency(record),
        issued=fields.day(harvest, "issued", "issued_at", "created_at")
        or fields.day(record, "issued", "created_at"),
        modified=fields.day(record, "modified", "last_modified")
        or fields.day(harvest, "modified", "modified_at"),
        spatial=places,
        more={"acronym": fields.line(record, "acronym", "acronym", limit=CODE), "spatial_granularity": granularity},
        temporal_start=start,
        temporal_end=end,
        licence=fields.licence(record, "license"),
        rights=fields.prose(record, "rights", "access_type_reason"),
        conforms_to=_schema(record),
        hvd_categories=_hvd_categories(record),
        distributions=_files(record),
        files_partly=elsewhere,
    )  # fmt: skip
    harvest.structure("backend", "domain", "source_id", "source_url", "last_update", "created_at", "modified_at",
                      "ckan_name", "ckan_source", "archived", "archived_at")  # fmt: skip
    harvest.close()
    record.structure(*_STRUCTURE)
    record.close()
    return found


def _origin(content: dict[str, Any]) -> str:
    """The portal a dataset is of, by its own page."""
    for key in ("self_web_url", "page", "uri", "self_api_url"):
        address = content.get(key)
        if isinstance(address, str) and is_address(address):
            parts = urlsplit(address)
            return f"{parts.scheme}://{parts.netloc}"
    return ""


def _names(record: Record, harvest: Record, identifier: str, origin: str) -> list[str]:
    """The addresses under which other catalogues name the dataset: this portal's DCAT, and where it was harvested."""
    record.same("dataset.identifier", "id", lambda value: value == identifier)
    found = [f"{origin}/datasets/{identifier}/"] if origin and identifier else []
    for key in ("uri", "dct_identifier", "remote_id"):
        value = harvest.left.get(key)
        if isinstance(value, str) and value.strip():
            harvest.end(key, Fate.KEPT, "dataset.identifier", harvest.left.pop(key))
            found.append(value.strip())
    remote = harvest.left.get("remote_url")
    if isinstance(remote, str) and is_address(remote.strip()):
        found.append(remote.strip())
    return list(dict.fromkeys(found))


def _publisher(record: Record) -> tuple[str | None, str | None]:
    body = record.part("organization", "organisation")
    name = fields.line(body, "publisher_name", "name", "title")
    page = fields.link(body, "publisher_uri", "page", "uri")
    body.structure("id", "slug", "acronym", "logo", "logo_thumbnail", "badges", "class", "image_url")
    body.close()
    return name, page


def _person(owner: Record) -> str | None:
    """Who published without an organisation."""
    parts = [fields.said(owner.left[key]) for key in ("first_name", "last_name") if owner.left.get(key)]
    name = " ".join(parts) or None
    for key in ("first_name", "last_name"):
        owner.first("creator_name", [key], lambda _value: name)
    owner.structure("id", "slug", "page", "uri", "avatar", "avatar_thumbnail", "class")
    owner.close()
    return name


def _contact(record: Record) -> tuple[str | None, str | None, str | None]:
    """Whom to ask: of several contacts, the first that gives an electronic address."""
    cards: list[tuple[str | None, str | None, str | None]] = []
    given = record.left.get("contact_point")
    listed = record.objects("contact_points")
    if isinstance(given, dict) and given:
        listed = [*listed, record.left.pop("contact_point")]
    for content in listed:
        card = Record(record.reading, "contact", content, area="dataset", subject=record.subject)
        cards.append(
            (
                fields.line(card, "contact_name", "name"),
                fields.email(card, "contact_email", "email"),
                fields.link(card, "contact_url", "contact_form"),
            )
        )
        card.structure("id", "role", "organization", "owner")
        card.close()
    cards = [card for card in dict.fromkeys(cards) if any(card)]
    cards.sort(key=lambda card: card[1] is None)
    for name, email, page in cards[1:]:
        record.note("contact-several", "contact", name or email or page or "")
    return cards[0] if cards else (None, None, None)


def _period(record: Record) -> tuple[Any, Any]:
    span = record.part("temporal_coverage", "period")
    start = fields.day(span, "temporal_start", "start")
    end = fields.day(span, "temporal_end", "end", last=True)
    span.close()
    if start and end and end < start:
        record.note("period-reversed", "temporal", f"{start} – {end}")
        return None, None
    return start, end


def _places(record: Record) -> tuple[list[str], str | None]:
    """The zones of a dataset, or its outline as GeoJSON, and the finest mesh it is given for."""
    place = record.part("spatial", "place")
    meshes = load_list("spatial_granularities")
    granularity = place.first(
        "spatial_granularity", ["granularity"],
        lambda value: meshes.find(fields.said(value).removeprefix("fr:")) or "other",
    )  # fmt: skip
    found = fields.words(place, "spatial", "zones", limit=PROSE, most=fields.MOST_PLACES)
    outline = place.first("spatial", ["geom"], lambda value: fields.outline(record, value))
    place.close()
    return found + ([outline] if outline else []), granularity


def _frequency(record: Record) -> str | None:
    return fields.code(record, "frequency", load_list("frequencies"), "frequency-unknown", "frequency")


def _access(record: Record) -> str | None:
    given = fields.code(record, "access_rights", load_list("access_rights"), "access-right-unknown", "access_type")
    private = record.left.get("private")
    if isinstance(private, bool):
        del record.left["private"]
        record.end("private", Fate.KEPT if private else Fate.STRUCTURE, "dataset.access_rights", private)
    return "non-public" if private is True else given


def _schema(record: Record) -> list[str]:
    """The schema a dataset or a file says it follows: its address, else its name."""
    schema = record.part("schema", "schema")
    found = schema.first("conforms_to", ["url", "name"], lambda value: fields.said(value)[:CODE] or None)
    schema.structure("version")
    schema.close()
    return [found] if found else []


def _hvd_categories(record: Record) -> list[str]:
    """High-value data are said by a tag, or by an extra: `hvd_category`."""
    extras = record.part("extras", "extras")
    known = load_list("hvd_categories")
    found = fields.codes_of(extras, "hvd_categories", known, "hvd-category-unknown", "hvd_category", "hvd-category")
    extras.close()
    return found


def _files(record: Record) -> list[ReadDistribution]:
    listed = record.objects("resources")
    rest = record.left.get("resources")
    if isinstance(rest, dict):
        # The second version of the interface gives a link to the files instead of the files.
        record.structure("resources")
        record.note("files-elsewhere", "distributions", fields.said(rest.get("href") or ""))
    return fields.read_files(record, listed, _file, _FILE_STRUCTURE)


def _file(part: Record) -> ReadDistribution | None:
    identifier = fields.line(part, "identifier", "id")
    title = fields.line(part, "title", "title")
    remote = part.left.get("filetype") == "remote" and part.left.get("type") in {"api", "other", "documentation"}
    given = fields.link(part, "access_url" if remote else "download_url", "url")
    if given is None:
        part.note("distribution-without-address", "", title or identifier or "")
        return None
    kind, media = fields.file_format(part, ("format",), ("mime",), given, title)
    sum_of = part.part("checksum", "checksum")
    algorithm, digest = fields.checksum(sum_of, "type", "value")
    sum_of.close()
    return ReadDistribution(
        identifier=identifier or identifier_of(given),
        title=title,
        description=fields.prose(part, "description", "description"),
        access_url=given if remote else None,
        download_url=None if remote else given,
        format=kind,
        media_type=media,
        byte_size=fields.count(part, "byte_size", "byte-size-invalid", "filesize"),
        checksum_algorithm=algorithm,
        checksum_value=digest,
        issued=fields.day(part, "issued", "created_at"),
        modified=fields.day(part, "modified", "last_modified"),
        conforms_to=_schema(part),
    )
