"""A parsed file to a catalogue: which things are datasets, under which identifiers, and what is left."""

import hashlib
from zoneinfo import ZoneInfo

from rdflib.term import BNode, Literal, Node, URIRef

from registry.exchange.anomalies import shortened
from registry.exchange.rdf.dataset import read_dataset
from registry.exchange.rdf.fields import read_codes, read_date, read_line, read_link, read_prose
from registry.exchange.rdf.graph import short_name
from registry.exchange.rdf.licence import read_licence
from registry.exchange.rdf.nodes import read_body
from registry.exchange.rdf.parsing import BASE, Parsed
from registry.exchange.rdf.subject import TYPE, TYPE_OF_NODE, Reading, Subject, quoted, written
from registry.exchange.values import LINE
from registry.exchange.vocabulary import Fate, ReadCatalog, ReadCatalogue, ReadDataset
from registry.kernel.identifiers import identifier_of
from registry.platform.lists import load_list

_DATASET = frozenset({"dcat:Dataset", "dcmitype:Dataset"})
_CATALOGUE = "dcat:Catalog"
_CATALOGUES = frozenset({_CATALOGUE, "dcat:Catalogue"})
_SERIES = "dcat:DatasetSeries"
_MEMBERS = "dcat:dataset"
_NEXT = ("hydra:next", "hydra:nextPage")


def read_catalogue(parsed: Parsed, zone: ZoneInfo) -> ReadCatalogue:
    """Everything the file says that the register has a place for, and an account of the rest."""
    reading = Reading(parsed.triples, zone)
    total = len(parsed.triples)
    catalogues, datasets = _find_records(reading)
    reading.records = {*catalogues, *datasets}
    _note_partial(reading, parsed, len(datasets))
    catalogue = _read_description(reading, catalogues, datasets)
    found = _read_datasets(reading, datasets)
    if not found:
        reading.anomalies.add("dataset-none", "", "", "")
    _account_for_the_rest(reading)
    return ReadCatalogue(
        format=parsed.format,
        catalogue=catalogue,
        datasets=found,
        leftovers=reading.tally.leftovers(),
        tally=reading.tally.close(total),
        anomalies=reading.anomalies.close(),
    )


def _find_records(reading: Reading) -> tuple[list[Node], list[Node]]:
    """The catalogues and the datasets of the file, in its order."""
    catalogues: list[Node] = []
    datasets: dict[Node, None] = {}
    listed: dict[Node, None] = {}
    for node, properties in reading.triples.by_subject.items():
        types = {short_name(str(kind).removeprefix(BASE)) for kind in properties.get(TYPE, ())}
        if types & _CATALOGUES:
            catalogues.append(node)
            reading.kinds[node] = _CATALOGUE
            listed.update(dict.fromkeys(properties.get(_MEMBERS, ())))
        elif _SERIES in types:
            reading.kinds[node] = _SERIES
        elif types & _DATASET:
            datasets[node] = None
    for node in listed:
        if node not in reading.kinds and reading.is_described(node):
            datasets[node] = None
    reading.kinds.update(dict.fromkeys(datasets, "dcat:Dataset"))
    return catalogues, list(datasets)


def _note_partial(reading: Reading, parsed: Parsed, datasets: int) -> None:
    """Says when the file is only a part of a longer answer, or not in the encoding it declares."""
    if parsed.wrongly_declared:
        reading.anomalies.add("encoding-wrong", "", "", parsed.wrongly_declared)
    envelope = parsed.envelope
    if envelope and envelope.next_record and envelope.next_record <= envelope.matched:
        reading.anomalies.add("envelope-partial", "", "", f"{datasets} / {envelope.matched}")
    for properties in parsed.triples.by_subject.values():
        following = [value for name in _NEXT for value in properties.get(name, ())]
        if following:
            reading.anomalies.add("page-partial", "", "", written(following[0]))
            return


def _read_description(reading: Reading, catalogues: list[Node], datasets: list[Node]) -> ReadCatalog:
    """What the file says of the catalogue: of several, the one that lists the most datasets."""
    if not catalogues:
        return ReadCatalog()
    by_subject = reading.triples.by_subject
    ranked = sorted(catalogues, key=lambda node: (-len(by_subject[node].get(_MEMBERS, ())), str(node)))
    known = set(datasets)
    for node in ranked:
        members = Subject(reading, node, "catalogue", "").take("datasets", _MEMBERS)
        for member in members:
            if member in known:
                members.end(Fate.STRUCTURE, "dataset of the catalogue")
            elif reading.kinds.get(member) == _SERIES:
                members.leave(member)
            else:
                reading.anomalies.add("dataset-absent", "", "datasets", written(member))
                members.end(Fate.SET_ASIDE)
    catalogue = _read_one(Subject(reading, ranked[0], "catalogue", ""))
    if len(ranked) > 1:
        reading.anomalies.add("catalogue-several", "", "", catalogue.title or catalogue.uri or "")
    return catalogue


