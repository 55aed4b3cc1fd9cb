"""What a compliance report says, gathered from the registry in one snapshot: facts, verdicts, who owes what."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.catalogue import subject_of
from registry.compliance.decisions.held import Validation
from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.rules import state_on
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.engine import Engine, Reading, engine_at, engine_of
from registry.compliance.evaluation import Assessment, expired_on, waits_past
from registry.compliance.explanation import asked_in_words, awaited_in_words, condition_in_words, facts_in_words
from registry.compliance.queries import Key, Standing, find_standing
from registry.compliance.service import Judged, judge
from registry.compliance.settling import groups_to_settle, said_in_groups
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.datasets.queries import get_dataset
from registry.datasets.vocabulary import PersonalData
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark
from registry.ledger.as_of import find_rows, holds_on
from registry.organisations.models import Appointment, Organisation, Registry
from registry.organisations.queries import get_organisation, get_registry
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject, OrganisationKind
from registry.platform.lists import load_list
from registry.reporting.vocabulary import ScopeKind

KINDS = {
    ScopeKind.AUTHORITY: {OrganisationKind.INTERCOMMUNAL_AUTHORITY},
    ScopeKind.COMMUNE: {OrganisationKind.COMMUNE},
    ScopeKind.DEPARTMENT: {OrganisationKind.DEPARTMENT, OrganisationKind.SERVICE},
}


_NO_SUCH_SCOPE = mark("Un rapport porte sur la collectivité, une direction, un service, une commune ou un jeu.")
_SHEETS = {
    SubjectKind.DATASET: mark("Fiche du jeu de données"),
    SubjectKind.ORGANISATION: mark("Fiche de l’organisation"),
    SubjectKind.SYSTEM: mark("Fiche du système d’information"),
    SubjectKind.ACTIVITY: mark("Fiche du traitement"),
    SubjectKind.BREACH: mark("Fiche de la violation"),
    SubjectKind.REQUEST: mark("Fiche de la demande"),
    SubjectKind.CONTRACT: mark("Fiche du contrat"),
    SubjectKind.AMENDMENT: mark("Fiche de l’avenant"),
}
"""Where a fact is filled in, by what it is about."""
_JUDGED = (SubjectKind.ORGANISATION, SubjectKind.DATASET, SubjectKind.SYSTEM, SubjectKind.ACTIVITY)
"""What a report looks at: breaches and requests are confided, and have registers that fewer people read."""


def scope_kind(kind: OrganisationKind) -> ScopeKind:
    """The kind of scope an organisation makes.

    Raises: Invalid when no report looks at such an organisation.
    """
    for scope, kinds in KINDS.items():
        if kind in kinds:
            return scope
    raise Invalid(_(_NO_SUCH_SCOPE))


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps a compliance report on a subject.

    Raises: NotFound; Invalid when no report looks at such a subject.
    """
    if subject.kind == ScopeKind.DATASET:
        return get_dataset(session, subject.number).organisation_id
    if subject.kind != SubjectKind.ORGANISATION:
        raise Invalid(_(_NO_SUCH_SCOPE))
    body = get_organisation(session, subject.number)
    scope_kind(body.kind)
    return body.id


@dataclass(frozen=True)
class Scoped:
    """What a report looks at: its label, the organisations within it, and the one that keeps the document."""

    kind: ScopeKind
    label: str
    organisation_id: int
    dataset_id: int | None
    organisations: Mapping[int, Any]


def get_scope(session: Session, kind: ScopeKind, subject_id: int, *, until: datetime | None) -> Scoped:
    """The part of the register a report looks at, as it stood.

    Raises: NotFound; Invalid when the organisation is not of that kind.
    """
    every = {row.id: row for row in find_rows(session, Organisation, until=until)}
    if kind is ScopeKind.DATASET:
        subject = engine_of(session).subjects[SubjectKind.DATASET]
        bound = subject.bind(session, [subject_id], on=date.max, until=until)
        if subject_id not in bound:
            raise Invalid(_("Ce jeu de données n’existait pas encore ce jour-là, ou il n’existe pas."))
        sheet = bound[subject_id][0]
        return Scoped(kind, sheet.title, sheet.organisation_id, subject_id, every)
    body = every.get(subject_id)
    if body is None:
        get_organisation(session, subject_id)
        raise Invalid(_("Cette organisation n’était pas encore au registre ce jour-là."))
    if OrganisationKind(body.kind) not in KINDS[kind]:
        raise Invalid(_("« {name} » n’est pas du genre demandé ({kind}).").format(name=body.name, kind=kind.label))
    below = {number: row for number, row in every.items() if subject_id in row.lineage and not row.annulled}
    return Scoped(kind, body.name, subject_id, None, below)


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """What a compliance report says of a subject."""
    if subject.kind == ScopeKind.DATASET:
        kind = ScopeKind.DATASET
    else:
        kind = scope_kind(get_organisation(session, subject.number).kind)
    scoped = get_scope(session, kind, subject.number, until=moment.until)
    return Gathered(str(kind), subject.number, scoped.label, scoped.organisation_id, _values(session, scoped, moment))


