"""What keeps a stranger's file from being read: a code and its details.

A problem is met in a child process and said by the parent, in the reader's language, in the words of the room that
asked for the file.
"""

from enum import StrEnum

Detail = str | int


class Problem(StrEnum):
    """What keeps a file from being read."""

    ARCHIVE = "archive"
    ARCHIVE_BOMB = "archive-bomb"
    BINARY = "binary"
    BOMB = "bomb"
    BROKEN_ARCHIVE = "broken-archive"
    BROKEN_PARQUET = "broken-parquet"
    BROKEN_JSON = "broken-json"
    BROKEN_PDF = "broken-pdf"
    BROKEN_WORKBOOK = "broken-workbook"
    BROKEN_XML = "broken-xml"
    CUT_SHORT = "cut-short"
    DOCTYPE = "doctype"
    EMPTY = "empty"
    ENCODING = "encoding"
    FORBIDDEN = "forbidden"
    HTML = "html"
    ISO_RECORD = "iso-record"
    MISSING = "missing"
    NAMES_ALONE = "names-alone"
    NOT_A_PORTAL = "not-a-portal"
    NOT_JSON_LD = "not-json-ld"
    NO_ROWS = "no-rows"
    NO_SUCH_COLUMN = "no-such-column"
    ODD_ARCHIVE = "odd-archive"
    OLD_WORKBOOK = "old-workbook"
    OPEN_QUOTE = "open-quote"
    OTHER_DOCUMENT = "other-document"
    OTHER_XML = "other-xml"
    OUT_OF_MEMORY = "out-of-memory"
    OUT_OF_TIME = "out-of-time"
    PROGRAM = "program"
    PORTAL_ERROR = "portal-error"
    PROTECTED_ARCHIVE = "protected-archive"
    PROTECTED_PARQUET = "protected-parquet"
    PROTECTED_PDF = "protected-pdf"
    PROTECTED_WORKBOOK = "protected-workbook"
    REMOTE_CONTEXT = "remote-context"
    SYNTAX = "syntax"
    SYNTAX_NEAR = "syntax-near"
    SYNTAX_NOWHERE = "syntax-nowhere"
    TOO_DEEP = "too-deep"
    TOO_LARGE = "too-large"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_MANY_ROWS = "too-many-rows"
    UNFORESEEN = "unforeseen"
    UNKNOWN_DECLARED = "unknown-declared"
    UNKNOWN_ENCODING = "unknown-encoding"
    UNKNOWN_FORMAT = "unknown-format"
    XML_DOCTYPE = "xml-doctype"


class CannotRead(Exception):
    """A file cannot be read: the problem, and the details its sentence needs."""

    def __init__(self, problem: Problem, **details: Detail) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.details = details
