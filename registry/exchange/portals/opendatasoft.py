"""An OpenDataSoft portal's answer to a catalogue's record: the search of version 1, and Explore 2.0 and 2.1.

A dataset has a slug that people may change; Explore gives beside it a `dataset_uid` that never does. No answer
lists the exports of a dataset: where the portal's address is known, the main ones are those its interface promises.
"""

from typing import Any
from urllib.parse import quote

from registry.exchange.portals import fields
from registry.exchange.portals.record import PortalReading, Record, leaves
from registry.exchange.values import PROSE
from registry.exchange.vocabulary import Fate, ReadDataset, ReadDistribution
from registry.kernel.identifiers import identifier_of
from registry.platform.lists import load_list

_STRUCTURE = (
    "data_visible", "visibility", "links", "_links", "default_security", "schema", "basic_metas", "extra_metas",
    "interop_metas",
)  # fmt: skip
_META_STRUCTURE = (
    "data_processed", "metadata_processed", "modified_updates_on_metadata_change", "modified_updates_on_data_change",
    "metadata_languages", "timezone", "federated", "oauth_scope", "geographic_area_mode",
    "geographic_reference_auto", "shared_catalog", "parent_domain", "domain", "visibility", "update_frequency_auto",
)  # fmt: skip
_EXPORTS = (("csv", "?use_labels=true", "CSV", "text/csv"), ("json", "", "JSON", "application/json"))
_GEOJSON = ("geojson", "", "GEOJSON", "application/geo+json")


def read_dataset(reading: PortalReading, content: dict[str, Any]) -> ReadDataset:
    """The dataset an object describes, under its `dataset_uid`, else the address its slug makes."""
    if isinstance(content.get("dataset"), dict) and "metas" not in content:
        reading.tally.add(
            "dataset",
            "links",
            Fate.STRUCTURE,
            "structure",
            leaves({key: value for key, value in content.items() if key != "dataset"}),
        )
        content = content["dataset"]
    content = _nested(content)
    slug = fields.said(content.get("dataset_id") or content.get("datasetid") or "")
    uid = fields.said(content.get("dataset_uid") or "")
    pages = [f"{reading.origin}/explore/dataset/{slug}/"] if reading.origin and slug else []
    identifier = uid or next(iter(pages), slug)
    record = Record(reading, "dataset", content, area="dataset", subject=identifier)
    for key in ("dataset_uid", "dataset_id", "datasetid"):
        if record.left.get(key):
            record.end(key, Fate.KEPT, "dataset.identifier", record.left.pop(key))
    metas = record.part("metas", "metas")
    # Version 1 gives at once what Explore sorts by its kinds of metadata.
    main = metas.part("default", "metas") if isinstance(metas.left.get("default"), dict) else metas
    found = _dataset(record, metas, main, slug, pages or ([slug] if uid else []))
    for part in {id(main): main, id(metas): metas}.values():
        part.structure(*_META_STRUCTURE)
        part.close()
    record.structure("has_records", "features", *_STRUCTURE)
    record.close()
    return found


def _dataset(record: Record, metas: Record, main: Record, slug: str, names: list[str]) -> ReadDataset:
    identifier = record.subject
    title = fields.title(main, "title")
    if not title:
        record.note("title-missing", "title", identifier)
    dcat, inspire = metas.part("dcat", "dcat"), metas.part("inspire", "inspire")
    themes, local_themes = fields.themes(main, "theme")
    found = ReadDataset(
        identifier=identifier,
        uri=names[0] if names and "://" in names[0] else None,
        known_as=names,
        title=title or "",
        description=fields.prose(main, "description", "description"),
        keywords=fields.keywords(main, "keyword"),
        themes=themes,
        local_themes=local_themes,
        publisher_name=fields.line(main, "publisher_name", "publisher"),
        creator_name=fields.line(dcat, "creator_name", "creator"),
        contact_name=fields.line(dcat, "contact_name", "contact_name")
        or fields.line(inspire, "contact_name", "contact_individual_name"),
        contact_email=fields.email(dcat, "contact_email", "contact_email")
        or fields.email(inspire, "contact_email", "contact_email"),
        landing_page=_landing(main),
        languages=fields.codes_of(main, "languages", load_list("languages"), "language-unknown", "language"),
        frequency=fields.code(
            dcat, "frequency", load_list("frequencies"), "frequency-unknown", "accrualperiodicity"
        ) or fields.code(main, "frequency", load_list("frequencies"), "frequency-unknown", "update_frequency"),
        issued=fields.day(dcat, "issued", "issued", "created"),
        modified=fields.day(main, "modified", "modified"),
        spatial=fields.words(dcat, "spatial", "spatial", limit=PROSE)
        or fields.words(main, "spatial", "territory", limit=PROSE, most=fields.MOST_PLACES),
        temporal_start=fields.day(dcat, "temporal_start", "temporal_coverage_start"),
        temporal_end=fields.day(dcat, "temporal_end", "temporal_coverage_end", last=True),
        licence=fields.licence(main, "license", "license_url"),
        more={
            "records_count": fields.count(main, "records_count", "count-invalid", "records_count"),
            "quality_notes": fields.prose(dcat, "quality_notes", "dataquality"),
        },
        provenance=fields.prose(inspire, "provenance", "lineage") or fields.prose(main, "provenance", "attributions"),
        distributions=_files(record, slug),
        files_partly=True,
    )  # fmt: skip
    dcat.close()
    inspire.close()
    return found


