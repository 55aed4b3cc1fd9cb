"""Licence and rights: a code where the list knows it, else the words of the file."""

from rdflib.term import BNode, Literal, Node

from registry.exchange.rdf.fields import code_of, fitted
from registry.exchange.rdf.subject import Subject, Taken, written
from registry.exchange.values import CODE, PROSE
from registry.exchange.vocabulary import Fate
from registry.platform.lists import load_list


def read_licence(subject: Subject) -> str | None:
    """The licence of a record; one the list does not know is noted, once for a dataset and its files."""
    taken = subject.take("licence", "dcterms:license", "dc:license", "schema:license")
    found: list[str] = []
    for value in sorted(taken, key=lambda node: (isinstance(node, BNode), str(node))):
        licence = _licence(subject, taken, value)
        if not licence:
            taken.leave(value)
        elif not found:
            found.append(licence)
        elif licence == found[0]:
            taken.end(Fate.SAME)
        else:
            subject.set_aside(taken, "value-several", "licence", licence)
    if found and found[0] not in load_list("licences"):
        subject.note_once("licence-unknown", "licence", found[0])
    return found[0] if found else None


def _licence(subject: Subject, taken: Taken, value: Node) -> str:
    code = code_of(subject, load_list("licences"), value, taken.home)
    if code is not None:
        return code
    text = subject.reading.text(value, taken.home) if isinstance(value, BNode) else written(value)
    return fitted(subject, "licence", " ".join(text.split()), CODE)


def read_rights(subject: Subject, licence: str | None) -> tuple[str | None, str | None]:
    """The statement of rights, and the licence where only the rights name one."""
    parts: list[str] = []
    for taken, value in subject.take_all("rights", "dcterms:rights", "dc:rights"):
        code = code_of(subject, load_list("licences"), value, taken.home)
        text = (
            subject.reading.text(value, taken.home) if isinstance(value, BNode) else _said(subject, taken, value)
        ).strip()
        if not text:
            taken.end(Fate.STRUCTURE, "empty")
        elif licence is None and code is not None:
            licence = code
            taken.end(Fate.KEPT, f"{subject.area}.licence")
        elif licence is not None and licence in {code, text}:
            taken.end(Fate.SAME, f"{subject.area}.licence")
        elif text in parts:
            taken.end(Fate.SAME)
        else:
            parts.append(text)
    rights = fitted(subject, "rights", "\n".join(sorted(parts)), PROSE)
    return rights or None, licence


def _said(subject: Subject, taken: Taken, value: Node) -> str:
    if isinstance(value, Literal):
        return written(value)
    return subject.reading.label(value, taken.home) or written(value)
