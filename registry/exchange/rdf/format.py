"""Which RDF format a file is written in, from its first bytes and what its name or somebody said."""

import re

from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.vocabulary import SourceFormat
from registry.inspection.texts import byte_order_mark

_ARCHIVES = {
    b"PK\x03\x04": "ZIP", b"PK\x05\x06": "ZIP", b"\x1f\x8b": "gzip", b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd",
}  # fmt: skip
_DOCUMENTS = {
    b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "Microsoft Office", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG",
    b"SQLite format 3\x00": "SQLite", b"PAR1": "Parquet", b"{\\rtf": "RTF",
}  # fmt: skip
_HTML = re.compile(r"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[\s/>]")
_IRI = re.compile(r"<(?:[a-z][a-z0-9+.-]*://|urn:|mailto:|tag:|info:|ark:|#)", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\[{\"\]])")
_DIRECTIVE = re.compile(r"^\s*(?:@prefix|@base|prefix\s|base\s)", re.IGNORECASE | re.MULTILINE)
_STRING = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*(?:"""|$)|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#[^\n]*', re.DOTALL)
_TERM = r'(?:<[^<>]*>|_:\S+|"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^<[^<>]*>)?)'
_LINE = re.compile(rf"^\s*(?:<[^<>]*>|_:\S+)\s+<[^<>]*>\s+{_TERM}\s*(<[^<>]*>|_:\S+)?\s*\.\s*(?:#.*)?$", re.MULTILINE)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_ISO = ("gmd:", "gmi:", "mdb:", "MD_Metadata", "MI_Metadata")


def recognise_rdf(head: bytes, said: SourceFormat | None) -> SourceFormat:
    """The RDF format of a file, by its content first: names and declarations are often wrong.

    Raises: CannotRead for what is plainly something else.
    """
    text = _text_of(head)
    if not text.strip():
        raise CannotRead(Problem.EMPTY)
    if _JSON.match(text):
        return SourceFormat.JSON_LD
    body = _without_prologue(text)
    if _HTML.match(body):
        raise CannotRead(Problem.HTML)
    if body.startswith("<") and not _IRI.match(body):
        return _as_xml(text, body)
    return _as_text(text, said)


def is_html(head: bytes) -> bool:
    """Whether a file begins as a web page does."""
    return _HTML.match(_without_prologue(head.decode(byte_order_mark(head) or "utf-8", errors="replace"))) is not None


def _text_of(head: bytes) -> str:
    for signatures, problem in ((_ARCHIVES, Problem.ARCHIVE), (_DOCUMENTS, Problem.OTHER_DOCUMENT)):
        for signature, kind in signatures.items():
            if head.startswith(signature):
                raise CannotRead(problem, kind=kind)
    encoding = byte_order_mark(head)
    if encoding is None and b"\x00" in head:
        raise CannotRead(Problem.BINARY, offset=head.index(b"\x00"))
    return head.decode(encoding or "utf-8", errors="replace")


def _without_prologue(text: str) -> str:
    """The text from its first element on: without XML declaration, instructions and comments."""
    rest = text.lstrip("\ufeff \t\r\n")
    for opening, closing in (("<?", "?>"), ("<!--", "-->")) * 20:
        if rest.startswith(opening):
            end = rest.find(closing)
            rest = rest[end + len(closing) :].lstrip() if end >= 0 else rest
    return rest


def _as_xml(text: str, body: str) -> SourceFormat:
    root = _ROOT.match(body)
    if _RDF in text or root is None or root.group(1).endswith("RDF") or "opengis.net/cat/csw" in text:
        return SourceFormat.RDF_XML
    if root.group(1).startswith(_ISO):
        raise CannotRead(Problem.ISO_RECORD, root=root.group(1))
    raise CannotRead(Problem.OTHER_XML, root=root.group(1))


def _as_text(text: str, said: SourceFormat | None) -> SourceFormat:
    """Turtle and its kin: what was said counts, unless a directive or a graph contradicts it."""
    bare = _STRING.sub(" ", text)
    if _DIRECTIVE.search(bare):
        return SourceFormat.TRIG if "{" in bare or said is SourceFormat.TRIG else SourceFormat.TURTLE
    if said in {SourceFormat.TURTLE, SourceFormat.TRIG, SourceFormat.N_TRIPLES, SourceFormat.N_QUADS}:
        return said
    line = _LINE.search(text)
    if line is not None:
        return SourceFormat.N_QUADS if line.group(1) else SourceFormat.N_TRIPLES
    start = " ".join(text[:200].split())[:60]
    raise CannotRead(Problem.UNKNOWN_FORMAT, start=start)
