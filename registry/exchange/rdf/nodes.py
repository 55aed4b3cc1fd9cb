"""What a dataset points at and the register keeps as values: bodies, contacts, places, periods."""

from datetime import date

from rdflib.term import BNode, Literal, Node, URIRef

from registry.exchange.rdf.fields import fitted
from registry.exchange.rdf.subject import Contact, Subject, Taken, written
from registry.exchange.values import LINE, PROSE, is_address, name_in_query, read_address, read_day, read_email
from registry.exchange.vocabulary import Fate

_NAMES = (
    "vcard:fn", "vcard:organization-name", "vcard:hasFN", "foaf:name", "schema:name", "rdfs:label", "skos:prefLabel",
)  # fmt: skip
_EMAILS = ("vcard:hasEmail", "vcard:email", "foaf:mbox", "schema:email")
_PAGES = ("vcard:hasURL", "vcard:url", "foaf:homepage", "foaf:page", "schema:url", "foaf:workplaceHomepage")
_STARTS = ("dcat:startDate", "schema:startDate", "time:hasBeginning", "dcterms:start")
_ENDS = ("dcat:endDate", "schema:endDate", "time:hasEnd", "dcterms:end")
_INSTANTS = (
    "time:inXSDDate",
    "time:inXSDDateTimeStamp",
    "time:inXSDDateTime",
    "time:inXSDgYear",
    "time:inXSDgYearMonth",
)
_SHAPES = ("locn:geometry", "dcat:bbox", "geosparql:asWKT", "geosparql:asGeoJSON", "dcat:centroid", "schema:box")


def read_body(subject: Subject, name: str, *predicates: str) -> tuple[str | None, str | None]:
    """The name and the address of a body: a publisher, a creator."""
    taken = subject.take(f"{name}_name", *predicates)
    found: tuple[str | None, str | None] | None = None
    for value in sorted(taken, key=lambda node: (isinstance(node, BNode), str(node))):
        said, uri = body(subject, taken, value)
        if said is None and uri is None:
            taken.leave(value)
        elif found is None:
            found = (said, uri)
        elif said is not None and said == found[0]:
            taken.end(Fate.SAME)
        else:
            taken.leave(value)
    return found or (None, None)


def body(subject: Subject, taken: Taken, value: Node) -> tuple[str | None, str | None]:
    """The name and the address of one body."""
    if isinstance(value, Literal):
        text = " ".join(written(value).split())
        return (None, text) if is_address(text) else (fitted(subject, "publisher_name", text, LINE) or None, None)
    uri = written(value) if isinstance(value, URIRef) and len(value) <= LINE else None
    said = subject.reading.label(value, taken.home) or (name_in_query(uri) if uri else None)
    return (fitted(subject, "publisher_name", said, LINE) if said else None), uri


def read_contact(subject: Subject) -> Contact:
    """The contact of a dataset: of several, the first that gives an electronic address."""
    taken = subject.take("contact", "dcat:contactPoint", "adms:contactPoint", "schema:contactPoint")
    found: list[Contact] = []
    for value in sorted(taken, key=lambda node: (isinstance(node, BNode), str(node))):
        contact = _contact(subject, value)
        if contact == Contact():
            taken.leave(value)
        elif contact in found:
            taken.end(Fate.SAME)
        else:
            found.append(contact)
    found.sort(key=lambda contact: (contact.email is None, contact.email or "", contact.name or ""))
    for other in found[1:]:
        subject.note("contact-several", "contact", other.name or other.email or other.url or "")
        taken.end(Fate.SET_ASIDE)
    return found[0] if found else Contact()


def _contact(subject: Subject, value: Node) -> Contact:
    text = written(value)
    email = read_email(text)
    if isinstance(value, Literal) or not subject.reading.is_described(value):
        page = read_address(text)[0] if isinstance(value, URIRef) or is_address(text) else None
        said = " ".join(text.split()) if isinstance(value, Literal) and not email and not page else None
        return Contact(fitted(subject, "contact_name", said, LINE) if said else None, email, page)
    known = subject.reading.contacts.get(value)
    if known is not None:
        return known
    card = Subject(subject.reading, value, "dataset", subject.record, subject.place)
    names = [" ".join(card.reading.text(node, t.home).split()) for t, node in card.take_all("contact_name", *_NAMES)]
    emails = [_email(card, t, node) for t, node in card.take_all("contact_email", *_EMAILS)]
    pages = [_page(card, t, node) for t, node in card.take_all("contact_url", *_PAGES)]
    contact = Contact(
        fitted(subject, "contact_name", min(filter(None, names), default=""), LINE) or None,
        min(filter(None, emails), default=email),
        min(filter(None, pages), default=None),
    )
    subject.reading.contacts[value] = contact
    return contact


