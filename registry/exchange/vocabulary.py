"""What is read in another catalogue, as plain values, and how it is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from registry.kernel.words import Labelled, _, mark


class Family(Labelled):
    """The families of formats a catalogue comes in: each is read by a child process of its own."""

    RDF = "rdf", mark("Catalogue RDF")
    TABLE = "table", mark("Tableau")
    PORTAL = "portal", mark("Réponse d’un portail")


class SourceFormat(StrEnum):
    """The ways a catalogue is written down; what a column keeps is the value."""

    RDF_XML = "rdf-xml"
    TURTLE = "turtle"
    N_TRIPLES = "n-triples"
    N_QUADS = "n-quads"
    TRIG = "trig"
    JSON_LD = "json-ld"
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    CKAN = "ckan"
    UDATA = "udata"
    OPENDATASOFT = "opendatasoft"
    EXPORT_CSV = "export-csv"
    EXPORT_JSON = "export-json"

    @property
    def family(self) -> Family:
        """Which reader it takes."""
        return _FORMATS[self][0]

    @property
    def label(self) -> str:
        """The format's name in the reader's language."""
        return _(_FORMATS[self][1])


_FORMATS = {
    SourceFormat.RDF_XML: (Family.RDF, mark("RDF/XML")),
    SourceFormat.TURTLE: (Family.RDF, mark("Turtle")),
    SourceFormat.N_TRIPLES: (Family.RDF, mark("N-Triples")),
    SourceFormat.N_QUADS: (Family.RDF, mark("N-Quads")),
    SourceFormat.TRIG: (Family.RDF, mark("TriG")),
    SourceFormat.JSON_LD: (Family.RDF, mark("JSON-LD")),
    SourceFormat.CSV: (Family.TABLE, mark("Tableau CSV")),
    SourceFormat.XLSX: (Family.TABLE, mark("Classeur XLSX")),
    SourceFormat.ODS: (Family.TABLE, mark("Classeur ODS")),
    SourceFormat.CKAN: (Family.PORTAL, mark("Portail CKAN")),
    SourceFormat.UDATA: (Family.PORTAL, mark("Portail udata (data.gouv.fr)")),
    SourceFormat.OPENDATASOFT: (Family.PORTAL, mark("Portail OpenDataSoft")),
    SourceFormat.EXPORT_CSV: (Family.TABLE, mark("Export du registre (CSV)")),
    SourceFormat.EXPORT_JSON: (Family.TABLE, mark("Export du registre (JSON)")),
}


class Severity(Labelled):
    """How much an anomaly of a file costs the record it is about."""

    ERROR = "error", mark("Fiche à compléter")
    WARNING = "warning", mark("Valeur non reprise")
    NOTICE = "notice", mark("À vérifier")


TO_MEND = frozenset({str(Severity.ERROR), str(Severity.WARNING)})
"""Of which severities an anomaly is to be mended in the file itself."""


class Fate(Labelled):
    """What became of a statement of the file."""

    KEPT = "kept", mark("Repris")
    SAME = "same", mark("Déjà dit par une autre valeur")
    OTHER_LANGUAGE = "other-language", mark("Autre langue, non reprise")
    SET_ASIDE = "set-aside", mark("Écarté, avec une anomalie")
    STRUCTURE = "structure", mark("Structure du fichier")
    NO_HOME = "no-home", mark("Pas encore de place dans le registre")


class ReadDistribution(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file or access point, as another catalogue describes it.

    Units: `byte_size` in bytes.
    """

    identifier: str
    title: str | None = None
    description: str | None = None
    access_url: str | None = None
    download_url: str | None = None
    format: str | None = None
    media_type: str | None = None
    licence: str | None = None
    rights: str | None = None
    byte_size: int | None = None
    checksum_algorithm: str | None = None
    checksum_value: str | None = None
    issued: date | None = None
    modified: date | None = None
    availability: str | None = None
    languages: list[str] = msgspec.field(default_factory=list)
    conforms_to: list[str] = msgspec.field(default_factory=list)
    documentation: list[str] = msgspec.field(default_factory=list)


