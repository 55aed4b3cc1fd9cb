"""A CKAN portal's answer to a catalogue's record: `package_search`, `package_show` and the list with resources.

A package has an `id` that never changes and a `name` that people may change; extensions add keys of their own, at
the root or among the `extras`.
"""

from typing import Any

from registry.exchange.portals import fields
from registry.exchange.portals.record import PortalReading, Record, in_text
from registry.exchange.values import PROSE, is_address
from registry.exchange.vocabulary import Fate, ReadDataset, ReadDistribution
from registry.kernel.identifiers import identifier_of
from registry.platform.lists import load_list

_STRUCTURE = (
    "owner_org", "num_resources", "num_tags", "creator_user_id", "plugin_data", "state", "type", "isopen",
    "relationships_as_object", "relationships_as_subject", "revision_id", "revision_timestamp", "tracking_summary",
    "display_name", "thumbnail", "ows",
)  # fmt: skip
_FILE_STRUCTURE = (
    "package_id", "revision_id", "revision_timestamp", "url_type", "position", "state", "datastore_active",
    "datastore_contains_all_records_of_source_file", "resource_type", "resource_group_id", "cache_url",
    "cache_last_updated", "mimetype_inner", "on_same_domain", "has_views", "tracking_summary", "extracting_service",
    "restricted_by_jurisdiction", "hash_algorithm", "metadata_modified",
)  # fmt: skip
_GROUP = frozenset({"title", "display_name", "name"})


def read_package(reading: PortalReading, content: dict[str, Any]) -> ReadDataset:
    """The dataset a package describes, under its `id`."""
    identifier = fields.said(content.get("id") or content.get("name") or "")
    record = Record(reading, "dataset", content, area="dataset", subject=identifier)
    _open_extras(record)
    names = _names(record, identifier)
    for key in ("tags", "groups"):
        record.left[key] = _only_named(record, key)
    title = fields.title(record, "title", "title_translated", "extras.title")
    if not title:
        record.note("title-missing", "title", identifier)
    organisation = record.part("organization", "organisation")
    publisher = fields.line(organisation, "publisher_name", "title", "display_name")
    publisher = publisher or fields.line(organisation, "publisher_name", "name")
    _close_body(organisation)
    issued = fields.day(record, "issued", "issued", "extras.issued", "dataset_publication_date", "metadata_created")
    modified = fields.day(
        record, "modified", "modified", "extras.modified", "dataset_modification_date", "metadata_modified"
    )
    themes, local_themes = fields.themes(record, "theme", "extras.theme", "themes", "extras.themes", "groups")
    found = ReadDataset(
        identifier=identifier,
        uri=names[0] if names else None,
        known_as=names,
        title=title or "",
        description=fields.prose(record, "description", "notes", "extras.description"),
        keywords=fields.keywords(record, "tags", "extras.tags"),
        themes=themes,
        local_themes=local_themes,
        publisher_name=publisher or fields.line(record, "publisher_name", "publisher", "extras.publisher_name"),
        creator_name=fields.line(record, "creator_name", "author", "extras.creator_name", "extras.author"),
        contact_name=fields.line(record, "contact_name", "maintainer", "extras.contact_name"),
        contact_email=fields.email(
            record, "contact_email", "maintainer_email", "extras.contact_email", "extras.contact-email", "author_email"
        ),
        landing_page=fields.link(record, "landing_page", "url", "extras.landing_page", "remote_url"),
        languages=fields.codes_of(
            record, "languages", load_list("languages"), "language-unknown", "language", "extras.language"
        ),
        access_rights=_access(record),
        frequency=fields.code(
            record, "frequency", load_list("frequencies"), "frequency-unknown",
            "frequency", "extras.frequency", "accrual_periodicity", "extras.accrual_periodicity", "update_frequency",
            "extras.frequency-of-update",
        ),
        issued=issued,
        modified=modified,
        spatial=fields.words(
            record, "spatial", "spatial", "extras.spatial", "extras.spatial_uri", "extras.spatial-text",
            limit=PROSE, most=fields.MOST_PLACES,
        ),
        temporal_start=fields.day(
            record, "temporal_start", "temporal_start", "extras.temporal_start", "extras.temporal-extent-begin"
        ),
        temporal_end=fields.day(
            record, "temporal_end", "temporal_end", "extras.temporal_end", "extras.temporal-extent-end", last=True
        ),
        licence=fields.licence(record, "license_id", "license_title", "license_url", "extras.license"),
        conforms_to=fields.words(record, "conforms_to", "conforms_to", "extras.conforms_to"),
        documentation=fields.words(record, "documentation", "inspire_url", "documentation", "extras.documentation"),
        provenance=fields.prose(record, "provenance", "provenance", "extras.provenance", "extras.lineage"),
        version_label=fields.line(record, "version_label", "version", "extras.dcat_version"),
        applicable_legislation=fields.words(
            record, "applicable_legislation", "applicable_legislation", "extras.applicable_legislation"
        ),
        hvd_categories=fields.codes_of(
            record, "hvd_categories", load_list("hvd_categories"), "hvd-category-unknown",
            "hvd_category", "extras.hvd_category",
        ),
        distributions=fields.read_files(record, record.objects("resources"), _file, _FILE_STRUCTURE),
    )  # fmt: skip
    record.structure(*_STRUCTURE)
    record.close()
    return found