def _email(card: Subject, taken: Taken, node: Node) -> str | None:
    text = written(node)
    if isinstance(node, BNode) or card.reading.is_described(node):
        inner = Subject(card.reading, node, "dataset", card.record, card.place)
        values = list(inner.take("contact_email", "vcard:value", "rdf:value"))
        text = written(values[0]) if values else text
    email = read_email(text)
    if email is None:
        card.set_aside(taken, "email-invalid", "contact_email", text)
    return email


def _page(card: Subject, taken: Taken, node: Node) -> str | None:
    card.reading.visit(node)
    address = read_address(written(node))[0]
    if address is None:
        card.set_aside(taken, "address-invalid", "contact_url", written(node))
    return address


def places(subject: Subject, taken: Taken, value: Node) -> list[str]:
    """A place as texts: its name, its address, its outline, whichever the file gives."""
    if isinstance(value, Literal):
        return [" ".join(written(value).split())]
    said = subject.reading.label(value, taken.home)
    outline = _outline(subject, value)
    address = written(value) if isinstance(value, URIRef) else ""
    found = [said or "", address if is_address(address) or not said else "", outline]
    return [fitted(subject, "spatial", text, PROSE) for text in found if text]


def _outline(subject: Subject, node: Node) -> str:
    """The outline of a place: well-known text where there is one, as it is the shortest."""
    if node not in subject.reading.outlines:
        spot = Subject(subject.reading, node, "dataset", subject.record, subject.place)
        found: list[str] = []
        for taken, value in spot.take_all("spatial", *_SHAPES):
            inner = "" if isinstance(value, Literal) else _outline(subject, value)
            text = (written(value) if isinstance(value, Literal) else inner).strip()
            if not text or found or len(text) > PROSE:
                taken.end(Fate.SAME if text and found else Fate.NO_HOME, None if text and found else "")
                continue
            found.append(text)
        subject.reading.outlines[node] = found[0] if found else ""
    return subject.reading.outlines[node]


def read_period(subject: Subject) -> tuple[date | None, date | None]:
    """The period a dataset covers: of several, from the first start to the last end."""
    taken = subject.take("temporal", "dcterms:temporal")
    starts: list[date] = []
    ends: list[date] = []
    for value in taken:
        start, end = _literal_period(subject, value) if isinstance(value, Literal) else _period(subject, value)
        if start is None and end is None:
            subject.set_aside(taken, "period-unknown", "temporal", subject.reading.text(value, taken.home))
        starts += [start] if start else []
        ends += [end] if end else []
    start, end = min(starts, default=None), max(ends, default=None)
    if start and end and end < start:
        subject.note("period-reversed", "temporal", f"{start} – {end}")
        return None, None
    return start, end


def _literal_period(subject: Subject, value: Node) -> tuple[date | None, date | None]:
    text = written(value).strip()
    parts = text.split("/") if text.count("/") == 1 else [text, text]
    days = [read_day(part, subject.reading.zone) for part in parts]
    return (days[0][0] if days[0] else None), (days[1][1] if days[1] else None)


def _period(subject: Subject, node: Node) -> tuple[date | None, date | None]:
    if node not in subject.reading.periods:
        span = Subject(subject.reading, node, "dataset", subject.record, subject.place)
        subject.reading.periods[node] = (
            _bound(span, "temporal_start", 0, _STARTS), _bound(span, "temporal_end", 1, _ENDS),
        )  # fmt: skip
    return subject.reading.periods[node]


def _bound(span: Subject, name: str, side: int, predicates: tuple[str, ...]) -> date | None:
    found: list[date] = []
    for taken, value in span.take_all(name, *predicates):
        if not isinstance(value, Literal) and span.reading.is_described(value):
            instant = Subject(span.reading, value, "dataset", span.record, span.place)
            inner = _bound(instant, name, side, _INSTANTS)
            found += [inner] if inner else []
            continue
        day = read_day(written(value), span.reading.zone)
        if day is None:
            span.set_aside(taken, "date-invalid", name, written(value))
        else:
            found.append((day[0], day[1])[side])
    return (min(found) if side == 0 else max(found)) if found else None
