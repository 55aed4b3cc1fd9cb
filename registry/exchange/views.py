"""What goes out about imports: the list, and one import with what it would do or did."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from registry.datasets.wording import field_label, say_value
from registry.exchange.anomalies import ANOMALIES, sentence, shortened
from registry.exchange.edits import KEPT
from registry.exchange.models import LEFT, ImportAction, ImportBatch, ImportLine, ImportState
from registry.exchange.outcome import Outcome
from registry.exchange.vocabulary import Family, ReadCatalogue, Severity, SourceFormat
from registry.kernel.words import _, mark, ngettext
from registry.web.progress import Progress


@dataclass(frozen=True)
class BatchLine:
    """One import in the list."""

    id: int
    source_name: str
    organisation_name: str
    state: str
    created_at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True)
class ImportsPage:
    """The latest imports, and the form to bring a file in."""

    rows: Sequence[BatchLine]
    may_import: bool
    organisations: Sequence[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    limit: int


@dataclass(frozen=True)
class AnomalyView:
    """One thing wrong or doubtful, in words."""

    severity: str
    severity_label: str
    subject: str
    path: str
    message: str
    place: str = ""


@dataclass(frozen=True)
class LineView:
    """One record of the file: what becomes of it, what changes, what was wrong."""

    line_no: int
    title: str
    identifier: str
    action: str
    action_label: str
    dataset_id: int | None
    changes: Sequence[tuple[str, str, str]]
    kept: Sequence[str]
    anomalies: Sequence[AnomalyView]


@dataclass(frozen=True)
class LeftoverView:
    """A property of the file that the register has no field for yet."""

    predicate: str
    count: int
    example: str


@dataclass(frozen=True)
class ImportPage:
    """One import: its figures, its records page by page, and what can be done with it."""

    id: int
    title: str
    organisation_name: str
    source_format: str
    read_words: str
    source_sha256: str
    state: str
    state_label: str
    created_at: datetime
    refusal: str
    failure: str
    is_working: bool
    work: Progress
    figures: Sequence[tuple[str, int, str]]
    triples: int
    distributions: int
    file_anomalies: Sequence[AnomalyView]
    leftovers: Sequence[LeftoverView]
    kept: Sequence[str]
    absent: Sequence[tuple[int, str]]
    lines: Sequence[LineView]
    tabs: Sequence[tuple[str, str]]
    here: str
    outcome: str
    first_address: str
    next_address: str
    declared_public: bool
    edits_kept: int
    unplaced: int
    may_apply: bool
    may_read_again: bool
    may_abandon: bool
    is_asking: bool
    may_map: bool
    has_to_mend: bool
    may_undo: bool


def batch_line(batch: ImportBatch, organisation_name: str) -> BatchLine:
    """An import in the list."""
    return BatchLine(
        id=batch.id,
        source_name=batch.source_name,
        organisation_name=organisation_name,
        state=batch.state.label,
        created_at=batch.created_at,
        counts={action_label(action, batch.state): count_of(action, batch) for action in ImportAction}
        | {label: count for label, count, _address in left_figure(batch)},
    )


_DONE = {ImportAction.CREATE: mark("Créées"), ImportAction.CHANGE: mark("Modifiées")}
_ONE_DONE = {ImportAction.CREATE: mark("Créée"), ImportAction.CHANGE: mark("Modifiée")}
_ONE_TAKEN_BACK = {ImportAction.CREATE: mark("Créée puis retirée"), ImportAction.CHANGE: mark("Modifiée puis remise")}
_TAKEN_BACK = {ImportAction.CREATE: mark("Créées puis retirées"), ImportAction.CHANGE: mark("Modifiées puis remises")}
_MANY = {ImportAction.REFUSED: mark("Refusées")}
_LABELS = {ImportState.APPLIED: _DONE, ImportState.UNDONE: _TAKEN_BACK}


def action_label(action: ImportAction, state: ImportState) -> str:
    """What an import does with some records, said by where it stands: to create, then created."""
    said = _LABELS.get(state, {}).get(action, _MANY.get(action))
    return _(said) if said else action.label


def count_of(action: ImportAction, batch: ImportBatch) -> int:
    """How many records an import would do this to, did it to, or took back."""
    undone = batch.summary.get("undone", {}) if batch.state is ImportState.UNDONE else {}
    return int(undone.get(action, batch.summary.get(action, 0)))


def left_figure(batch: ImportBatch) -> list[tuple[str, int, str]]:
    """How many records undoing an import left, once it is undone: with them the figures add up."""
    if batch.state is not ImportState.UNDONE:
        return []
    return [(_("Restées telles quelles"), int(batch.summary.get("kept", 0)), "#restees")]


def _line_label(line: ImportLine, state: ImportState) -> str:
    """What became of one record."""
    if line.action in _ONE_DONE and state is ImportState.APPLIED:
        return _(_ONE_DONE[line.action])
    if line.action in _ONE_DONE and state is ImportState.UNDONE:
        if line.applied_version is None:
            return _("Jamais écrite")
        return _("Restée telle quelle") if _is_left(line) else _(_ONE_TAKEN_BACK[line.action])
    return line.action.label


def _is_left(line: ImportLine) -> bool:
    return any(one["code"] == LEFT for one in line.anomalies)


_OUTCOMES = {
    ImportState.APPLIED: mark("L’import est appliqué. Vous pouvez le défaire à tout moment."),
    ImportState.UNDONE: mark("L’import est défait : toutes ses écritures sont défaites."),
}


def outcome_of(batch: ImportBatch) -> str:
    """How an import ended, in words; nothing while it has not, or when its page says it otherwise."""
    return _(_OUTCOMES[batch.state]) if batch.state in _OUTCOMES and not batch.summary.get("kept") else ""


def read_words(batch: ImportBatch) -> str:
    """What the file is counted in: statements where it is RDF, values elsewhere."""
    is_rdf = bool(batch.source_format) and SourceFormat(batch.source_format).family is Family.RDF
    return _("Énoncés lus") if is_rdf else _("Valeurs lues")


def format_label(batch: ImportBatch) -> str:
    """The format of the file in words, once it was read."""
    return SourceFormat(batch.source_format).label if batch.source_format else ""


_OF_A_FILE = re.compile(r"distributions(?:\[(\d+)\]|\.(\d+))\.?(.*)")
_READ_TOGETHER = {
    "checksum": mark("Empreinte"),
    "contact": mark("Point de contact"),
    "contact_email": mark("Adresse électronique du contact"),
    "contact_name": mark("Nom du contact"),
    "creator": mark("Auteur"),
    "datasets": mark("Jeux de données"),
    "files_count": mark("Nombre de fichiers"),
    "formats": mark("Formats des fichiers"),
    "homepage": mark("Page d’accueil du catalogue"),
    "open_data": mark("Ouvert à tous ?"),
    "owner_name": mark("Organisation propriétaire"),
    "owner_siren": mark("SIREN ou SIRET de l’organisation propriétaire"),
    "publisher": mark("Éditeur"),
    "system_name": mark("Système d’information"),
    "temporal": mark("Période couverte"),
}
"""What a file says in one statement and a sheet in several fields, or not at all."""


def path_label(path: str) -> str:
    """Where an anomaly is, in the words of the page: a field, and of which distribution.

    The reading counts distributions from 1 (`distributions[1]`), the form from 0 (`distributions.0`).
    """
    inner = _OF_A_FILE.fullmatch(path)
    if inner is None:
        return _(_READ_TOGETHER[path]) if path in _READ_TOGETHER else field_label(path) if path else ""
    rank = _("Fichier ou accès {number}").format(number=int(inner[1] or int(inner[2]) + 1))
    return f"{rank}, {path_label(inner[3])}" if inner[3] else rank


def anomaly_view(said: Mapping[str, Any]) -> AnomalyView:
    """An anomaly in the reader's language; one of our own making keeps its sentence."""
    severity = Severity(said["severity"])
    code = str(said["code"])
    return AnomalyView(
        severity=str(severity),
        severity_label=severity.label,
        subject=str(said["subject"]),
        path=path_label(str(said["path"])),
        message=sentence(code, str(said["value"])) if code in ANOMALIES else str(said["message"]),
        place=place_label(said),
    )


