"""A portal's answers to a catalogue: whose they are, which records they hold, and what is left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from registry.exchange.portals import ckan as portal_ckan
from registry.exchange.portals import opendatasoft as portal_opendatasoft
from registry.exchange.portals import udata as portal_udata
from registry.exchange.portals.record import PortalReading, Record, is_empty, leaves
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.values import is_address
from registry.exchange.vocabulary import Fate, HandOver, ReadCatalog, ReadCatalogue, ReadDataset, SourceFormat

_ENVELOPE = (
    "help", "success", "sort", "facets", "search_facets", "page", "page_size", "total", "count", "next_page",
    "previous_page", "nhits", "total_count", "parameters", "links", "_links", "facet_groups", "count_by_state",
)  # fmt: skip
_LISTS = (
    ("results", "total_count"), ("datasets", "nhits"), ("datasets", "total_count"), ("data", "total"),
    ("results", "count"),
)  # fmt: skip
"""Under which key an answer lists its records, and under which it says how many there are in all."""
_READERS: dict[SourceFormat, Callable[[PortalReading, dict[str, Any]], ReadDataset]] = {
    SourceFormat.CKAN: portal_ckan.read_package,
    SourceFormat.UDATA: portal_udata.read_dataset,
    SourceFormat.OPENDATASOFT: portal_opendatasoft.read_dataset,
}


@dataclass(frozen=True)
class _Answer:
    """One answer opened: the portal's kind, its records, what it says around them, and how many there are in all."""

    format: SourceFormat
    records: list[Any]
    around: dict[str, Any]
    total: int | None
    origin: str = ""


def read_answers(
    answers: Iterable[Any], zone: ZoneInfo, *, origin: str = "", hand_over: HandOver | None = None
) -> ReadCatalogue:
    """Everything some answers of one portal say that the register has a place for, and an account of the rest.

    `origin` is the portal's address (`https://donnees.exemple.fr`), where the answers were fetched from it. With
    `hand_over`, the datasets are given to it as they are read, and none is kept.
    Raises: CannotRead.
    """
    reading = PortalReading(zone, origin)
    found: list[ReadDataset] = []
    seen: set[str] = set()
    kind, total, read = SourceFormat.CKAN, None, 0
    for content in answers:
        answer = _opened(content)
        reading.origin = reading.origin or answer.origin
        kind, total = answer.format, max(total or 0, answer.total or 0) or None
        for record in answer.records:
            read += 1
            reading.statements += leaves(record)
            _read(reading, _READERS[kind], record, seen, hand_over or found.append)
        reading.statements += sum(map(leaves, answer.around.values()))
        around = Record(reading, "answer", answer.around, area="catalogue", subject="")
        around.structure(*_ENVELOPE)
        around.close()
    if total is not None and read < total:
        reading.anomalies.add("answer-partial", "", "", f"{read} / {total}")
    if not seen:
        reading.anomalies.add("portal-none", "", "", "")
    return ReadCatalogue(
        format=kind,
        catalogue=ReadCatalog(homepage=reading.origin or None),
        datasets=found,
        leftovers=reading.tally.leftovers(),
        tally=reading.tally.close(reading.statements),
        anomalies=reading.anomalies.close(),
    )


def _read(
    reading: PortalReading,
    reader: Callable[[PortalReading, dict[str, Any]], ReadDataset],
    record: Any,
    seen: set[str],
    hand_over: HandOver,
) -> None:
    """Reads one record; one that a page repeats is read once."""
    if not isinstance(record, dict):
        reading.tally.add("answer", "records", Fate.NO_HOME, "", leaves(record))
        reading.tally.example("answer", "records", str(record)[:120])
        return
    one = reader(reading, record)
    if not one.identifier:
        reading.anomalies.add("record-without-identifier", "", "identifier", one.title)
    elif one.identifier in seen:
        # Records move from page to page while they are asked for: the same one twice is no fault of anybody.
        reading.anomalies.add("record-again", one.identifier, "identifier", one.identifier)
    else:
        seen.add(one.identifier)
        hand_over(one)


def _opened(content: Any) -> _Answer:
    """One answer of a portal.

    Raises: CannotRead for an error of the portal, a list of names alone, and what no portal answers.
    """
    if isinstance(content, list):
        return _listed(content, {}, None)
    if not isinstance(content, dict):
        raise CannotRead(Problem.NOT_A_PORTAL)
    _refuse_error(content)
    if isinstance(content.get("result"), (dict, list)) and "success" in content:
        return _ckan(content)
    for key, total in _LISTS:
        if isinstance(content.get(key), list) and total in content:
            around = {name: value for name, value in content.items() if name != key}
            return _listed(content[key], around, _number(content[total]))
    return _listed([content], {}, None)


def _ckan(content: dict[str, Any]) -> _Answer:
    result = content["result"]
    around = {name: value for name, value in content.items() if name != "result"}
    said = content.get("help")
    origin = ""
    if isinstance(said, str) and is_address(said):
        parts = urlsplit(said)
        # What stands before `/api/` is the portal's home, which may have a path of its own.
        origin = f"{parts.scheme}://{parts.netloc}{parts.path.partition('/api/')[0]}".rstrip("/")
    total = None
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        around |= {name: value for name, value in result.items() if name != "results"}
        total, records = _number(result.get("count")), result["results"]
    else:
        records = result if isinstance(result, list) else [result]
    if records and all(isinstance(one, str) for one in records):
        raise CannotRead(Problem.NAMES_ALONE, count=len(records))
    return _Answer(SourceFormat.CKAN, records, around, total, origin)


def _listed(records: list[Any], around: dict[str, Any], total: int | None) -> _Answer:
    """The records of a list, by what the first of them looks like; a list of nothing is any portal's."""
    first = next((one for one in records if isinstance(one, dict)), None)
    if first is None:
        if records and all(isinstance(one, str) for one in records):
            raise CannotRead(Problem.NAMES_ALONE, count=len(records))
        if records or not around:
            raise CannotRead(Problem.NOT_A_PORTAL)
        kind = SourceFormat.OPENDATASOFT if {"nhits", "total_count"} & around.keys() else SourceFormat.UDATA
        return _Answer(kind, records, around, total)
    return _Answer(_kind_of(first), records, around, total)


def _kind_of(record: dict[str, Any]) -> SourceFormat:
    inner = record["dataset"] if isinstance(record.get("dataset"), dict) else record
    if {"dataset_id", "datasetid"} & inner.keys() and ("metas" in inner or any("." in key for key in inner)):
        return SourceFormat.OPENDATASOFT
    if "resources" in record and {"slug", "last_modified", "created_at"} <= record.keys():
        return SourceFormat.UDATA
    if "resources" in record and "name" in record and {"notes", "metadata_modified", "license_id"} & record.keys():
        return SourceFormat.CKAN
    raise CannotRead(Problem.NOT_A_PORTAL)


def _refuse_error(content: dict[str, Any]) -> None:
    """An error a portal answers, in its own words.

    Raises: CannotRead.
    """
    error = content.get("error")
    if content.get("success") is False:
        said = error.get("message") or error.get("__type") if isinstance(error, dict) else error
        raise CannotRead(Problem.PORTAL_ERROR, said=str(said or "success: false")[:300])
    is_record = {"resources", "metas", "results", "datasets", "data"} & content.keys()
    message = content.get("message") or content.get("error")
    if message and not is_record and not is_empty(message):
        raise CannotRead(Problem.PORTAL_ERROR, said=str(message)[:300])


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
