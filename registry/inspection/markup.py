"""An XML file gone through once for its form alone: its root, its namespace, and whether it is well formed."""

from pathlib import Path
from xml.parsers import expat

from registry.inspection.problems import CannotRead, Problem

_CHUNK, _LONGEST = 2**18, 200


def read_root(path: Path) -> tuple[str, str]:
    """The name of the root and its namespace, empty where it has none.

    Raises: CannotRead for what is not well formed, or declares a document type: no entity is ever looked at.
    """
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator="\n")

    def begin(tag: str, _given: dict[str, str]) -> None:
        if not found:
            found.append(tag)
            parser.StartElementHandler = None

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise CannotRead(Problem.BROKEN_XML, line=error.lineno) from None
    space, _mark, name = found[0].rpartition("\n")
    return name[:_LONGEST], space[:_LONGEST]


def _refuse(*_said: object) -> None:
    raise CannotRead(Problem.XML_DOCTYPE)