def _landing(main: Record) -> str | None:
    """The page of the dataset at its origin, where one of its references is an address; their words have no home."""
    given = main.left.get("references")
    if isinstance(given, str) and not given.strip().lower().startswith(("http://", "https://")):
        return None
    return fields.link(main, "landing_page", "references")


def _nested(content: dict[str, Any]) -> dict[str, Any]:
    """An export of the catalogue may write `default.title` where the list has objects in objects."""
    if isinstance(content.get("metas"), dict) or not any("." in key for key in content):
        return content
    rest = {key: value for key, value in content.items() if "." not in key}
    metas: dict[str, dict[str, Any]] = {}
    for key, value in content.items():
        kind, dot, name = key.partition(".")
        if dot:
            metas.setdefault(kind, {})[name] = value
    return {**rest, "metas": metas}


def _files(record: Record, slug: str) -> list[ReadDistribution]:
    """The files joined to a dataset, those of the portal's own, and the exports its interface promises."""
    found: dict[str, ReadDistribution] = {}
    home = f"{record.reading.origin}/api/explore/v2.1/catalog/datasets/{quote(slug)}" if record.reading.origin else ""
    has_records = record.left.get("has_records")
    if home and has_records is not False:
        features = record.left.get("features")
        geographic = isinstance(features, list) and "geo" in features
        for kind, query, code, media in (*_EXPORTS, _GEOJSON) if geographic else _EXPORTS:
            # The address bears the slug, which changes; what tells the file from the others does not.
            export = ReadDistribution(
                identifier=f"{record.subject}#{kind}", title=f"{slug}.{kind}", format=code, media_type=media,
                access_url=f"{home}/exports/{kind}{query}", download_url=f"{home}/exports/{kind}{query}",
            )  # fmt: skip
            fields.keep_file(record, found, export)
    for key in ("attachments", "alternative_exports"):
        for number, content in enumerate(record.objects(key), start=1):
            part = Record(
                record.reading, "distribution", content,
                area="distribution", subject=record.subject, place=f"{key}[{number}]",
            )  # fmt: skip
            fields.keep_file(record, found, _file(part, home, key))
            part.close()
    return list(found.values())


def _file(part: Record, home: str, key: str) -> ReadDistribution | None:
    """A file joined to a dataset: its own address, or where the interface gives it."""
    own = part.left.get("id")
    address = part.left.get("url")
    if isinstance(address, str) and address.startswith("odsfile://"):
        # An address of the portal's inside: the interface has one for the outside.
        part.end("url", Fate.STRUCTURE, "structure", part.left.pop("url"))
        address = f"{home}/{key}/{quote(str(own))}" if home and own else None
    else:
        address = fields.link(part, "download_url", "url")
    title = fields.line(part, "title", "title")
    identifier = fields.line(part, "identifier", "id")
    kind, media = fields.file_format(part, (), ("mimetype",), address, title)
    if address is None:
        part.note("distribution-without-address", "", title or identifier or "")
        return None
    return ReadDistribution(
        identifier=f"{part.subject}#{identifier}" if identifier else identifier_of(address),
        title=title,
        description=fields.prose(part, "description", "description"),
        download_url=address,
        format=kind,
        media_type=media,
    )
