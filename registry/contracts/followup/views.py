"""What goes out about the reports of an operator: the view that each template receives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.compliance.explanation import FIELD_NAMES
from registry.contracts.clauses.standing import concedes_public_service
from registry.contracts.followup.rules import PARTS, ReportDue
from registry.kernel.words import _, mark
from registry.web.templating import say_day

REPORT_LABELS: dict[str, str] = {
    "year": mark("Exercice"),
    "received_on": mark("Reçu le"),
    "accounts": mark("Comptes de l’exercice"),
    "quality": mark("Analyse de la qualité"),
    "assets": mark("État des biens"),
    "investments": mark("Suivi des investissements"),
    "return_inventory": mark("Inventaire des biens de retour et de reprise"),
    "commitments": mark("Engagements à incidences financières"),
    "tariffs": mark("Annexe sur les tarifs et les recettes"),
    "environment": mark("Environnement et insertion"),
    "committee": mark("Examiné par la commission des usagers (CCSPL)"),
    "committee_on": mark("Examiné par la commission le"),
    "council": mark("Présenté à l’assemblée"),
    "council_on": mark("Présenté à l’assemblée le"),
    "evidence": mark("Pièces du rapport"),
    "notes": mark("Remarques"),
}
FIELD_NAMES["contract_report"] = REPORT_LABELS
GREEN_SINCE = date(2026, 8, 21)
"""From which day of consultation a report tells what is done for the environment: from memory (DSP-09).

Law: CCP R3131-3 3°; law 2021-1104, art. 35.
"""
_BEYOND = frozenset({"assets", "investments", "return_inventory", "commitments", "tariffs"})
"""What a report holds only where a public service is conceded. Law: CCP R3131-4."""


@dataclass(frozen=True)
class ReportLine:
    """The report on a financial year as the page of a contract shows it; `id` is nothing where nobody noted any."""

    id: int | None
    year: int
    due: str
    shape: str
    word: str
    lacks: Sequence[str]
    unlooked: Sequence[str]
    committee: str
    council: str
    pieces: Sequence[tuple[int, str]]
    notes: str
    is_received: bool


@dataclass(frozen=True)
class ReportsPage:
    """The reports of a contract, the year due first, and those set aside."""

    id: int
    object: str
    annulled: bool
    organisation_name: str
    owes: bool
    undated: bool
    lines: Sequence[ReportLine]
    set_aside: Sequence[tuple[int, int]]
    may_record: bool


@dataclass(frozen=True)
class ReportFormPage:
    """The form of a report; `version` is the one the person had read when they began to type."""

    contract_id: int
    object: str
    id: int | None
    version: int | None
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    labels: Mapping[str, str]
    parts: Sequence[tuple[str, str]]
    answers: Sequence[tuple[str, str]]
    answers_put: Sequence[tuple[str, str]]
    pieces: Sequence[tuple[str, str]]
    annulled: bool


def parts_of(contract: Any) -> list[str]:
    """What one looks for in the report of a contract, as far as what it is and when it was consulted let know."""
    conceded, consulted = concedes_public_service(contract), contract.consulted_on
    green = consulted is None or consulted >= GREEN_SINCE
    return [one for one in PARTS if (conceded is not False or one not in _BEYOND) and (green or one != "environment")]


def report_line(
    row: Any | None,
    year: int,
    due: ReportDue | None,
    pieces: Mapping[int, str],
    *,
    parts: Sequence[str],
    today: date,
) -> ReportLine:
    """The report on a year in words, noted or not."""
    shape, word = _standing(row, due, today)
    looked = parts if row is not None and row.received_on is not None else []
    return ReportLine(
        id=row.id if row is not None else None, year=year, due=_due(due), shape=shape, word=word,
        lacks=[_(REPORT_LABELS[one]) for one in looked if getattr(row, one) is False],
        unlooked=[_(REPORT_LABELS[one]) for one in looked if getattr(row, one) is None],
        committee=_put(row, "committee"), council=_put(row, "council"),
        pieces=[(number, pieces.get(number, "")) for number in row.evidence] if row is not None else [],
        notes=(row.notes or "") if row is not None else "",
        is_received=row is not None and row.received_on is not None,
    )  # fmt: skip


def _due(due: ReportDue | None) -> str:
    if due is None:
        return ""
    said = _("à remettre le {day} au plus tard, selon le contrat") if due.by_clause else _(
        "à remettre le {day} au plus tard"
    )  # fmt: skip
    return said.format(day=say_day(due.day))


def _standing(row: Any | None, due: ReportDue | None, today: date) -> tuple[str, str]:
    received = row.received_on if row is not None else None
    if received is not None:
        late = (received - due.day).days if due is not None else 0
        if late > 0 and due is not None and due.law_day is not None and received <= due.law_day:
            word = (
                _("Reçu le {day}, {days} jours après le jour du contrat, à temps pour la loi")
                if late > 1
                else _("Reçu le {day}, un jour après le jour du contrat, à temps pour la loi")
            )
            return "to-complete", word.format(day=say_day(received), days=late)
        if late > 0:
            word = _("Reçu le {day}, {days} jours trop tard") if late > 1 else _("Reçu le {day}, un jour trop tard")
            return "non-compliant", word.format(day=say_day(received), days=late)
        return "compliant", _("Reçu le {day}").format(day=say_day(received))
    if row is None and due is not None and due.day.year < today.year:
        # What nobody noted of years gone by may well have come: it is no breach that somebody saw.
        return "to-complete", _("Rien de noté")
    if due is not None and today > due.day:
        return "non-compliant", _("Pas remis à temps") if row is not None else _("Échéance passée, rien de noté")
    return "to-complete", _("Pas encore remis") if row is not None else _("Attendu")


def _put(row: Any | None, whom: str) -> str:
    if row is None:
        return ""
    day, put = getattr(row, f"{whom}_on"), getattr(row, whom)
    if day is not None:
        return say_day(day)
    return _("Pas encore") if put is False else _("Oui, jour à dire") if put else _("Non renseigné")


def pieces_choices(pieces: Mapping[int, str]) -> list[tuple[str, str]]:
    """The evidence one may tie: number and title."""
    return [(str(number), title) for number, title in pieces.items()]


def set_aside_lines(rows: Iterable[Any]) -> list[tuple[int, int]]:
    """The reports set aside: number and year."""
    return [(one.id, one.year) for one in rows if one.annulled]
