"""RDF/XML, by rdflib's own handler on a parser that refuses DTDs.

Two things real catalogues need are added: a geoportal's answer (csw:GetRecordsResponse) may wrap one RDF
document per record, and a language may be written `fr_FR`.
"""

import io
import re
from dataclasses import dataclass
from typing import Any
from xml.parsers.expat import errors
from xml.sax import SAXParseException
from xml.sax.handler import ErrorHandler, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from rdflib.exceptions import ParserError
from rdflib.plugins.parsers.rdfxml import LANG, RDFXMLHandler
from rdflib.term import URIRef

from registry.exchange.rdf.graph import Triples
from registry.exchange.refusals import CannotRead, Problem
from registry.kernel.words import mark

_RDF_ROOT = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "RDF")
_CSW = "http://www.opengis.net/cat/csw"
_ISO = ("http://www.isotc211.org/2005/", "http://standards.iso.org/iso/19115/")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_REMEMBERED = 100_000

REASONS = {
    errors.codes[errors.XML_ERROR_TAG_MISMATCH]: mark("une balise fermante ne correspond pas à l’ouvrante"),
    errors.codes[errors.XML_ERROR_INVALID_TOKEN]: mark("un caractère interdit ici (souvent « & » ou « < »)"),
    errors.codes[errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: mark("un attribut est donné deux fois"),
    errors.codes[errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: mark("du texte suit la fin du document"),
    errors.codes[errors.XML_ERROR_UNDEFINED_ENTITY]: mark("une entité (comme « &nbsp; ») n’est pas définie"),
    errors.codes[errors.XML_ERROR_BAD_CHAR_REF]: mark("un caractère est désigné par un numéro interdit"),
    errors.codes[errors.XML_ERROR_UNBOUND_PREFIX]: mark("un préfixe n’est pas déclaré (xmlns:…)"),
}  # fmt: skip
_CUT = frozenset(
    errors.codes[name]
    for name in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
_BAD_ENCODING = frozenset(
    errors.codes[name] for name in (errors.XML_ERROR_UNKNOWN_ENCODING, errors.XML_ERROR_INCORRECT_ENCODING)
)


@dataclass
class Envelope:
    """What a geoportal's answer says of itself: how many records it knows, returns, and where it goes on."""

    matched: int = 0
    returned: int = 0
    next_record: int = 0


class CatalogueHandler(RDFXMLHandler):
    """rdflib's handler, faster on repeated addresses, and at home in an envelope."""

    def __init__(self, triples: Triples) -> None:
        super().__init__(triples)  # type: ignore[arg-type]  # It asks only for add() and bind().
        self.envelope: Envelope | None = None
        self._depth = 0
        self._addresses: dict[tuple[str | None, str], URIRef] = {}

    def startElementNS(self, name: tuple[str | None, str], qname: Any, attrs: Any) -> None:  # noqa: N802
        """An element opens; those of an envelope are read here, the others by rdflib."""
        if self.envelope is not None:
            if self._depth == 0 and self._is_wrapping(name):
                self._note(attrs)
                return
            self._depth += 1
        elif len(self.stack) == 2 and (name[0] or "").startswith(_CSW):
            self.envelope = Envelope()
            super().startElementNS(_RDF_ROOT, None, AttributesNSImpl({}, {}))  # type: ignore[arg-type]
            self._note(attrs)
            return
        language = attrs.get(LANG)
        if language and not _LANGUAGE.fullmatch(language):
            attrs = AttributesNSImpl({**dict(attrs.items()), LANG: _language(language)}, {})
        super().startElementNS(name, qname, attrs)

    def endElementNS(self, name: tuple[str | None, str], qname: Any) -> None:  # noqa: N802
        """An element closes."""
        if self.envelope is not None:
            if self._depth == 0:
                return
            self._depth -= 1
        super().endElementNS(name, qname)

    def absolutize(self, uri: str) -> URIRef:
        """The whole address; most recur."""
        key = (self.current.base if self.current else None, uri)
        found = self._addresses.get(key)
        if found is None:
            found = super().absolutize(uri)
            if len(self._addresses) < _REMEMBERED:
                self._addresses[key] = found
        return found

    def _is_wrapping(self, name: tuple[str | None, str]) -> bool:
        space = name[0] or ""
        if space.startswith(_ISO):
            raise CannotRead(Problem.ISO_RECORD, root=name[1])
        return space.startswith(_CSW) or name == _RDF_ROOT

    def _note(self, attrs: Any) -> None:
        found = {name[1]: value for name, value in attrs.items()}
        if self.envelope is not None and "numberOfRecordsMatched" in found:
            self.envelope = Envelope(
                _count(found.get("numberOfRecordsMatched")),
                _count(found.get("numberOfRecordsReturned")),
                _count(found.get("nextRecord")),
            )


def _language(text: str) -> str:
    repaired = text.strip().replace("_", "-")
    return repaired if _LANGUAGE.fullmatch(repaired) else ""


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 12 else 0


def declared_encoding(raw: bytes) -> str:
    """The encoding an XML file declares, `utf-8` when it declares none."""
    found = _DECLARATION.match(raw[:400])
    return found.group(1).decode("ascii").lower() if found else "utf-8"


def parse_rdf_xml(raw: bytes, triples: Triples, *, base: str, encoding: str | None) -> Envelope | None:
    """Reads RDF/XML into the triples; answers what its envelope said, if it had one.

    Raises: CannotRead, with the line.
    """
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, 1)
    handler = CatalogueHandler(triples)
    parser.setContentHandler(handler)
    parser.setErrorHandler(ErrorHandler())
    source = InputSource()
    source.setPublicId(base)
    source.setByteStream(io.BytesIO(raw))
    if encoding:
        source.setEncoding(encoding)
    try:
        parser.parse(source)
    except DefusedXmlException as error:
        raise CannotRead(Problem.DOCTYPE, line=parser.getLineNumber()) from error
    except SAXParseException as error:
        raise _problem(error, raw) from error
    except (ParserError, ValueError) as error:
        reason = mark("une construction n’est pas permise en RDF/XML")
        raise CannotRead(Problem.SYNTAX, format="RDF/XML", line=parser.getLineNumber(), reason=reason) from error
    return handler.envelope


def _problem(error: SAXParseException, raw: bytes) -> CannotRead:
    line = error.getLineNumber() or 1
    code = getattr(error.getException(), "code", 0)
    if code in _BAD_ENCODING:
        return CannotRead(Problem.UNKNOWN_ENCODING, encoding=declared_encoding(raw))
    if code in _CUT:
        return CannotRead(Problem.CUT_SHORT, line=line)
    if declared_encoding(raw) in {"utf-8", "utf8"}:
        misplaced = not_in(raw, "utf-8")
        if misplaced is not None:
            return misplaced
    reason = REASONS.get(code, mark("la syntaxe est fautive"))
    return CannotRead(Problem.SYNTAX, format="RDF/XML", line=line, reason=reason)


def not_in(raw: bytes, encoding: str) -> CannotRead | None:
    """The problem of a file that is not in the encoding it should be in, or nothing."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return CannotRead(
            Problem.ENCODING,
            encoding=encoding.upper(),
            byte=f"0x{raw[error.start]:02X}",
            offset=error.start,
            line=raw.count(b"\n", 0, error.start) + 1,
        )
    return None