def _values(session: Session, scoped: Scoped, moment: Moment) -> dict[str, Any]:
    as_of, until, law_of = moment.as_of, moment.until, moment.law_of
    engine = engine_at(session, until)
    reading = Reading(on=as_of, until=until, law_of=law_of)
    judged = list(_judge_all(session, engine, scoped, reading))
    names = _owner_roles(session, [one.subject_id for one in judged if one.kind is SubjectKind.DATASET], as_of, until)
    since = _since(session, judged, until, as_of)
    deviations = _deviations(session, judged, as_of, until)
    registry = get_registry(session)
    return {
        "authority": {"name": registry.name, "siren": registry.siren},
        "body": _body(session, scoped, registry, until),
        "scope": {"kind": scoped.kind, "label": scoped.label},
        "as_of": as_of,
        "known_on": moment.known_on,
        "law_of": law_of,
        "demonstration": registry.demonstration,
        "policies": _policy_lines(engine, judged, law_of, moment.known_on),
        "waiting": _waiting_lines(engine, scoped, law_of),
        "findings": _finding_lines(engine, scoped, judged, since, deviations, as_of),
        "organisations": _organisation_lines(scoped, judged),
        "datasets": _dataset_lines(scoped, judged, names),
        "systems": _system_lines(scoped, judged),
    }


def _body(session: Session, scoped: Scoped, registry: Registry, until: datetime | None) -> dict[str, Any] | None:
    """The legal person a report is about, where it is not the authority that keeps the register."""
    owner = scoped.organisations[scoped.organisation_id]
    above = {row.id: row for row in find_rows(session, Organisation, until=until, column="id", among=owner.lineage)}
    for number in reversed(owner.lineage):
        body = above.get(number)
        if body is not None and OrganisationKind(body.kind).is_legal_person:
            ours = body.siren == registry.siren
            return None if ours else {"name": body.name, "siren": body.siren, "kind": body.kind}
    return None


def _judge_all(session: Session, engine: Engine, scoped: Scoped, reading: Reading) -> Iterable[Judged]:
    within = frozenset(scoped.organisations)
    if scoped.dataset_id is not None:
        yield from judge(session, SubjectKind.DATASET, [scoped.dataset_id], reading, engine)
        return
    for kind in _JUDGED:
        ids = engine.subjects[kind].everything(session, within, reading.until)
        for one in judge(session, kind, ids, reading, engine):
            if not one.row.annulled and one.organisation_id in within:
                yield one


def _owner_roles(session: Session, dataset_ids: Sequence[int], on: date, until: datetime | None) -> dict[int, str]:
    rows = find_rows(session, Appointment, until=until, column="subject_id", among=dataset_ids)
    return {
        row.subject_id: AppointmentRole.OWNER.label
        for row in rows
        if row.subject_kind == AppointmentSubject.DATASET
        and row.role == AppointmentRole.OWNER
        and not row.annulled
        and holds_on(row.during, on)
    }


def _since(session: Session, judged: Sequence[Judged], until: datetime | None, as_of: date) -> dict[Key, Standing]:
    """Since when each finding reads as it does, from the findings' own history."""
    found: dict[Key, Standing] = {}
    for kind in SubjectKind:
        ids = [one.subject_id for one in judged if one.kind is kind]
        if ids:
            found |= find_standing(session, kind, ids, as_of, until=until)
    return found