def _read_one(subject: Subject) -> ReadCatalog:
    publisher_name, publisher_uri = read_body(subject, "publisher", "dcterms:publisher", "dc:publisher")
    node = subject.node
    return ReadCatalog(
        uri=written(node) if isinstance(node, URIRef) else None,
        title=read_line(subject, "title", "dcterms:title", "dc:title", "rdfs:label"),
        description=read_prose(subject, "description", "dcterms:description", "dc:description"),
        publisher_name=publisher_name,
        publisher_uri=publisher_uri,
        homepage=read_link(subject, "homepage", "foaf:homepage"),
        languages=read_codes(subject, "languages", load_list("languages"), "language-unknown", "dcterms:language"),
        licence=read_licence(subject),
        issued=read_date(subject, "issued", "dcterms:issued"),
        modified=read_date(subject, "modified", "dcterms:modified"),
    )


def _read_datasets(reading: Reading, nodes: list[Node]) -> list[ReadDataset]:
    taken: set[str] = set()
    found = []
    for node in nodes:
        identifier = _identifier(reading, node, taken)
        taken.add(identifier)
        found.append(read_dataset(reading, node, identifier))
    return found


def _identifier(reading: Reading, node: Node, taken: set[str]) -> str:
    """What tells this dataset from the others, from one import to the next."""
    properties = reading.triples.by_subject[node]
    given = sorted(
        " ".join(written(value).split())
        for name in ("dcterms:identifier", "dc:identifier")
        for value in properties.get(name, ())
        if isinstance(value, Literal) or not reading.is_described(value)
    )
    address = written(node) if isinstance(node, URIRef) and "/.well-known/genid/" not in node else ""
    chosen = next((_short(text) for text in given if text), identifier_of(address))
    if isinstance(node, URIRef) and "://" not in written(node) and ":" not in written(node):
        reading.anomalies.add("identifier-relative", chosen, "identifier", address)
    if not chosen:
        chosen = _stand_in(properties.get("dcat:landingPage", ()), properties.get("dcterms:title", ()))
        reading.anomalies.add("identifier-missing", chosen, "identifier", chosen)
    if chosen in taken:
        other = identifier_of(address)
        other = other if other and other not in taken else _numbered(chosen, taken)
        reading.anomalies.add("identifier-duplicate", other, "identifier", chosen)
        chosen = other
    return chosen


def _stand_in(pages: object, titles: object) -> str:
    """An identifier for a dataset that has none: its page, else its title."""
    for values in (pages, titles):
        if isinstance(values, list) and values:
            return _short(min(" ".join(written(value).split()) for value in values)) or "sans-identifiant"
    return "sans-identifiant"


def _short(text: str) -> str:
    """The identifier itself, or its digest when it is too long to be one."""
    return text if len(text) <= LINE else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _numbered(text: str, taken: set[str]) -> str:
    number = 2
    while f"{text[: LINE - 8]}#{number}" in taken:
        number += 1
    return f"{text[: LINE - 8]}#{number}"


def _account_for_the_rest(reading: Reading) -> None:
    """Counts what nobody took: paging and types of what was visited as structure, the rest without a home."""
    for node, properties in reading.triples.by_subject.items():
        if not properties:
            continue
        kind = reading.kind(node)
        if kind == "dcat:Distribution" and node not in reading.distributions:
            if isinstance(node, BNode):
                reading.anomalies.add("distribution-orphan-nameless", "", "", "")
            else:
                reading.anomalies.add("distribution-orphan", "", "", written(node))
        for name, values in properties.items():
            if name == TYPE:
                reading.tally.add(kind, name, Fate.STRUCTURE, TYPE_OF_NODE, len(values))
            elif kind.startswith("hydra:") or name.startswith("hydra:"):
                reading.tally.add(kind, name, Fate.STRUCTURE, "paging", len(values))
            else:
                reading.tally.add(kind, name, Fate.NO_HOME, "", len(values))
                reading.tally.example(kind, name, shortened(quoted(values[0]), 120))