def place_label(said: Mapping[str, Any]) -> str:
    """Where in a table an anomaly is: its line, and its column; nothing elsewhere."""
    line, column = said.get("line"), said.get("column")
    if line and column:
        return _("ligne {line}, colonne {column}").format(line=line, column=column)
    return _("ligne {line}").format(line=line) if line else ""


def line_view(line: ImportLine, state: ImportState) -> LineView:
    """A record of the file in words."""
    return LineView(
        line_no=line.line_no,
        title=line.title,
        identifier=line.identifier,
        action=str(line.action),
        action_label=_line_label(line, state),
        dataset_id=line.dataset_id
        if line.action is not ImportAction.CREATE or line.applied or _is_left(line)
        else None,
        changes=[_change(name, said) for name, said in line.changes.items() if name != KEPT],
        kept=[say_kept(name, said) for name, said in line.changes.get(KEPT, {}).items()],
        anomalies=[anomaly_view(one) for one in line.anomalies],
    )


_BELOW = {
    "distributions": mark("Fichiers et accès"),
    "services": mark("Interfaces"),
    "fields": mark("Champs"),
}
"""What stands below a sheet, of which an import counts what it adds, changes and sets aside."""


def _change(name: str, said: Any) -> tuple[str, str, str]:
    if name in _BELOW:
        words = (
            (ngettext("{count} ajouté", "{count} ajoutés", len(said.get("added", ()))), len(said.get("added", ()))),
            (
                ngettext("{count} modifié", "{count} modifiés", len(said.get("changed", ()))),
                len(said.get("changed", ())),
            ),
            (ngettext("{count} retiré", "{count} retirés", len(said.get("removed", ()))), len(said.get("removed", ()))),
        )
        return _(_BELOW[name]), "", ", ".join(word.format(count=count) for word, count in words if count)
    if name == "contact":
        # Once the import is over, whom it named is at the register alone.
        return _("Point de contact"), str(said[0] or ""), str(said[1] or _("inscrit au registre"))
    if name == "system_name":
        return _(_READ_TOGETHER[name]), "", str(said[1])
    return field_label(name), say_value(name, said[0]), say_value(name, said[1])