def _open_extras(record: Record) -> None:
    """The extras under names of their own; their words for a key are the structure of the list."""
    for one in record.objects("extras"):
        key = one.get("key")
        if isinstance(key, str) and key and f"extras.{key}" not in record.left:
            record.left[f"extras.{key}"] = in_text(one.get("value"))
            rest = {name: value for name, value in one.items() if name != "value"}
            record.end("extras", Fate.STRUCTURE, "structure", rest, sum(1 for _ in rest))
        else:
            record.end("extras", Fate.NO_HOME, "", one)


def _names(record: Record, identifier: str) -> list[str]:
    """The addresses under which the DCAT of this portal, or of the one it was harvested from, names the dataset."""
    origin = record.reading.origin
    record.same("dataset.identifier", "id", lambda value: value == identifier)
    slug = record.left.get("name")
    if isinstance(slug, str) and slug:
        record.end("name", Fate.KEPT, "dataset.identifier", record.left.pop("name"))
    found = [f"{origin}/dataset/{name}" for name in (identifier, slug) if origin and isinstance(name, str) and name]
    for key in ("extras.uri", "extras.guid", "extras.identifier"):
        value = record.left.get(key)
        if isinstance(value, str) and value.strip():
            record.end(key, Fate.KEPT, "dataset.identifier", record.left.pop(key))
            found.insert(0, value.strip()) if key == "extras.uri" and is_address(value.strip()) else found.append(
                value.strip()
            )
    return list(dict.fromkeys(found))


def _only_named(record: Record, key: str) -> list[Any]:
    """The tags or the groups by their names; the rest of each is the portal's own structure."""
    kept: list[Any] = []
    for one in record.left.get(key) or []:
        if not isinstance(one, dict):
            kept.append(one)
            continue
        name = next((one[word] for word in ("title", "display_name", "name") if one.get(word)), None)
        rest = len(one) - (name is not None)
        record.reading.tally.add(record.kind, key, Fate.STRUCTURE, "structure", rest)
        kept += [name] if name is not None else []
    return kept


def _close_body(organisation: Record) -> None:
    organisation.structure(
        "id", "name", "display_name", "type", "created", "is_organization", "approval_status", "state", "image_url",
        "revision_id", "image_display_url", "package_count",
    )  # fmt: skip
    organisation.close()


def _access(record: Record) -> str | None:
    """The access level: what an extension says of it, else what CKAN keeps to the organisation."""
    levels = load_list("access_rights")
    given = fields.code(
        record, "access_rights", levels, "access-right-unknown", "access_rights", "extras.access_rights"
    )
    private = record.left.get("private")
    if isinstance(private, bool):
        del record.left["private"]
        record.end("private", Fate.KEPT if private and not given else Fate.STRUCTURE, "dataset.access_rights", private)
    return given or ("non-public" if private is True else None)


def _file(part: Record) -> ReadDistribution | None:
    identifier = fields.line(part, "identifier", "id")
    title = fields.line(part, "title", "name", "title", "name_translated")
    address = fields.link(part, "access_url", "access_url")
    download = fields.link(part, "download_url", "download_url")
    given = fields.link(part, "download_url", "url")
    if address is None and download is None and given is None:
        part.note("distribution-without-address", "", title or identifier or "")
        return None
    kind, media = fields.file_format(part, ("format",), ("mimetype",), download or given or address, title)
    algorithm, digest = fields.checksum(part, "hash_algorithm", "hash")
    return ReadDistribution(
        identifier=identifier or identifier_of(download or given or address or ""),
        title=title,
        description=fields.prose(part, "description", "description"),
        access_url=address,
        download_url=download or (given if given != address else None) or (None if address else given),
        format=kind,
        media_type=media,
        licence=fields.licence(part, "license", "license_id"),
        byte_size=fields.count(part, "byte_size", "byte-size-invalid", "size"),
        checksum_algorithm=algorithm,
        checksum_value=digest,
        issued=fields.day(part, "issued", "created"),
        modified=fields.day(part, "modified", "last_modified"),
        availability=fields.code(
            part, "availability", load_list("availabilities"), "availability-unknown", "availability"
        ),
        languages=fields.codes_of(
            part, "languages", load_list("languages"), "language-unknown", "language", "lang"
        ),
        conforms_to=fields.words(part, "conforms_to", "conforms_to"),
        documentation=fields.words(part, "documentation", "documentation"),
    )  # fmt: skip
