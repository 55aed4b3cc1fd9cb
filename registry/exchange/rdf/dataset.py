"""One dataset of a catalogue, with its distributions."""

from functools import partial

from msgspec.structs import replace
from rdflib.term import Literal, Node, URIRef

from registry.exchange.rdf.distribution import read_distribution
from registry.exchange.rdf.fields import (
    MANY,
    absorb_date,
    code_of,
    fitted,
    read_code,
    read_codes,
    read_date,
    read_line,
    read_link,
    read_prose,
    read_references,
    read_title,
    texts,
)
from registry.exchange.rdf.licence import read_licence, read_rights
from registry.exchange.rdf.nodes import places, read_body, read_contact, read_period
from registry.exchange.rdf.subject import Reading, Subject, Taken, language_rank, written
from registry.exchange.values import CODE, LINE, PROSE, is_address, name_in_query
from registry.exchange.vocabulary import Fate, ReadDataset, ReadDistribution
from registry.kernel.plain_text import plain_text
from registry.kernel.words import FRENCH
from registry.platform.lists import load_list

MOST_DISTRIBUTIONS = 500
MOST_PLACES = 200


def read_dataset(reading: Reading, node: Node, identifier: str) -> ReadDataset:
    """The dataset a node describes, under the identifier chosen for it."""
    subject = Subject(reading, node, "dataset", identifier)
    _absorb_identifier(subject, identifier)
    title = read_title(subject, "dcterms:title", "dc:title", "rdfs:label", "schema:name", "skos:prefLabel")
    if not title:
        subject.note("title-missing", "title", identifier)
    licence = read_licence(subject)
    rights, licence = read_rights(subject, licence)
    access_rights, rights = _read_access(subject, rights)
    publisher_name, publisher_uri = read_body(
        subject, "publisher", "dcterms:publisher", "dc:publisher", "schema:publisher"
    )
    creator_name, creator_uri = read_body(subject, "creator", "dcterms:creator", "dc:creator", "schema:creator")
    _absorb_contributors(subject, {publisher_name, publisher_uri, creator_name, creator_uri})
    contact = read_contact(subject)
    themes, local_themes, subjects = _read_themes(subject)
    issued = read_date(subject, "issued", "dcterms:issued", "schema:datePublished")
    modified = read_date(subject, "modified", "dcterms:modified", "schema:dateModified")
    if modified is None:
        modified = read_date(subject, "modified", "dcterms:date")
    absorb_date(subject, {"modified": modified, "issued": issued})
    start, end = read_period(subject)
    legislation = read_references(subject, "applicable_legislation", "dcatap:applicableLegislation")
    distributions = _read_distributions(subject, legislation)
    return ReadDataset(
        identifier=identifier,
        uri=written(node) if isinstance(node, URIRef) and len(node) <= LINE else None,
        title=title or "",
        description=read_prose(
            subject, "description", "dcterms:description", "dc:description", "rdfs:comment", "schema:description"
        ),
        keywords=_read_keywords(subject, subjects),
        themes=themes,
        local_themes=local_themes,
        publisher_name=publisher_name,
        publisher_uri=publisher_uri,
        creator_name=creator_name or creator_uri,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_url=contact.url,
        landing_page=read_link(subject, "landing_page", "dcat:landingPage", "foaf:homepage", "schema:url"),
        languages=read_codes(
            subject, "languages", load_list("languages"), "language-unknown", "dcterms:language", "dc:language"
        ),
        access_rights=access_rights,
        frequency=read_code(
            subject, "frequency", load_list("frequencies"), "frequency-unknown", "dcterms:accrualPeriodicity"
        ),
        issued=issued,
        modified=modified,
        spatial=_read_places(subject),
        temporal_start=start,
        temporal_end=end,
        licence=licence,
        rights=rights,
        conforms_to=read_references(subject, "conforms_to", "dcterms:conformsTo"),
        documentation=read_references(subject, "documentation", "foaf:page", "rdfs:seeAlso", "wdrs:describedby"),
        provenance=read_prose(subject, "provenance", "dcterms:provenance"),
        version_label=read_line(
            subject, "version_label", "dcat:version", "owl:versionInfo", "adms:version", "pav:version", "schema:version"
        ),
        applicable_legislation=legislation,
        hvd_categories=read_codes(
            subject, "hvd_categories", load_list("hvd_categories"), "hvd-category-unknown", "dcatap:hvdCategory"
        ),
        distributions=distributions,
    )


def _absorb_identifier(subject: Subject, identifier: str) -> None:
    """The identifier was chosen beforehand; the others the dataset gives are noted."""
    taken = subject.take("identifier", "dcterms:identifier", "dc:identifier")
    for value in taken:
        text = " ".join(written(value).split())
        if text != identifier:
            subject.set_aside(taken, "identifier-several", "identifier", text)


def _read_access(subject: Subject, rights: str | None) -> tuple[str | None, str | None]:
    """The access level, and the rights with any words about access that are not a level."""
    levels = load_list("access_rights")
    found: list[str] = []
    for taken, value in subject.take_all("access_rights", "dcterms:accessRights"):
        code = code_of(subject, levels, value, taken.home)
        text = subject.reading.text(value, taken.home).strip()
        if code is None:
            subject.note("access-right-unknown", "access_rights", text)
            taken.end(Fate.KEPT, "dataset.rights")
            rights = fitted(subject, "rights", "\n".join(filter(None, (rights, text))), PROSE)
        elif not found:
            found.append(code)
            if levels.is_nearest(written(value)) or levels.is_nearest(text):
                subject.note("access-right-nearest", "access_rights", text)
        elif code == found[0]:
            taken.end(Fate.SAME)
        else:
            subject.set_aside(taken, "value-several", "access_rights", text)
    return (found[0] if found else None), rights


