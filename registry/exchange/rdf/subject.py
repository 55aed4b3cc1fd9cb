"""Reading one described thing of the file, property by property.

A property is *taken*: its statements leave the triples and are counted where they are kept. What nobody
takes is what has no home, so nothing can be lost from sight and no statement counted twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from rdflib.term import BNode, Literal, Node, URIRef

from registry.exchange.anomalies import Anomalies, shortened
from registry.exchange.rdf.graph import Properties, Triples, short_name
from registry.exchange.rdf.parsing import BASE
from registry.exchange.tally import Tally
from registry.exchange.vocabulary import Fate, ReadDistribution
from registry.inspection.texts import cleaned

TYPE = "rdf:type"
TYPE_OF_NODE = "type of node"
_LABELS = (
    "skos:prefLabel", "foaf:name", "vcard:fn", "vcard:organization-name", "locn:geographicName", "dcterms:title",
    "rdfs:label", "schema:name", "dc:title", "dcterms:description", "skos:altLabel",
)  # fmt: skip
_PLAIN_CLASSES = ("rdfs:", "owl:", "prov:Entity", "dcat:Resource")
_UNTYPED = "(sans type)"


def written(node: Node) -> str:
    """A term as the file writes it: a relative address without the base it was resolved against."""
    text = cleaned(str(node))
    return text.removeprefix(BASE) if isinstance(node, URIRef) else text


def quoted(node: Node) -> str:
    """A term as it is shown to people: a blank node has no name worth showing."""
    return "(élément sans adresse)" if isinstance(node, BNode) else written(node)


@dataclass(frozen=True)
class Contact:
    """Whom to ask about a dataset."""

    name: str | None = None
    email: str | None = None
    url: str | None = None


@dataclass
class Reading:
    """One file being read: its triples, and all that is noted about them."""

    triples: Triples
    zone: ZoneInfo
    tally: Tally = field(default_factory=Tally)
    anomalies: Anomalies = field(default_factory=Anomalies)
    records: set[Node] = field(default_factory=set)
    kinds: dict[Node, str] = field(default_factory=dict)
    noted: set[tuple[str, str, str]] = field(default_factory=set)
    labels: dict[Node, str | None] = field(default_factory=dict)
    contacts: dict[Node, Contact] = field(default_factory=dict)
    outlines: dict[Node, str] = field(default_factory=dict)
    distributions: dict[Node, ReadDistribution | None] = field(default_factory=dict)
    periods: dict[Node, tuple[date | None, date | None]] = field(default_factory=dict)

    def kind(self, node: Node) -> str:
        """What a subject is, by the first telling class it is given."""
        known = self.kinds.get(node)
        if known is not None:
            return known
        types = [short_name(str(kind)) for kind in self.triples.by_subject.get(node, {}).get(TYPE, ())]
        telling = [kind for kind in types if not kind.startswith(_PLAIN_CLASSES)]
        found = (telling or types or [_UNTYPED])[0]
        self.kinds[node] = found
        return found

    def is_described(self, node: Node) -> bool:
        """Whether the file says anything of a thing."""
        return node in self.triples.by_subject

    def visit(self, node: Node) -> None:
        """Counts the classes of a thing the file points at as structure, once."""
        properties = self.triples.by_subject.get(node)
        if not properties or node in self.records or TYPE not in properties:
            return
        kind = self.kind(node)
        self.tally.add(kind, TYPE, Fate.STRUCTURE, TYPE_OF_NODE, len(properties.pop(TYPE)))

    def label(self, node: Node, home: str) -> str | None:
        """The name of a described thing, if it has one; read once, kept where it is first wanted."""
        if isinstance(node, Literal) or node in self.records:
            return None
        if node in self.labels:
            return self.labels[node]
        properties = self.triples.by_subject.get(node, {})
        self.visit(node)
        found = None
        for predicate in _LABELS:
            if predicate in properties:
                names = Taken(self, node, predicate, home, properties.pop(predicate))
                best = names.best()
                found = " ".join(written(best).split()) if best is not None else None
                break
        self.labels[node] = found or None
        return self.labels[node]

    def text(self, node: Node, home: str) -> str:
        """What to show for a value: its words, the name of the thing it points at, or its address."""
        if isinstance(node, Literal):
            return written(node)
        return self.label(node, home) or ("" if isinstance(node, BNode) else written(node))


class Taken:
    """The values of one property, counted as kept until told otherwise."""

    def __init__(self, reading: Reading, node: Node, predicate: str, home: str, values: list[Node]) -> None:
        self.reading = reading
        self.predicate = predicate
        self.home = home
        self.values = values
        if values:
            self.kind = reading.kind(node)
            reading.tally.add(self.kind, predicate, Fate.KEPT, home, len(values))

    def __iter__(self) -> Iterator[Node]:
        return iter(self.values)

    def __bool__(self) -> bool:
        return bool(self.values)

    def end(self, fate: Fate, home: str | None = None, count: int = 1) -> None:
        """Says what became of some of the values instead of being kept here."""
        for _each in range(count):
            after = (fate, self.home if home is None else home)
            self.reading.tally.move(self.kind, self.predicate, (Fate.KEPT, self.home), after)

    def moved(self, value: Node, home: str) -> "Taken":
        """One of the values, kept elsewhere than the others."""
        self.end(Fate.KEPT, home)
        part = Taken(self.reading, value, self.predicate, home, [])
        part.kind, part.values = self.kind, [value]
        return part

    def leave(self, value: Node) -> None:
        """Leaves a value among what has no home."""
        self.end(Fate.NO_HOME, "")
        self.reading.tally.example(self.kind, self.predicate, shortened(quoted(value), 120))

    def best(self, several: Callable[[Node], None] | None = None) -> Node | None:
        """The value in the language to show; `several` hears of others in that same language."""
        if len(self.values) < 2:
            return self.values[0] if self.values else None
        first, *others = sorted(self.values, key=order_shown)
        for other in others:
            if language_of(other) != language_of(first):
                self.end(Fate.OTHER_LANGUAGE)
            elif str(other) == str(first):
                self.end(Fate.SAME)
            elif several is not None:
                several(other)
                self.end(Fate.SET_ASIDE)
            else:
                self.leave(other)
        return first


def language_rank(node: Node) -> int:
    """Which of several languages is shown: French, then none given, then English, then any."""
    language = node.language if isinstance(node, Literal) else None
    if not language:
        return 1
    short = language[:2].lower()
    return 0 if short == "fr" else 2 if short == "en" else 3


def order_shown(node: Node) -> tuple[int, str]:
    """Where a value stands among those in several languages: the first is shown."""
    return language_rank(node), str(node)


def language_of(node: Node) -> str:
    """The language of a text, in two letters; empty where none is given."""
    return ((node.language or "") if isinstance(node, Literal) else "")[:2].lower()


class Subject:
    """A record being read: a catalogue, a dataset or a distribution."""

    def __init__(self, reading: Reading, node: Node, area: str, record: str, place: str = "") -> None:
        self.reading = reading
        self.node = node
        self.area = area
        self.record = record
        self.place = place
        self.properties: Properties = reading.triples.by_subject.get(node, {})
        if TYPE in self.properties:
            kind = reading.kind(node)
            reading.tally.add(kind, TYPE, Fate.STRUCTURE, TYPE_OF_NODE, len(self.properties.pop(TYPE)))

    def take(self, name: str, *predicates: str) -> Taken:
        """The values of the first of these properties the file gives, to be kept in a field of the record."""
        for predicate in predicates:
            if predicate in self.properties:
                return self.take_one(name, predicate)
        return Taken(self.reading, self.node, predicates[0], f"{self.area}.{name}", [])

    def take_one(self, name: str, predicate: str) -> Taken:
        """The values of one property."""
        values = self.properties.pop(predicate, [])
        return Taken(self.reading, self.node, predicate, f"{self.area}.{name}", values)

    def take_all(self, name: str, *predicates: str) -> Iterator[tuple[Taken, Node]]:
        """Every value of all these properties, each with what it was taken from."""
        for predicate in predicates:
            if predicate in self.properties:
                taken = self.take_one(name, predicate)
                for value in taken:
                    yield taken, value

    def absorb(self, home: str, predicate: str, says_the_same: Callable[[Node], bool]) -> None:
        """Counts the values that only repeat what a field already holds; leaves the others where they are."""
        values = self.properties.get(predicate)
        if not values:
            return
        others = [value for value in values if not says_the_same(value)]
        repeated = len(values) - len(others)
        self.reading.tally.add(self.reading.kind(self.node), predicate, Fate.SAME, home, repeated)
        if others:
            self.properties[predicate] = others
        else:
            del self.properties[predicate]

    def note(self, code: str, name: str, value: str) -> None:
        """Notes an anomaly of a field of this record."""
        path = f"{self.place}.{name}" if self.place and name else self.place or name
        self.reading.anomalies.add(code, self.record, path, value)

    def note_once(self, code: str, name: str, value: str) -> None:
        """Notes an anomaly that many parts of one record would repeat."""
        if (self.record, code, value) not in self.reading.noted:
            self.reading.noted.add((self.record, code, value))
            self.note(code, name, value)

    def set_aside(self, taken: Taken, code: str, name: str, value: str) -> None:
        """Notes why a value is not kept, and counts it so."""
        self.note(code, name, value)
        taken.end(Fate.SET_ASIDE)
