"""A sheet as DCAT-AP 3 says it: the counterpart of what reads it back here (`dataset.py`, `distribution.py`).

DCAT-AP asks of each dataset a description, and of each file an address to open: where a sheet has none, its title and
the address of the download stand in for them.
Law: règlement d’exécution (UE) 2023/138 for high-value datasets, marked as DCAT-AP HVD 3 asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from registry.exchange.rdf.writing import Thing, Words
from registry.exchange.values import is_address, read_email
from registry.kernel.words import FRENCH
from registry.platform.lists import load_list

Row = Mapping[str, Any]
Says = list[tuple[str, Words | Thing]]
HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
_IANA = "https://www.iana.org/assignments/media-types/"
_LANGUAGES = "http://publications.europa.eu/resource/authority/language/"
_LEGISLATION = "dcatap:applicableLegislation"


@dataclass(frozen=True)
class Described:
    """A sheet with its parts, who publishes it, and where its addresses begin.

    `contact` is who answers and `contact_url` where, as they may be told; `page` the address of the sheet's own page.
    """

    row: Row
    page: str
    base: str
    publisher: str
    publisher_page: str
    contact: str | None = None
    contact_url: str | None = None
    distributions: Sequence[Row] = field(default_factory=tuple)
    services: Sequence[Row] = field(default_factory=tuple)

    @property
    def uri(self) -> str:
        """The address by which other catalogues know the dataset, else that of its page."""
        known = self.row["uri"]
        return known if known and is_address(known) else self.page

    @property
    def legislation(self) -> list[str]:
        """The texts that bind it; that of high-value datasets always, where it is one."""
        told = list(self.row["applicable_legislation"])
        return [*told, HVD_LAW] if self.row["hvd_categories"] and HVD_LAW not in told else told


def describe_dataset(one: Described) -> Thing:
    """The dataset with its files."""
    row = one.row
    says: Says = [
        ("dcterms:identifier", Words(row["identifier"])),
        ("dcterms:title", Words(row["title"], FRENCH)),
        ("dcterms:description", Words(row["description"] or row["title"], FRENCH)),
        ("dcterms:publisher", _publisher(one)),
    ]
    if row["creator_name"]:
        says.append(("dcterms:creator", agent(None, row["creator_name"])))
    contact = _contact(one)
    if contact is not None:
        says.append(("dcat:contactPoint", contact))
    says += [("dcat:keyword", Words(word, FRENCH)) for word in row["keywords"]]
    says += [("dcat:theme", _concept("themes", code)) for code in row["themes"]]
    says += [("dcat:theme", Thing("skos:Concept", None, _label(theme))) for theme in row["local_themes"]]
    says += [("dcat:theme", _concept("inspire_themes", code)) for code in row["inspire_themes"]]
    says += [("dcterms:language", _language(code)) for code in row["languages"]]
    says += _coded(row, "access_rights", "access_rights", "dcterms:accessRights", "dcterms:RightsStatement")
    says += _coded(row, "frequency", "frequencies", "dcterms:accrualPeriodicity", "dcterms:Frequency")
    says += [("dcterms:spatial", _place(place)) for place in row["spatial"]]
    if row["temporal_start"] or row["temporal_end"]:
        period: Says = [*_day(row, "temporal_start", "dcat:startDate"), *_day(row, "temporal_end", "dcat:endDate")]
        says.append(("dcterms:temporal", Thing("dcterms:PeriodOfTime", None, period)))
    if row["landing_page"]:
        says.append(("dcat:landingPage", Thing("foaf:Document", row["landing_page"])))
    if row["provenance"]:
        told: Says = [("rdfs:label", Words(row["provenance"]))]
        says.append(("dcterms:provenance", Thing("dcterms:ProvenanceStatement", None, told)))
    if row["version_label"]:
        says.append(("dcat:version", Words(row["version_label"])))
    says += [(_LEGISLATION, _reference("eli:LegalResource", text)) for text in one.legislation]
    says += [("dcatap:hvdCategory", _concept("hvd_categories", code)) for code in row["hvd_categories"]]
    says += _common(row)
    says += [("dcat:distribution", thing) for part in one.distributions if (thing := _distribution(one, part))]
    return Thing("dcat:Dataset", one.uri, says)


def describe_services(one: Described) -> Iterator[Thing]:
    """The interfaces that give the dataset to programs; one without an address is not told."""
    for part in one.services:
        if not part["endpoint_url"]:
            continue
        says: Says = [
            ("dcterms:title", Words(part["title"] or one.row["title"], FRENCH)),
            ("dcat:endpointURL", Thing("rdfs:Resource", part["endpoint_url"])),
            ("dcat:servesDataset", Thing("", one.uri)),
            *_described(part),
            *[("dcterms:conformsTo", _reference("dcterms:Standard", text)) for text in part["conforms_to"]],
            *[("foaf:page", _reference("foaf:Document", text)) for text in part["documentation"]],
            *_licence(part["licence"] or one.row["licence"]),
        ]
        if part["endpoint_description"]:
            says.append(("dcat:endpointDescription", Thing("rdfs:Resource", part["endpoint_description"])))
        if one.row["hvd_categories"]:
            says.append((_LEGISLATION, Thing("eli:LegalResource", HVD_LAW)))
            says += [("dcatap:hvdCategory", _concept("hvd_categories", code)) for code in one.row["hvd_categories"]]
            contact = _contact(one)
            says += [("dcat:contactPoint", contact)] if contact is not None else []
        yield Thing("dcat:DataService", f"{one.page}#service-{part['id']}", says)


def _distribution(one: Described, part: Row) -> Thing | None:
    access, download = part["access_url"], part["download_url"]
    if not (access or download):
        return None
    says: Says = [
        ("dcterms:identifier", Words(part["identifier"])),
        ("dcat:accessURL", Thing("rdfs:Resource", access or download)),
        *_described(part),
    ]
    if part["title"]:
        says.append(("dcterms:title", Words(part["title"], FRENCH)))
    if download:
        says.append(("dcat:downloadURL", Thing("rdfs:Resource", download)))
    if part["format"]:
        says.append(("dcterms:format", _format(part["format"])))
    if part["media_type"]:
        says.append(("dcat:mediaType", Thing("dcterms:MediaType", _IANA + part["media_type"])))
    if part["byte_size"] is not None:
        says.append(("dcat:byteSize", Words(str(part["byte_size"]), "", "xsd:nonNegativeInteger")))
    if part["checksum_algorithm"] and part["checksum_value"]:
        says.append(("spdx:checksum", _checksum(part["checksum_algorithm"], part["checksum_value"])))
    if part["availability"]:
        says.append(("dcatap:availability", _concept("availabilities", str(part["availability"]))))
    says += [("dcterms:language", _language(code)) for code in part["languages"]]
    if one.row["hvd_categories"]:
        says.append((_LEGISLATION, Thing("eli:LegalResource", HVD_LAW)))
    # A file without a licence of its own is under that of its dataset: portals look for it on the file alone.
    says += _common({**part, "licence": part["licence"] or one.row["licence"]})
    # A name that stands for the file here, and is no address of its own: what reads it back keeps the identifier.
    return Thing("dcat:Distribution", f"{one.base}/.well-known/genid/distribution-{part['id']}", says)


def _common(row: Row) -> Says:
    """What a dataset and a file say alike."""
    says: Says = [*_day(row, "issued", "dcterms:issued"), *_day(row, "modified", "dcterms:modified")]
    says += _licence(row["licence"])
    if row["rights"]:
        told: Says = [("rdfs:label", Words(row["rights"]))]
        says.append(("dcterms:rights", Thing("dcterms:RightsStatement", None, told)))
    says += [("dcterms:conformsTo", _reference("dcterms:Standard", text)) for text in row["conforms_to"]]
    says += [("foaf:page", _reference("foaf:Document", text)) for text in row["documentation"]]
    return says


def _described(row: Row) -> Says:
    return [("dcterms:description", Words(row["description"], FRENCH))] if row["description"] else []


def _day(row: Row, name: str, said: str) -> Says:
    value: date | None = row[name]
    return [(said, Words(value.isoformat(), "", "xsd:date"))] if value else []


def _publisher(one: Described) -> Thing:
    """Who the sheet says publishes it, else the body that holds it."""
    name, uri = one.row["publisher_name"], one.row["publisher_uri"]
    if uri or (name and name != one.publisher):
        return agent(uri if uri and is_address(uri) else None, name or one.publisher)
    return agent(one.publisher_page, one.publisher)


def agent(uri: str | None, name: str) -> Thing:
    """A body by its name, under its address if it has one."""
    return Thing("foaf:Agent", uri, [("foaf:name", Words(name))])


def _contact(one: Described) -> Thing | None:
    said, url = one.contact, one.contact_url
    if not said and not url:
        return None
    mailbox = read_email(said) if said else None
    says: Says = [("vcard:hasEmail", Thing("rdfs:Resource", f"mailto:{mailbox}"))] if mailbox else []
    if said and not mailbox:
        says.append(("vcard:fn", Words(said)))
    if url:
        says.append(("vcard:hasURL", Thing("rdfs:Resource", url)))
    return Thing("vcard:Kind", None, says)


def _label(text: str) -> Says:
    return [("skos:prefLabel", Words(text, FRENCH))]


@lru_cache(maxsize=1000)
def _concept(name: str, code: str) -> Thing:
    codes = load_list(name)
    return Thing("skos:Concept", codes.uri(code), _label(codes.label(code, FRENCH)))


def _coded(row: Row, name: str, codes: str, said: str, kind: str) -> Says:
    code = row[name]
    return [(said, _code(codes, str(code), kind))] if code else []


@lru_cache(maxsize=1000)
def _code(name: str, code: str, kind: str) -> Thing:
    """A code by its address; by its words where no address stands for it."""
    codes = load_list(name)
    uri = codes.uri(code)
    return Thing(kind, uri, () if uri else [("rdfs:label", Words(codes.label(code, FRENCH)))])


@lru_cache(maxsize=200)
def _language(code: str) -> Thing:
    """The European list names languages by three letters: the first of the other names of ours."""
    entry = load_list("languages").entries.get(code)
    name = entry.aliases[0].upper() if entry and entry.aliases else code.upper()
    return Thing("dcterms:LinguisticSystem", _LANGUAGES + name)


@lru_cache(maxsize=1000)
def _format(code: str) -> Thing:
    return _code("file_types", code, "dcterms:MediaTypeOrExtent")


def _licence(code: str | None) -> Says:
    return [("dcterms:license", _code("licences", code, "dcterms:LicenseDocument"))] if code else []


def _reference(kind: str, text: str) -> Thing:
    return Thing(kind, text) if is_address(text) else Thing(kind, None, [("dcterms:title", Words(text))])


def _place(text: str) -> Thing:
    """A place by its address, its outline or its name."""
    if is_address(text):
        return Thing("dcterms:Location", text)
    if text.startswith("{"):
        return Thing("dcterms:Location", None, [("locn:geometry", Words(text, "", "geosparql:geoJSONLiteral"))])
    if text.endswith(")") and text.split("(", maxsplit=1)[0].strip().isupper():
        return Thing("dcterms:Location", None, [("locn:geometry", Words(text, "", "geosparql:wktLiteral"))])
    return Thing("dcterms:Location", None, [("skos:prefLabel", Words(text))])


def _checksum(algorithm: str, value: str) -> Thing:
    name = "checksumAlgorithm_" + algorithm.lower().replace("sha-", "sha").replace("-", "_")
    says: Says = [
        ("spdx:algorithm", Thing("spdx:ChecksumAlgorithm", f"http://spdx.org/rdf/terms#{name}")),
        ("spdx:checksumValue", Words(value, "", "xsd:hexBinary")),
    ]
    return Thing("spdx:Checksum", None, says)