def _deviations(
    session: Session, judged: Sequence[Judged], as_of: date, until: datetime | None
) -> dict[Key, list[dict[str, Any]]]:
    """The deviations that wait or were approved on each finding on a day; what was refused or ended is left out."""
    found: dict[Key, list[dict[str, Any]]] = {}
    ids = {one.subject_id for one in judged}
    for row in find_rows(session, AcceptedDeviation, until=until, column="subject_id", among=ids):
        state = state_on(
            row.state, as_of, asked_on=row.asked_on, decided_on=row.decided_on, ended_on=row.ended_on
        )  # fmt: skip
        if state is None or not state.is_open:
            continue
        line = {
            "id": row.id, "state": state, "reason": row.reason, "compensation": row.compensation,
            "asked_on": row.asked_on, "asked_as": row.asked_as.label, "expires_on": row.expires_on,
        }  # fmt: skip
        if state is DeviationState.APPROVED:
            line |= {
                "decided_on": row.decided_on, "decided_as": row.decided_as.label,
                "decision_reason": row.decision_reason or "",
            }  # fmt: skip
        found.setdefault((row.subject_kind, row.subject_id, row.policy_id, row.period), []).append(line)
    return found


def _counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    number = Counter(verdicts)
    return {verdict.name.lower(): number[verdict] for verdict in Verdict}


def _policy_lines(engine: Engine, judged: Sequence[Judged], law_of: date, known_on: date) -> list[dict[str, Any]]:
    verdicts: dict[str, list[Verdict]] = {}
    for one in judged:
        for assessment in one.assessments:
            verdicts.setdefault(assessment.policy.id, []).append(assessment.verdict)
    lines = []
    for kind in SubjectKind:
        for policy, version in engine.catalogue.in_force(kind, law_of):
            if policy.id in verdicts:
                validation = engine.catalogue.validation_of(policy, version)
                if validation is not None and validation.decision is None and validation.on > known_on:
                    # A file may tell of a reading that was yet to come.
                    validation = None
                lines.append(
                    {
                        "id": policy.id,
                        "title": policy.title,
                        "force": policy.force,
                        "severity": policy.severity,
                        "text": version.text,
                        "article": version.article,
                        "article_url": version.address,
                        "evidence": version.evidence,
                        "in_force_since": version.effective_from,
                        "validated_on": validation.on if validation is not None else None,
                        "validated_as": _other_than_legal(validation),
                        "digest": policy.digest_of(version),
                        "remedy": policy.remedy,
                        "plain": version.plain or "",
                        "asks": condition_in_words(engine.catalogue, version),
                        "note": version.note or "",
                        "counts": _counts(verdicts[policy.id]),
                    }
                )
    return sorted(lines, key=lambda line: str(line["id"]))


def _other_than_legal(validation: Validation | None) -> str:
    """The role of who validated a rule, where it was not the legal service: the document would credit that."""
    role = validation.role if validation is not None else None
    return role.label if role not in {None, Role.LEGAL} else ""


def _waiting_lines(engine: Engine, scoped: Scoped, law_of: date) -> list[dict[str, Any]]:
    """The rules in force that judge nobody yet: of a dataset, those on datasets."""
    return [
        {
            "id": policy.id,
            "title": policy.title,
            "force": policy.force,
            "text": version.text,
            "article": version.article,
            "article_url": version.address,
            "awaited": awaited_in_words(engine, policy, version),
        }
        for policy, version in engine.catalogue.waiting(law_of)
        if scoped.dataset_id is None or policy.subject is SubjectKind.DATASET
    ]


def _finding_lines(
    engine: Engine,
    scoped: Scoped,
    judged: Sequence[Judged],
    since: Mapping[Key, Standing],
    deviations: Mapping[Key, list[dict[str, Any]]],
    as_of: date,
) -> list[dict[str, Any]]:
    lines = []
    for one in judged:
        name = one.row.title if one.kind is SubjectKind.DATASET else one.row.name
        body = scoped.organisations.get(one.organisation_id)
        for assessment in one.assessments:
            key = (one.kind, one.subject_id, assessment.policy.id, assessment.period or 0)
            standing, verdict = since.get(key), assessment.read_on(as_of)
            known = facts_in_words(engine.catalogue, assessment.facts_used)
            turns = assessment.turns_on
            if verdict is Verdict.NON_COMPLIANT and turns is None:
                turns = expired_on(engine.catalogue, assessment.version, assessment.facts_used, today=as_of)
            if turns is None:
                turns = waits_past(assessment, engine.catalogue, assessment.version, assessment.facts_used)
            lines.append(
                {
                    "policy_id": assessment.policy.id,
                    "subject_kind": one.kind,
                    "subject_id": str(one.subject_id),
                    "subject": name,
                    "organisation": body.name if body is not None else "",
                    "verdict": assessment.verdict,
                    "known": [{"label": label, "value": value} for label, value in known],
                    "missing": _missing(engine, assessment),
                    "owed_by": [role.label for role in assessment.policy.owed_by],
                    "since": standing.day if standing is not None and standing.verdict is verdict else as_of,
                    "deadline": turns,
                    "period": assessment.period,
                    "deviations": deviations.get(key, []),
                }
            )
    return sorted(lines, key=lambda line: (line["policy_id"], line["subject"], line["period"] or 0))