class ReadDataset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One dataset, as another catalogue describes it; every value has been checked.

    Codes are those of `policies/lists/`; `licence` and a distribution's `format` keep the words of the file
    where the list does not know them. An empty title is an anomaly of the file.

    `more` holds other fields of the sheet, by name, as its form takes them. `owner_…` and `system_name` name an
    organisation and an information system as the file does; they are looked for at the register. `line` is where
    the record stands in a table, `cells` its raw line. `known_as` gives the
    other names under which the register may hold the dataset: its addresses in other catalogues. With
    `files_partly`, the source does not list every file: those it leaves out stay.

    An export of ours also says, in `parts`, the interfaces and fields below the sheet, and by which key it names the
    owner (`owner_key`) and the body that answers for the system (`system_key`).
    """

    identifier: str
    uri: str | None = None
    known_as: list[str] = msgspec.field(default_factory=list)
    title: str = ""
    description: str | None = None
    keywords: list[str] = msgspec.field(default_factory=list)
    themes: list[str] = msgspec.field(default_factory=list)
    local_themes: list[str] = msgspec.field(default_factory=list)
    publisher_name: str | None = None
    publisher_uri: str | None = None
    creator_name: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_url: str | None = None
    landing_page: str | None = None
    languages: list[str] = msgspec.field(default_factory=list)
    access_rights: str | None = None
    frequency: str | None = None
    issued: date | None = None
    modified: date | None = None
    spatial: list[str] = msgspec.field(default_factory=list)
    temporal_start: date | None = None
    temporal_end: date | None = None
    licence: str | None = None
    rights: str | None = None
    conforms_to: list[str] = msgspec.field(default_factory=list)
    documentation: list[str] = msgspec.field(default_factory=list)
    provenance: str | None = None
    version_label: str | None = None
    applicable_legislation: list[str] = msgspec.field(default_factory=list)
    hvd_categories: list[str] = msgspec.field(default_factory=list)
    distributions: list[ReadDistribution] = msgspec.field(default_factory=list)
    more: dict[str, Any] = msgspec.field(default_factory=dict)
    owner_name: str | None = None
    owner_siren: str | None = None
    system_name: str | None = None
    line: int | None = None
    cells: list[str] | None = None
    files_partly: bool = False
    parts: dict[str, list[dict[str, Any]]] = msgspec.field(default_factory=dict)
    owner_key: str | None = None
    system_key: str | None = None


HandOver = Callable[[ReadDataset], None]
"""Takes the datasets of a file one by one, as they are read."""


@dataclass(frozen=True, kw_only=True)
class ReadCatalog:
    """What a file says of the catalogue itself."""

    uri: str | None = None
    title: str | None = None
    description: str | None = None
    publisher_name: str | None = None
    publisher_uri: str | None = None
    homepage: str | None = None
    languages: list[str] = field(default_factory=list)
    licence: str | None = None
    issued: date | None = None
    modified: date | None = None


@dataclass(frozen=True, kw_only=True)
class Anomaly:
    """Something wrong or doubtful in a file: where, what, and what to do.

    `subject` is the identifier of the dataset, empty for the file as a whole; `path` the field, with the
    distribution it belongs to; `value` what was found, shortened. `code` and `value` are enough to say it
    again in another language (`anomalies.sentence`). In a table, `line` and `column` say where it is.
    """

    severity: Severity
    code: str
    subject: str
    path: str
    message: str
    value: str
    line: int | None = None
    column: str = ""


@dataclass(frozen=True, kw_only=True)
class TallyRow:
    """How many statements of one kind met one fate, and where they went."""

    subject_type: str
    predicate: str
    fate: Fate
    home: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PredicateTally:
    """Where each statement of the file went; the counts add up to the number of triples."""

    triples: int
    rows: list[TallyRow]

    @property
    def accounted(self) -> int:
        """The sum of all rows."""
        return sum(row.count for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A property the register has no field for yet: listed, never dropped in silence."""

    predicate: str
    subject_type: str
    count: int
    example: str


@dataclass(frozen=True, kw_only=True)
class ReadColumn:
    """One column of a table: its header, some of its values, the field it fills and the one it might.

    `target` is empty where the column is not kept, nothing where nobody has said yet.
    """

    header: str
    letter: str
    key: str
    filled: int = 0
    samples: list[str] = field(default_factory=list)
    target: str | None = None
    suggestion: str = ""


@dataclass(frozen=True, kw_only=True)
class ReadTable:
    """How a table was read: which sheet, its header, what its columns were taken for, and on whose word.

    `asks` says that somebody has to say what the columns are before the records can be read; `gained` and `lost`
    are the headers that changed since a remembered mapping.
    """

    sheet: str
    header_line: int
    fingerprint: str
    mapping: str
    columns: list[ReadColumn]
    asks: bool = False
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ReadCatalogue:
    """A file read to its end: its datasets, and an account of everything in it.

    The datasets of a file that another process read are read anew from its answer each time they are gone through.

    An export of ours also brings the systems datasets live in, and what each is made from.
    """

    format: SourceFormat
    catalogue: ReadCatalog
    datasets: Sequence[ReadDataset]
    leftovers: list[Leftover]
    tally: PredicateTally
    anomalies: list[Anomaly]
    table: ReadTable | None = None
    systems: list[dict[str, Any]] = field(default_factory=list)
    derivations: list[dict[str, Any]] = field(default_factory=list)
