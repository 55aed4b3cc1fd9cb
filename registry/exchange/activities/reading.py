"""A file to the activities it describes: opened in a process of its own, then read as the layout it is in."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from registry.exchange.activities.fiche_reading import is_fiche, read_fiches
from registry.exchange.activities.refusals import NO_TABLE, refusal_of_record
from registry.exchange.activities.table_reading import header_of, is_own, read_own, read_table
from registry.exchange.activities.vocabulary import OWN, ReadRecord, Remark, Sheet
from registry.exchange.recognising import recognise_file
from registry.exchange.refusals import CannotRead, Detail, Problem
from registry.exchange.vocabulary import Family, SourceFormat
from registry.inspection.child import Failed, ask_child
from registry.inspection.limits import Limits
from registry.kernel.errors import Unreadable
from registry.kernel.words import _

LIMITS = Limits(file_bytes=20 * 1024**2, memory_bytes=1024**3, seconds=40)
_WORKER = "registry.exchange.activities.worker"
_READ = {SourceFormat.CSV, SourceFormat.XLSX, SourceFormat.ODS}


class _SheetAnswer(msgspec.Struct):
    name: str
    rows: list[tuple[int, list[str]]]


class _Answer(msgspec.Struct):
    sheets: list[_SheetAnswer] = msgspec.field(default_factory=list)
    problem: Problem | None = None
    details: dict[str, Detail] = msgspec.field(default_factory=dict)


def read_record(path: Path, *, name: str, zone: ZoneInfo) -> ReadRecord:
    """The activities that a file describes.

    Raises: Unreadable for what is no table, or none that tells of activities: what is wrong, and what to do.
    """
    try:
        found = recognise_file(path, name=name)
    except CannotRead as error:
        raise refusal_of_record(error.problem, error.details) from error
    if found.family is not Family.TABLE or found not in _READ:
        raise Unreadable(_(NO_TABLE))
    return understood(_opened(path, found), found, zone)


def _opened(path: Path, found: SourceFormat) -> list[Sheet]:
    said = ask_child(_WORKER, {"path": str(path.absolute()), "format": str(found)}, LIMITS)
    if isinstance(said, Failed):
        raise refusal_of_record(said.problem, said.details)
    try:
        answer = msgspec.json.decode(said.splitlines()[-1] if said else b"", type=_Answer)
    except msgspec.DecodeError as error:
        raise refusal_of_record(Problem.UNFORESEEN, {"kind": "no answer"}) from error
    if answer.problem is not None:
        raise refusal_of_record(answer.problem, answer.details)
    return [Sheet(one.name, one.rows) for one in answer.sheets]


def understood(sheets: list[Sheet], source: SourceFormat, zone: ZoneInfo) -> ReadRecord:
    """The activities that sheets describe: our own table first, then the CNIL's sheets, then a table of any headers.

    Raises: Unreadable where none of them tells of activities.
    """
    own = next((sheet for sheet in sheets if is_own(sheet)), None)
    if own is not None:
        read = ReadRecord(OWN, read_own(own, source, zone))
        if any(is_fiche(sheet) for sheet in sheets):
            read.remarks.append(Remark("fiches-left"))
        return read
    if any(is_fiche(sheet) for sheet in sheets):
        read = read_fiches(sheets, zone)
        if read.activities:
            return read
    table = next((sheet for sheet in sheets if header_of(sheet) is not None), None)
    if table is None:
        raise Unreadable(
            _("Ce fichier ne décrit pas de traitements : aucune feuille n’a de colonne « Nom du traitement » avec une "
              "autre colonne connue (Finalité, Base légale…), ni de fiche au modèle de la CNIL.")
        )  # fmt: skip
    return read_table(table, zone)