def _absorb_contributors(subject: Subject, known: set[str | None]) -> None:
    """A contributor who is the publisher or the creator says nothing more."""

    def is_known(node: Node) -> bool:
        named = subject.reading.labels.get(node)
        return written(node) in known or (named is not None and named in known)

    subject.absorb("dataset.publisher_name", "dcterms:contributor", is_known)


def _read_themes(subject: Subject) -> tuple[list[str], list[str], list[tuple[Taken, Node]]]:
    """European themes, local themes, and subjects that are but words, to be read as keywords."""
    themes = load_list("themes")
    codes: set[str] = set()
    local: list[tuple[Taken, Node]] = []
    words: list[tuple[Taken, Node]] = []
    seen: set[Node] = set()
    for taken, value in subject.take_all("themes", "dcat:theme", "dcterms:subject", "dc:subject"):
        code = code_of(subject, themes, value, "dataset.local_themes")
        if value in seen or code in codes:
            taken.end(Fate.SAME)
        elif code is not None:
            codes.add(code)
        elif isinstance(value, Literal) and taken.predicate != "dcat:theme":
            words.append((taken.moved(value, "dataset.keywords"), value))
        else:
            local.append((taken.moved(value, "dataset.local_themes"), value))
        seen.add(value)

    return sorted(codes), texts(subject, "local_themes", local, partial(_theme_name, subject)), words


def _theme_name(subject: Subject, taken: Taken, value: Node) -> str:
    """What a theme of the catalogue's own is called."""
    inspire = load_list("inspire_themes")
    text = subject.reading.text(value, taken.home)
    found = inspire.find(text) if is_address(text) else None
    name = inspire.label(found, FRENCH) if found else name_in_query(text) or text
    return " ".join(name.split())


def _read_keywords(subject: Subject, subjects: list[tuple[Taken, Node]]) -> list[str]:
    """Keywords, in French where there are any; one value may hold several, between semicolons."""
    found: list[tuple[Taken, Node]] = [*subjects, *subject.take_all("keywords", "dcat:keyword", "schema:keywords")]
    best = min((language_rank(value) for _taken, value in found), default=0)
    words: list[str] = []
    for taken, value in found:
        if best == 0 and language_rank(value) > 1:
            taken.end(Fate.OTHER_LANGUAGE)
            continue
        text = subject.reading.text(value, taken.home)
        parts = [" ".join(plain_text(part).split()) for part in text.split(";")]
        new = [fitted(subject, "keywords", part, CODE) for part in parts if part]
        if not new:
            taken.end(Fate.STRUCTURE, "empty")
        elif all(word in words for word in new):
            taken.end(Fate.SAME)
        elif len(words) >= MANY:
            subject.set_aside(taken, "too-many", "keywords", text)
        words += [word for word in new if word not in words]
    return sorted(words[:MANY], key=str.casefold)


def _read_places(subject: Subject) -> list[str]:
    """The places a dataset covers, each by its name, its address or its outline."""
    found: list[str] = []
    for taken, value in subject.take_all("spatial", "dcterms:spatial", "dcterms:coverage", "schema:spatialCoverage"):
        named = places(subject, taken, value)
        new = [text for text in named if text not in found]
        if not named:
            taken.leave(value)
        elif not new:
            taken.end(Fate.SAME)
        elif len(found) + len(new) > MOST_PLACES:
            subject.set_aside(taken, "too-many", "spatial", new[0])
        else:
            found += new
    return sorted(found)


def _read_distributions(subject: Subject, legislation: list[str]) -> list[ReadDistribution]:
    """The distributions, in the order of the file, each under an identifier of its own."""
    found: dict[str, ReadDistribution] = {}
    given = subject.take_all("distributions", "dcat:distribution", "schema:distribution")
    for number, (taken, node) in enumerate(given, start=1):
        if isinstance(node, Literal) or not subject.reading.is_described(node):
            subject.set_aside(taken, "distribution-absent", "distributions", written(node))
            continue
        read = _distribution(subject, node, legislation, number)
        if read is None:
            taken.end(Fate.SET_ASIDE)
        elif len(found) >= MOST_DISTRIBUTIONS:
            subject.set_aside(taken, "too-many", "distributions", read.title or read.identifier)
        else:
            read = _distinct(read, found)
            found[read.identifier] = read
    return list(found.values())


def _distribution(subject: Subject, node: Node, legislation: list[str], number: int) -> ReadDistribution | None:
    """A distribution two datasets share is read once."""
    reading = subject.reading
    if node not in reading.distributions:
        part = Subject(reading, node, "distribution", subject.record, f"distributions[{number}]")
        reading.distributions[node] = read_distribution(part, legislation)
    return reading.distributions[node]


def _distinct(read: ReadDistribution, found: dict[str, ReadDistribution]) -> ReadDistribution:
    """Two distributions at one address are told apart by their format, then by their number."""
    identifier = read.identifier
    if identifier in found and read.format:
        identifier = f"{read.identifier}#{read.format}"[-LINE:]
    number = 2
    while identifier in found:
        identifier = f"{read.identifier}#{number}"[-LINE:]
        number += 1
    return read if identifier == read.identifier else replace(read, identifier=identifier)