def _missing(engine: Engine, said: Assessment) -> list[dict[str, Any]]:
    """The fields to fill, each once, and the sheet each stands on; `choice` numbers those of which one would do."""

    def asked(fact: str) -> tuple[str, str]:
        return asked_in_words(engine.catalogue, fact), _(_SHEETS[subject_of(fact)])

    found: list[dict[str, Any]] = []
    choices = 0
    for ways in said_in_groups(groups_to_settle(engine.catalogue, said.version, said.facts_used, said.missing), asked):
        choices += len(ways) > 1
        for way in ways:
            where = dict.fromkeys(sheet for _label, sheet in way)
            one = {"label": _(" avec ").join(label for label, _sheet in way), "where": ", ".join(where)}
            found.append({**one, "choice": choices} if len(ways) > 1 else one)
    return found


def _split(judged: Iterable[Judged]) -> tuple[dict[str, int], dict[str, int]]:
    """Counts of what the law asks, and of what is merely good to do: never added."""
    law: list[Verdict] = []
    practice: list[Verdict] = []
    for one in judged:
        for assessment in one.assessments:
            (law if assessment.policy.force is Force.OBLIGATION else practice).append(assessment.verdict)
    return _counts(law), _counts(practice)


def _organisation_lines(scoped: Scoped, judged: Sequence[Judged]) -> list[dict[str, Any]]:
    by_owner: dict[int, list[Judged]] = {}
    for one in judged:
        by_owner.setdefault(one.organisation_id, []).append(one)
    lines = []
    for number, found in by_owner.items():
        body = scoped.organisations.get(number)
        if body is None:
            continue
        law, practice = _split(found)
        lines.append(
            {
                "label": body.name,
                "kind": OrganisationKind(body.kind).label,
                "judged": any(one.kind is SubjectKind.ORGANISATION for one in found),
                "datasets": sum(one.kind is SubjectKind.DATASET for one in found),
                "systems": sum(one.kind is SubjectKind.SYSTEM for one in found),
                "activities": sum(one.kind is SubjectKind.ACTIVITY for one in found),
                "law": law,
                "practice": practice,
                "_order": body.name_sort,
            }
        )
    lines.sort(key=lambda line: (len(str(line["_order"])) == 0, str(line["_order"])))
    return [{name: value for name, value in line.items() if name != "_order"} for line in lines]


def _dataset_lines(scoped: Scoped, judged: Sequence[Judged], owners: Mapping[int, str]) -> list[dict[str, Any]]:
    lines = []
    for one in judged:
        if one.kind is not SubjectKind.DATASET:
            continue
        law, practice = _split([one])
        body = scoped.organisations.get(one.organisation_id)
        status = one.row.personal_data
        lines.append(
            {
                "id": str(one.subject_id),
                "label": one.row.title,
                "organisation": body.name if body is not None else "",
                "owner": owners.get(one.subject_id),
                "personal_data": PersonalData(status).label if status else _("Non renseigné"),
                "law": law,
                "practice": practice,
            }
        )
    return sorted(lines, key=lambda line: (line["label"], line["id"]))


def _system_lines(scoped: Scoped, judged: Sequence[Judged]) -> list[dict[str, Any]]:
    lines = []
    for one in judged:
        if one.kind is not SubjectKind.SYSTEM:
            continue
        law, practice = _split([one])
        body = scoped.organisations.get(one.organisation_id)
        country = one.row.host_country
        lines.append(
            {
                "id": str(one.subject_id),
                "label": one.row.name,
                "organisation": body.name if body is not None else "",
                "host_country": load_list("countries").label(country) if country else _("Pays non renseigné"),
                "law": law,
                "practice": practice,
            }
        )
    return sorted(lines, key=lambda line: (line["label"], line["id"]))
