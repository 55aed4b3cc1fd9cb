"""The triples of one file, arranged by subject: all a catalogue's reader asks of a graph.

rdflib's own store keeps three indexes; this one keeps one, in the order of the file, and stands under
rdflib's parsers as their store. Named graphs are merged. A predicate is kept under its short name
(`dcterms:title`), or its whole address where the prefix is not one of ours.
"""

from collections.abc import Iterator
from typing import Any

from rdflib.store import Store
from rdflib.term import Node

PREFIXES = {
    "http://data.europa.eu/r5r/": "dcatap",
    "http://data.europa.eu/930/": "geodcat",
    "http://def.seegrid.csiro.au/isotc211/iso19115/2003/metadata#": "iso19115",
    "http://purl.org/dc/dcmitype/": "dcmitype",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/pav/": "pav",
    "http://rdfs.org/ns/void#": "void",
    "http://schema.org/": "schema",
    "http://spdx.org/rdf/terms#": "spdx",
    "http://www.opengis.net/ont/geosparql#": "geosparql",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://www.w3.org/2004/02/skos/core#": "skos",
    "http://www.w3.org/2006/time#": "time",
    "http://www.w3.org/2006/vcard/ns#": "vcard",
    "http://www.w3.org/2007/05/powder-s#": "wdrs",
    "http://www.w3.org/ns/adms#": "adms",
    "http://www.w3.org/ns/dcat#": "dcat",
    "http://www.w3.org/ns/dqv#": "dqv",
    "http://www.w3.org/ns/hydra/core#": "hydra",
    "http://www.w3.org/ns/locn#": "locn",
    "http://www.w3.org/ns/odrl/2/": "odrl",
    "http://www.w3.org/ns/prov#": "prov",
    "http://xmlns.com/foaf/0.1/": "foaf",
}
UNMAPPED = "urn:x-unmapped:"
_FEW = 16


def short_name(address: str) -> str:
    """The usual short name of a property or a class; https in place of http is forgiven."""
    found = address.replace("https://", "http://", 1) if address.startswith("https://") else address
    cut = max(found.rfind("#"), found.rfind("/")) + 1
    prefix = PREFIXES.get(found[:cut])
    if prefix and cut < len(found):
        return f"{prefix}:{found[cut:]}"
    if address.startswith("dctype:"):
        return "dcmitype:" + address[len("dctype:") :]
    return address.removeprefix(UNMAPPED)


Properties = dict[str, list[Node]]


class Triples(Store):
    """Statements by subject, then by property; none twice."""

    context_aware = True
    formula_aware = True
    graph_aware = True

    def __init__(self) -> None:
        super().__init__()
        self.by_subject: dict[Node, Properties] = {}
        self.count = 0
        self._names: dict[Node, str] = {}
        self._many: dict[tuple[Node, str], set[Node]] = {}

    def add(self, triple: tuple[Node, Node, Node], context: Any = None, quoted: bool = False) -> None:  # noqa: ARG002 - the store's signature.
        """Keeps a statement, unless the file already said it."""
        subject, predicate, value = triple
        name = self._names.get(predicate)
        if name is None:
            name = self._names[predicate] = short_name(str(predicate))
        properties = self.by_subject.get(subject)
        if properties is None:
            properties = self.by_subject[subject] = {}
        values = properties.get(name)
        if values is None:
            properties[name] = [value]
        elif len(values) < _FEW:
            if value in values:
                return
            values.append(value)
        elif not self._add_to_many(subject, name, values, value):
            return
        self.count += 1

    def _add_to_many(self, subject: Node, name: str, values: list[Node], value: Node) -> bool:
        known = self._many.get((subject, name))
        if known is None:
            known = self._many[subject, name] = set(values)
        if value in known:
            return False
        known.add(value)
        values.append(value)
        return True

    def __len__(self, context: Any = None) -> int:
        return self.count

    def bind(self, prefix: str, namespace: Any, override: bool = True) -> None:
        """Prefixes of the file are of no use once it is read."""

    def namespace(self, prefix: str) -> None:
        """No prefix is kept."""

    def prefix(self, namespace: Any) -> None:
        """No prefix is kept."""

    def namespaces(self) -> Iterator[Any]:
        """No prefix is kept."""
        return iter(())

    def add_graph(self, graph: Any) -> None:
        """Named graphs are merged: their names are not kept."""

    def remove_graph(self, graph: Any) -> None:
        """Named graphs are merged: there is none to remove."""