def say_kept(name: str, said: Any) -> str:
    """That a value edited by hand stays, with the file's own."""
    if name == "contact":
        label, mine, theirs = _("Point de contact"), "", _("celui du fichier")
    else:
        label, mine, theirs = _change(name, said)
    if name == "distributions":
        return _("{label} : modifié à la main depuis, gardé. Le fichier aurait fait : {theirs}.").format(
            label=label, theirs=theirs
        )
    return _(
        "{label} : modifié à la main depuis, gardé. Au registre : « {mine} ». Dans le fichier : « {theirs} »."
    ).format(label=label, mine=shortened(mine) or _("vide"), theirs=shortened(theirs))


def _anomaly_line(said: Mapping[str, Any]) -> str:
    """An anomaly on one line of a terminal."""
    place = place_label(said)
    where = " · ".join(part for part in (place or str(said["subject"]), path_label(str(said["path"]))) if part)
    return f"  {where} : {said['message']}" if where else f"  {said['message']}"


@dataclass
class ImportReport:
    """What an import did, or would do."""

    batch_id: int | None = None
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    absent: int = 0
    absent_sheets: list[dict[str, Any]] = field(default_factory=list)
    declared_public: int = 0
    kept: int = 0
    kept_values: list[dict[str, Any]] = field(default_factory=list)
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    leftovers: list[dict[str, Any]] = field(default_factory=list)
    triples: int = 0
    distributions: int = 0
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self)

    def sentences(self) -> list[str]:
        """The same in words."""
        told = _("Jeux créés : {created} ; modifiés : {changed} ; sans changement : {unchanged} ; refusés : {refused}.")
        if self.dry_run:
            told = _(
                "Aperçu, rien n’est écrit. Seraient créés : {created} ; modifiés : {changed} ; "
                "sans changement : {unchanged} ; refusés : {refused}."
            )
        lines = [
            told.format(created=self.created, changed=self.changed, unchanged=self.unchanged, refused=self.refused)
        ]
        if self.batch_id is not None:
            lines.append(_("Import n° {number}.").format(number=self.batch_id))
        if self.absent:
            lines.append(
                ngettext(
                    "{count} fiche venue de ce catalogue est absente du fichier ; elle reste au registre :",
                    "{count} fiches venues de ce catalogue sont absentes du fichier ; elles restent au registre :",
                    self.absent,
                ).format(count=self.absent)
            )
            lines += [f"  {one['identifier']} · {one['title']}" for one in self.absent_sheets[:50]]
        if self.declared_public:
            lines.append(
                ngettext(
                    "{count} jeu dit ouvert à tous, comme vous l’avez déclaré : le fichier n’en disait rien.",
                    "{count} jeux dits ouverts à tous, comme vous l’avez déclaré : le fichier n’en disait rien.",
                    self.declared_public,
                ).format(count=self.declared_public)
            )
        if self.kept:
            lines.append(
                ngettext(
                    "{count} valeur modifiée à la main est gardée (--overwrite-edits prend celle du fichier) :",
                    "{count} valeurs modifiées à la main sont gardées (--overwrite-edits prend celles du fichier) :",
                    self.kept,
                ).format(count=self.kept)
            )
            lines += [f"  {one['subject']} · {one['message']}" for one in self.kept_values[:50]]
        lines += [_anomaly_line(one) for one in self.anomalies[:50]]
        if len(self.anomalies) > 50:
            lines.append(
                _("  … et {more} autres anomalies (--json les montre toutes).").format(more=len(self.anomalies) - 50)
            )
        for one in self.leftovers:
            lines.append(_("Propriété sans place au registre : {predicate} ({count} fois).").format(**one))
        return lines


