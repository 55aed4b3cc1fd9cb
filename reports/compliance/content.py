"""What the compliance report offers the renderer: its twins, its charts, its frame, its sample.

A report is a frozen value (`values.py`); everything it shows follows from it, so its canonical JSON twin is
enough to write the document again.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any

from pydantic import TypeAdapter

from registry.compliance.vocabulary import Force, Verdict
from registry.organisations.vocabulary import OrganisationKind
from registry.reporting.templating import number
from registry.reporting.twins import canonical_json
from registry.reporting.vocabulary import Bars, Change, Frame, Table

from . import words
from .entries import Counts, Deviation, Finding, OrganisationLine, PolicyLine, Since
from .values import ComplianceReport, Summary

BARS_TOGETHER = 16
"""Up to how many bars a picture holds: it stands under its heading, and beside another on a page, uncut."""

_ADAPTER = TypeAdapter(ComplianceReport)
_SUMMARY = TypeAdapter(Summary)


def from_sample(values: Mapping[str, Any]) -> ComplianceReport:
    """The report a sample describes."""
    return _ADAPTER.validate_python(values)


def from_canonical(data: bytes) -> ComplianceReport:
    """The report its canonical twin describes.

    Raises:
        ValueError: the twin does not describe a report, or its summary is not that of its lines.
    """
    values = json.loads(data)
    summary = values.pop("summary", None)
    report = _ADAPTER.validate_python(values)
    if summary != _summary(report):
        raise ValueError("the summary of this report does not follow from its lines")
    return report


def to_canonical(report: ComplianceReport) -> bytes:
    """The canonical JSON twin of a report, its summary included."""
    return canonical_json({**_ADAPTER.dump_python(report, mode="json"), "summary": _summary(report)})


def _summary(report: ComplianceReport) -> dict[str, Any]:
    values: dict[str, Any] = _SUMMARY.dump_python(report.summary, mode="json")
    return values


_HEADERS = (
    "Sujet",
    "Identifiant",
    "Nature",
    "Organisation",
    "Règle",
    "Intitulé de la règle",
    "Texte",
    "Article",
    "Portée",
    "Gravité",
    "Niveau de preuve",
    "Validation juridique",
    "Constat",
    "Ce que le registre savait",
    "Ce qui manque",
    "Où le renseigner",
    "Remède",
    "Qui doit agir",
    "Constaté le",
    "Échéance",
    "Année",
    "Écart",
    "Motif de l’écart",
    "Ce qui compense",
    "Écart demandé, décidé",
)


def tables(report: ComplianceReport) -> tuple[Table, ...]:
    """One finding a row, each with its rule."""
    policies = {line.id: line for line in report.policies}
    rows = tuple(_row(finding, policies[finding.policy_id], report.as_of) for finding in report.findings)
    found = Table("Constats", "Les constats, une ligne chacun, pour un tableur", _HEADERS, rows)
    return (found, _changes(report.since)) if report.since is not None else (found,)


def _changes(since: Since) -> Table:
    headers = ("Changement", "Règle", "Intitulé de la règle", "Sujet", "Organisation", "Année", "Avant", "Maintenant")
    rows = tuple(
        (
            line.change.label, line.policy_id, line.title, line.subject, line.organisation, str(line.period or ""),
            verdict_of(line.force, line.before), verdict_of(line.force, line.after),
        )
        for line in since.changes
    )  # fmt: skip
    return Table("Changements", f"Ce qui a changé depuis le rapport n° {since.document}", headers, rows)


def verdict_of(force: Force, verdict: Verdict | None) -> str:
    """A verdict in words, or that there was none."""
    return words.verdict_word(force, verdict) if verdict is not None else "–"


def changes_in_words(since: Since) -> str:
    """How many findings changed and how, in one line; that none did, where none did."""
    counted = [(len(since.of(change)), change.label.lower()) for change in Change]
    return ", ".join(f"{said} : {number(count)}" for count, said in counted if count) or "aucun changement"


def _validation(line: PolicyLine) -> str:
    if line.validated_on is None:
        return words.UNDER_LEGAL_REVIEW
    said = f"Validée le {line.validated_on:%d/%m/%Y}"
    return f"{said} ({line.validated_as})" if line.validated_as else said


def _row(finding: Finding, line: PolicyLine, as_of: date) -> tuple[str, ...]:
    beside = finding.deviations
    return (
        finding.subject,
        finding.subject_id,
        finding.subject_kind.label,
        finding.organisation,
        line.id,
        line.title,
        line.text,
        line.article,
        line.force.label,
        line.severity.label,
        line.evidence.label,
        _validation(line),
        words.verdict_word(line.force, finding.verdict),
        " ; ".join(f"{fact.label} : {fact.value}" for fact in finding.known),
        finding.lacks,
        " ; ".join(fact.where for fact in finding.missing),
        line.remedy,
        " ; ".join(finding.owed_by),
        f"{finding.since:%d/%m/%Y}",
        f"{finding.last_day:%d/%m/%Y}" if finding.last_day else "",
        str(finding.period or ""),
        " ; ".join(words.deviation_word(one.state, one.expires_on, as_of) for one in beside),
        " ; ".join(one.reason for one in beside),
        " ; ".join(one.compensation for one in beside),
        " ; ".join(said_by(one) for one in beside),
    )


def said_by(one: Deviation) -> str:
    """When and by which function a deviation was asked for, then approved and why."""
    asked = f"Demandé le {one.asked_on:%d/%m/%Y} ({one.asked_as})"
    if one.decided_on is None:
        return asked
    return f"{asked}, accepté le {one.decided_on:%d/%m/%Y} ({one.decided_as}) : {one.decision_reason}"


def standings(report: ComplianceReport) -> str:
    """How many deviations stand where, in words."""
    lines = report.deviations
    counted = (
        (sum(line.is_asked for line in lines), "demandé, à décider", "demandés, à décider"),
        (sum(line.holds for line in lines), "assumé", "assumés"),
        (sum(line.expired for line in lines), "expiré", "expirés"),
    )
    return ", ".join(f"{number(count)} {one if count == 1 else several}" for count, one, several in counted if count)


def charts(report: ComplianceReport) -> dict[str, Bars]:
    """The charts of the report: verdicts by force, and by obligation."""
    summary = report.summary
    by_force = [(words.force_title(force), counts) for force, counts in summary.by_force.items()]
    drawn = {"verdicts": _bars([(title, title, counts) for title, counts in by_force])}
    for section in report.sections:
        # Bars of one subject each would say no more than the table below them.
        if section.force is Force.OBLIGATION and summary.datasets > 1:
            # Their numbers: articles, or titles, would leave no room for the bars.
            lines = [policy.line for policy in section.policies]
            rows = [(line.id, f"{line.id}, {line.title}", line.counts) for line in lines]
            drawn |= {f"obligations-{number}": bars for number, bars in enumerate(_pieces(rows), 1)}
    return {name: bars for name, bars in drawn.items() if bars.categories}


def _pieces(rows: list[tuple[str, str, Counts]]) -> list[Bars]:
    """The bars in pictures that each stand on a page, of one scale: a picture never breaks between two pages."""
    longest = max((sum(counts.each) for _label, _name, counts in rows), default=0)
    size = ceil(len(rows) / max(1, ceil(len(rows) / BARS_TOGETHER)))
    return [replace(_bars(rows[at : at + size]), most=longest) for at in range(0, len(rows), size or 1)]


def _bars(rows: list[tuple[str, str, Counts]]) -> Bars:
    """Bars by label, and by name in the words that stand for the picture."""
    parts = ("conformes ou suivis", "non conformes ou non suivis", "à compléter", "sans objet")
    said = [
        f"{name} : " + ", ".join(f"{value} {word}" for value, word in zip(counts.each, parts, strict=True))
        for _label, name, counts in rows
    ]
    return Bars(
        categories=tuple(label for label, _name, _counts in rows),
        values=tuple(counts.each for _label, _name, counts in rows),
        colours=tuple(words.COLOURS[verdict] for verdict in Verdict),
        alternative="Barres empilées. " + ". ".join(said) + ".",
    )


def frame(report: ComplianceReport) -> Frame:
    """What the cover, the running footer and the metadata say."""
    return Frame(
        title="Rapport de conformité",
        subject=report.scope.label,
        authority=report.authority.name,
        as_of=report.as_of,
        seal_no=report.seal.number,
        root=report.seal.root,
        demonstration=report.demonstration,
    )


def applied_to(report: ComplianceReport) -> str:
    """What the rules were applied to, each with its number, as the end of a sentence."""
    counted = (
        (len(report.datasets), "un jeu de données", "{} jeux de données", True),
        (len(report.systems), "un système d’information", "{} systèmes d’information", False),
        (report.activities, "un traitement du registre", "{} traitements du registre", False),
        (
            report.organisations_judged,
            "une organisation que le droit vise (intercommunalité ou commune)",
            "{} organisations que le droit vise (intercommunalité et communes)",
            False,
        ),
    )
    said = [one if count == 1 else several.format(number(count)) for count, one, several, always in counted
            if count or always]  # fmt: skip
    first = ", à ".join(said[:-1])
    return f"{first} et à {said[-1]}" if first else said[-1]


def answers_for(line: OrganisationLine) -> str:
    """Of what a body is judged that the law does not address itself."""
    kinds = ((True, "ses jeux"), (line.systems, "ses systèmes"), (line.activities, "ses traitements"))
    said = [words for held, words in kinds if held]
    return " et ".join(filter(None, (", ".join(said[:-1]), said[-1])))


def held_by(line: OrganisationLine) -> str:
    """The systems and the activities of a body, where it has any."""
    kinds = ((line.systems, "système", "systèmes"), (line.activities, "traitement", "traitements"))
    return "".join(f" ; {number(count)} {one if count == 1 else several}" for count, one, several in kinds if count)


def visas(report: ComplianceReport) -> tuple[str, str, str]:
    """Who signs, by their roles: those of the legal person the report is about."""
    if report.body is None:
        return (
            "Délégué ou déléguée à la protection des données",
            "Service juridique",
            "Direction générale des services",
        )
    return (
        "Délégué ou déléguée à la protection des données, de l’organisme ou mutualisé·e",
        "Direction générale des services ou secrétariat général",
        "Maire" if report.body.kind is OrganisationKind.COMMUNE else "Représentant ou représentante légale",
    )


def owed_sentence(line: PolicyLine) -> str:
    """How many subjects call for action under a rule."""
    owed = ((Verdict.NON_COMPLIANT, line.counts.non_compliant), (Verdict.TO_COMPLETE, line.counts.to_complete))
    return "Constats : " + ", ".join(words.counted(line.force, verdict, count) for verdict, count in owed if count)