def report_of(
    batch_id: int | None,
    read: ReadCatalogue,
    outcome: Outcome,
    absent: Sequence[Mapping[str, Any]],
    *,
    dry_run: bool,
) -> ImportReport:
    """What to tell whoever asked for the import."""
    counts = outcome.counts
    every = [asdict(one) for one in read.anomalies] + outcome.met
    kept = [{"subject": subject, "path": name, "message": say_kept(name, said)} for subject, name, said in outcome.kept]
    return ImportReport(
        absent=len(absent),
        absent_sheets=[dict(one) for one in absent],
        declared_public=outcome.declared_public,
        kept=outcome.edits_kept,
        kept_values=kept,
        batch_id=batch_id,
        created=counts[ImportAction.CREATE],
        changed=counts[ImportAction.CHANGE],
        unchanged=counts[ImportAction.UNCHANGED],
        refused=counts[ImportAction.REFUSED],
        anomalies=every,
        leftovers=[asdict(one) for one in read.leftovers],
        triples=read.tally.triples,
        distributions=outcome.distributions,
        dry_run=dry_run,
    )


@dataclass(frozen=True)
class ExportLine:
    """One format a register can be taken out in."""

    label: str
    hint: str
    address: str


@dataclass(frozen=True)
class ExportsPage:
    """What an export would hold, and the formats to choose from; `list_address` shows the sheets it is about."""

    total: int
    is_narrowed: bool
    list_address: str
    formats: Sequence[ExportLine]
