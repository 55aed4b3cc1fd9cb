"""What this room shows on the sheets of its subjects: what the policies say of them today."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue, subject_of
from registry.compliance.deviations.views import ask_address
from registry.compliance.deviations.wording import say_held, what_the_law_says
from registry.compliance.engine import Engine, engine_of
from registry.compliance.evaluation import Assessment, expired_on, waits_past
from registry.compliance.explanation import (
    asked_in_words,
    condition_in_words,
    expired_in_words,
    facts_in_words,
    turning_in_words,
    unmet_in_words,
    validation_in_words,
    verdict_shape,
    verdict_word,
    waiting_in_words,
)
from registry.compliance.listing.queries import count_within
from registry.compliance.listing.rules import Cell
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.queries import (
    GRAVEST_FIRST,
    Found,
    Standing,
    find_findings,
    find_findings_then,
    find_standing,
    find_texts,
)
from registry.compliance.settling import groups_to_settle, said_in_groups
from registry.compliance.views import (
    FINDINGS,
    DeviationNote,
    FindingsPanel,
    FindingView,
    MissingView,
    PartsLine,
    VerdictThen,
)
from registry.compliance.vocabulary import Force, Severity, SubjectKind, Verdict
from registry.kernel.permissions import Permission, Role, roles_with
from registry.kernel.words import _, mark
from registry.organisations.queries import get_legal_person
from registry.web.visits import Panel, Visit

SHEETS = {
    SubjectKind.DATASET: "/jeux/{id}",
    SubjectKind.ORGANISATION: "/organisations/{id}",
    SubjectKind.SYSTEM: "/systemes/{id}",
    SubjectKind.ACTIVITY: "/traitements/{id}",
    SubjectKind.BREACH: "/violations/{id}",
    SubjectKind.REQUEST: "/demandes/{id}",
    SubjectKind.CONTRACT: "/contrats/{id}",
    SubjectKind.AMENDMENT: "/contrats/avenants/{id}",
    SubjectKind.DELIVERY: "/livraisons/{id}",
}
"""Where the sheet of each kind of subject stands."""
_RECORDS = {
    SubjectKind.DATASET: Permission.DATASETS_SHEET_RECORD,
    SubjectKind.ORGANISATION: Permission.ORGANISATIONS_ORGANISATION_AMEND,
    SubjectKind.SYSTEM: Permission.DATASETS_SHEET_RECORD,
    SubjectKind.ACTIVITY: Permission.PROCESSING_ACTIVITY_RECORD,
    SubjectKind.BREACH: Permission.PROCESSING_BREACH_RECORD,
    SubjectKind.REQUEST: Permission.PROCESSING_REQUEST_RECORD,
    SubjectKind.CONTRACT: Permission.CONTRACTS_CONTRACT_RECORD,
    SubjectKind.AMENDMENT: Permission.CONTRACTS_CONTRACT_RECORD,
    SubjectKind.DELIVERY: Permission.CONTRACTS_DELIVERY_RECORD,
}
_ASKED = {
    Permission.DATASETS_SHEET_RECORD: mark("à demander au référent ou à la référente données"),
    Permission.DATASETS_LAW_RECORD: mark("à demander au référent ou à la référente données"),
    Permission.ORGANISATIONS_APPOINTMENT_RECORD: mark("à demander au référent ou à la référente données"),
    Permission.ORGANISATIONS_ORGANISATION_AMEND: mark("à demander au service juridique"),
    Permission.PROCESSING_ACTIVITY_RECORD: mark("à demander au délégué à la protection des données"),
    Permission.PROCESSING_BREACH_RECORD: mark("à demander au délégué à la protection des données"),
    Permission.CONTRACTS_CONTRACT_RECORD: mark("à demander au service juridique"),
    Permission.CONTRACTS_DELIVERY_RECORD: mark("à demander au référent ou à la référente données"),
    Permission.PROCESSING_REQUEST_RECORD: mark("à demander au délégué à la protection des données"),
    Permission.LIFECYCLE_VISA_GIVE: mark("à demander au service juridique"),
    Permission.GOVERNANCE_PLAN_RECORD: mark("à demander au référent ou à la référente données"),
}
"""Whom to ask for a fact, by the permission its recording needs."""
_APPOINTMENTS, _VISA, _TRAININGS, _REUSE = "appointments", "visa", "trainings", "reuse"
"""The fields of facts that the form of the sheet does not hold, each told by those who may do something else."""
_OWED = {
    "address_base": "base-adresse-locale", "subsidies": "subventions", "contracts": "marches-publics",
}  # fmt: skip
"""The fields of what a body owes whatever it records: each is filled by a sheet, begun from its template."""
_BY_OTHERS = {
    _APPOINTMENTS: Permission.ORGANISATIONS_APPOINTMENT_RECORD,
    _VISA: Permission.LIFECYCLE_VISA_GIVE,
    _TRAININGS: Permission.GOVERNANCE_PLAN_RECORD,
    **dict.fromkeys(_OWED, Permission.DATASETS_SHEET_RECORD),
    _REUSE: Permission.DATASETS_LAW_RECORD,
}
ELSEWHERE = {
    _APPOINTMENTS: "#responsables",
    "activities": "#rgpd",
    "answered_on": "/repondre",
    "arrangement": "/responsables-conjoints",
    "anonymity_guarantee": "/clauses",
    "clauses": "/clauses",
    "steps": "/echeances",
    "stipulations": "#clauses",
    "data": "/parties/donnees",
    "decision": "#publication",
    "disclosure_text": "#publication",
    "distributions": "/modifier#fichiers",
    "dpia": "#aipd",
    "dpia_answers": "/besoin-aipd",
    "evidence": "#preuves",
    "fields": "/champs/modifier",
    "least_count_per_cell": "/clauses",
    "licence_homologation": "#publication",
    "moves": "/etape",
    "notified_at": "/notifier",
    "principals": "/parties/mandants",
    "processors": "/sous-traitants",
    "recipients": "/parties/destinataires",
    "redaction": "#preuves",
    "redaction_considered": "/repondre#redaction_considered",
    "receipts": "/recevoir",
    "refusal_ground": "#publication",
    "request.third_party_rights": "/repondre#third_party_rights",
    "refusal_grounds": "/repondre#refusal_grounds",
    "refusal_reviewed_on": "#publication",
    "remedies_stated": "/repondre#remedies_stated",
    "retention": "#conservation-du-jeu",
    "rights_holder_named": "/repondre#rights_holder_named",
    "reports": "/rapports",
    "secrets": "#publication",
    "secrets_reviewed": "#publication",
    "services": "/modifier#interfaces",
    "transfers": "/parties/transferts",
    "unfounded_reasons": "/repondre#unfounded_reasons",
    "uses": "#amont",
    _VISA: "/etape",
}
"""Where facts are recorded that the form of a sheet does not hold, by their field; with what they are about, where
something else has a field of that name."""
APART = {
    _TRAININGS: "/gouvernance/formations", "handover": "/bureau?genre=vacancy&organisation={id}",
    _REUSE: "/publication/du-jeu/{id}/reutilisation?fait={fact}#{fact}",
    "essential_data": "/contrats/donnees-essentielles",
    **{field: f"/jeux/nouveau?modele={name}&organisation={{id}}" for field, name in _OWED.items()},
}  # fmt: skip
"""Where facts are recorded that no sheet tells: a page of their own, at what it is about or asks if it can be."""

OF_LAW: set[str] = set()
"""The fields of a dataset that legal staff fill on a page of their own; the room of datasets says which."""

AWAITED: dict[tuple[str, str], str] = {}
"""What is said of a subject that rules do not judge while a fact has a value; the room of the subject says which."""

RETIRED = mark("Règle retirée du catalogue")
"""What is said of a rule that this version no longer holds: its findings stand until they are next judged."""
_FORCES, _SEVERITIES = list(Force), list(Severity)

Text = tuple[Policy, PolicyVersion]


def texts_of(session: Session, engine: Engine, found: Sequence[Found]) -> dict[str, Text]:
    """The text each finding rests on, by digest: from the catalogue, else as it was kept when it was judged."""
    texts = {one.version_digest: engine.catalogue.find_text(one.policy_id, one.version_digest) for one in found}
    gone = find_texts(session, [digest for digest, text in texts.items() if text is None])
    return {
        digest: text if text is not None else (gone[digest], gone[digest].versions[0]) for digest, text in texts.items()
    }


def forces_of(session: Session, engine: Engine, found: Sequence[Found]) -> dict[str, Force]:
    """How the policy of each finding binds, by the digest of its text: as it was kept once it left the catalogue."""
    catalogue = engine.catalogue
    gone = texts_of(session, engine, [one for one in found if catalogue.find(one.policy_id) is None])
    return {
        one.version_digest: (catalogue.find(one.policy_id) or gone[one.version_digest][0]).force for one in found
    }  # fmt: skip


def say_finding(
    visit: Visit, engine: Engine, found: Found, text: Text, stands: Standing, body_id: int | None
) -> FindingView:
    """A finding in words: by the text it was made under, which may have been replaced.

    `stands` says since when it reads as it does; `body_id` the legal person a dataset's policies also ask about.
    """
    policy, version = text
    breached = found.verdict is Verdict.NON_COMPLIANT
    lacks = said_in_groups(
        groups_to_settle(engine.catalogue, version, found.facts, found.missing),
        lambda name: _missing(visit, engine, name, found, body_id),
    )
    past = expired_on(engine.catalogue, version, found.facts, today=visit.today) if breached else None
    waits = waiting_in_words(waits_past(found, engine.catalogue, version, found.facts), visit.today)
    return FindingView(
        policy_id=policy.id,
        title=policy.name(),
        force=policy.force.label,
        is_obligation=policy.force is Force.OBLIGATION,
        severity=policy.severity.label,
        verdict=found.verdict,
        shape=verdict_shape(policy.force, found.verdict),
        word=verdict_word(policy.force, found.verdict),
        article=f"{version.text}, {version.article}",
        address=version.address,
        evidence=version.evidence.label,
        validation=validation_in_words(engine.catalogue.validation_of(policy, version)),
        plain=version.in_plain_words(),
        condition=condition_in_words(engine.catalogue, version),
        known=facts_in_words(engine.catalogue, found.facts),
        missing=[ways[0][0] for ways in lacks if len(ways) == 1],
        either=[ways for ways in lacks if len(ways) > 1],
        unmet=[
            (words, [_missing(visit, engine, name, found, body_id) for name in names])
            for words, names in (unmet_in_words(engine.catalogue, version, found.facts) if breached else ())
        ],
        remedy=policy.what_to_do(),
        owed_by=[role.label for role in policy.owed_by],
        told_by=[role.label for role in tellers_of(policy.owed_by, engine.catalogue, found.missing)],
        turning=turning_in_words(policy.force, found.verdict, found.turns_into, found.turns_on, visit.today),
        expired=expired_in_words(policy.force, past) or waits,
        period=found.period or None,
        since=stands.day,
        before=verdict_word(policy.force, stands.before) if stands.before is not None else "",
        deviation=note_of(policy.force, found, visit.today),
        ask_address=_ask_address(visit, found),
    )


def tellers_of(owed_by: Sequence[Role], catalogue: Catalogue, missing: Iterable[str]) -> list[Role]:
    """Who may record one of the facts that a finding waits for: those whom its rule names and whose rights allow it.

    Where these allow it to none of them, whoever may: a rule also names who must see it kept, and writes nothing.
    """
    needed = {one for name in missing for one in _needed_for(catalogue, name)}
    if not needed:
        return list(owed_by)
    able = {role for permission in needed for role in roles_with(permission)}
    return [role for role in owed_by if role in able] or [role for role in Role if role in able]


def _needed_for(catalogue: Catalogue, name: str) -> set[Permission]:
    """The permissions that each let somebody record a fact; none where nobody records it."""
    declared, kind = catalogue.facts.get(name), subject_of(name)
    if declared is None or kind not in _RECORDS:
        return set()
    by_law = kind is SubjectKind.DATASET and declared.field in OF_LAW
    return {_BY_OTHERS.get(declared.field, _RECORDS[kind]), *({Permission.DATASETS_LAW_RECORD} if by_law else ())}


def note_of(force: Force, found: Found, today: date) -> DeviationNote | None:
    """The deviation that bears on a finding, in words; one that is no breach bears none."""
    if found.deviation is None or found.verdict is not Verdict.NON_COMPLIANT:
        return None
    address = f"/conformite/ecarts/{found.deviation.id}"
    return DeviationNote(say_held(found.deviation, today), address, what_the_law_says(force))


def _ask_address(visit: Visit, found: Found) -> str:
    """Where the reader may ask for a deviation on a finding; nothing where one is there, or where they may not."""
    if found.verdict is not Verdict.NON_COMPLIANT or found.deviation is not None:
        return ""
    if not visit.visitor.may(Permission.COMPLIANCE_DEVIATION_ASK, found.organisation_id):
        return ""
    return ask_address(found.subject_kind, found.subject_id, found.policy_id, found.period)


def _missing(visit: Visit, engine: Engine, name: str, found: Found, body_id: int | None) -> MissingView:
    declared = engine.catalogue.facts.get(name)
    if declared is None:
        return MissingView(name, "")
    kind = subject_of(name)
    label = asked_in_words(engine.catalogue, name)
    number = found.subject_id if kind is found.subject_kind else body_id if kind is SubjectKind.ORGANISATION else None
    if number is None:
        return MissingView(label, "")
    needed = _BY_OTHERS.get(declared.field, _RECORDS[kind])
    if not visit.visitor.may(needed, number if kind is SubjectKind.ORGANISATION else found.organisation_id):
        by_law = kind is SubjectKind.DATASET and declared.field in OF_LAW
        if by_law and visit.visitor.may(Permission.DATASETS_LAW_RECORD, found.organisation_id):
            return MissingView(label, f"{SHEETS[kind].format(id=number)}/droit#{declared.field}")
        return MissingView(label, "", _(_ASKED[needed]))
    sheet = SHEETS[kind].format(id=number)
    return MissingView(label, place_of_field(kind, sheet, declared.field, name.rpartition(".")[2]))


def place_of_field(kind: str, sheet: str, field: str, fact: str = "") -> str:
    """Where a fact of something is recorded, by its field; `sheet` is the address of that thing's own page.

    `fact` is which, where one field of facts stands for many.
    """
    form = ELSEWHERE.get(field, f"/modifier#{field}")
    return APART.get(field, "").format(id=sheet.rpartition("/")[2], fact=fact) or sheet + ELSEWHERE.get(
        f"{kind}.{field}", form
    )


def say_assessment(visit: Visit, said: Assessment, subject_id: int, organisation_id: int) -> FindingView:
    """What a policy says of a subject as it is tried, in the words of a finding that nobody kept."""
    found = _as_found(said, subject_id, organisation_id)
    body_id = _body_asked_about(visit.session, said.policy.subject, [found])
    stands = Standing(found.verdict, visit.today)
    return say_finding(visit, engine_of(visit.session), found, (said.policy, said.version), stands, body_id)


def _as_found(said: Assessment, subject_id: int, organisation_id: int) -> Found:
    return Found(
        id=0, subject_kind=said.policy.subject, subject_id=subject_id, organisation_id=organisation_id,
        policy_id=said.policy.id, version_digest=said.policy.digest_of(said.version), period=said.period or 0,
        verdict=said.verdict, turns_on=said.turns_on, turns_into=said.turns_into, facts=said.facts_used,
        missing=said.missing, unknown_half=said.unknown_half, since=None,
    )  # fmt: skip


def say_unknown(
    visit: Visit, kind: SubjectKind, subject_id: int, organisation_id: int, names: Sequence[str]
) -> list[MissingView]:
    """Facts of a subject that nobody recorded, each with the page that fills it."""
    engine = engine_of(visit.session)
    nobody = Found(
        id=0, subject_kind=kind, subject_id=subject_id, organisation_id=organisation_id, policy_id="",
        version_digest="", period=0, verdict=Verdict.TO_COMPLETE, turns_on=None, turns_into=None, facts={},
        missing=tuple(names), unknown_half=None, since=None,
    )  # fmt: skip
    return [_missing(visit, engine, name, nobody, None) for name in names]


def facts_to_fill(visit: Visit, kind: SubjectKind, found: Sequence[Found]) -> dict[str, MissingView]:
    """Each fact that the findings on one subject wait for, by its name: what fills it, as its sheet says."""
    engine, body_id = engine_of(visit.session), _body_asked_about(visit.session, kind, found)
    return {name: _missing(visit, engine, name, one, body_id) for one in found for name in one.missing}


def verdicts_then(session: Session, kind: SubjectKind, subject_id: int, on: date, at: datetime) -> list[VerdictThen]:
    """What policies said of a subject just before an instant, as it read on a day, under the texts of then."""
    found = find_findings_then(session, on, kind=kind, subject_id=subject_id, at=at)
    texts = texts_of(session, engine_of(session), found)
    found = sorted(found, key=lambda one: _rank(texts[one.version_digest][0], one.verdict, one.period))
    return [
        VerdictThen(
            policy_id=one.policy_id,
            title=texts[one.version_digest][0].name(),
            shape=verdict_shape(texts[one.version_digest][0].force, one.verdict),
            word=verdict_word(texts[one.version_digest][0].force, one.verdict),
        )
        for one in found
    ]


def _rank(policy: Policy, verdict: Verdict, period: int) -> tuple[int, int, int, str, int]:
    """Where a finding comes among those of one subject: what binds in law first, then what is not met, the gravest."""
    return _FORCES.index(policy.force), GRAVEST_FIRST[verdict], _SEVERITIES.index(policy.severity), policy.id, period


def _body_asked_about(session: Session, kind: SubjectKind, found: Sequence[Found]) -> int | None:
    """The legal person behind a dataset, where a finding waits for a fact about it."""
    asked = any(name.startswith("organisation.") for one in found for name in one.missing)
    if kind is SubjectKind.ORGANISATION or not asked:
        return None
    return get_legal_person(session, found[0].organisation_id)


def _standing(visit: Visit, kind: SubjectKind, subject_id: int, found: Sequence[Found]) -> dict[int, Standing]:
    """For each finding, the civil day since when it reads as it does, and what it said before."""
    standing = find_standing(visit.session, kind, [subject_id], visit.today) if found else {}
    # One that was replaced between the two questions has only just begun.
    return {
        one.id: standing.get((kind, subject_id, one.policy_id, one.period), Standing(one.verdict, visit.today))
        for one in found
    }


def findings_in_force(visit: Visit, kind: SubjectKind, subject_id: int) -> list[Found]:
    """Today's findings on the subject of a page, for every panel of it."""
    return visit.once(
        (kind, subject_id), lambda: find_findings(visit.session, visit.today, kind=kind, subject_id=subject_id)
    )


def findings_on(visit: Visit, kind: SubjectKind, subject_id: int) -> FindingsPanel:
    """Today's findings on a subject: what binds in law first, the gravest before."""
    engine = engine_of(visit.session)
    found = findings_in_force(visit, kind, subject_id)
    body_id = _body_asked_about(visit.session, kind, found)
    texts = texts_of(visit.session, engine, found)
    standing = _standing(visit, kind, subject_id, found)
    found = sorted(found, key=lambda one: _rank(texts[one.version_digest][0], one.verdict, one.period))
    views = [say_finding(visit, engine, one, texts[one.version_digest], standing[one.id], body_id) for one in found]
    acting = {Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE}
    counts = Counter(view.verdict for view in views if view.is_obligation)
    practices = Counter(view.verdict for view in views if not view.is_obligation)
    parts = _on_parts(visit, engine, kind, subject_id)
    for cell in parts:
        policy = engine.catalogue.find(cell.policy_id)
        (counts if policy is not None and policy.force is Force.OBLIGATION else practices)[cell.verdict] += cell.number
    return FindingsPanel(
        awaiting=_awaiting(found),
        to_act_on=[view for view in views if view.verdict in acting],
        fine=[view for view in views if view.verdict not in acting],
        counts=counts,
        practices=practices,
        parts=_parts_lines(engine, [cell for cell in parts if cell.verdict in acting], subject_id),
        whole_address=whole_address(subject_id) if parts else "",
    )


def _on_parts(visit: Visit, engine: Engine, kind: SubjectKind, subject_id: int) -> list[Cell]:
    """What is found of what is judged apart of a subject, counted."""
    _itself, *parts = engine.whole_of(visit.session, kind, subject_id)
    return count_within(visit.session, visit.today, parts) if parts else []


def _parts_lines(engine: Engine, cells: Sequence[Cell], subject_id: int) -> list[PartsLine]:
    """One line a policy and verdict, in the order of findings."""
    numbers: Counter[tuple[str, Verdict]] = Counter()
    for cell in cells:
        numbers[cell.policy_id, cell.verdict] += cell.number
    known = [
        (policy, verdict, number)
        for (policy_id, verdict), number in numbers.items()
        if (policy := engine.catalogue.find(policy_id)) is not None
    ]
    return [
        PartsLine(
            policy.name(), policy.subject.label, verdict_shape(policy.force, verdict),
            verdict_word(policy.force, verdict), number,
            whole_address(subject_id, regle=policy.id, constat=str(verdict)),
        )
        for policy, verdict, number in sorted(known, key=lambda one: _rank(one[0], one[1], 0))
    ]  # fmt: skip


def whole_address(contract_id: int, **more: str) -> str:
    """The list of what is found of a contract, of its amendments and of its deliveries."""
    return f"{FINDINGS}?{urlencode({'contrat': contract_id, **more})}"


def _awaiting(found: Sequence[Found]) -> str:
    """Why rules set this subject aside for now, if they do: nothing found is then no good mark."""
    aside = [one.facts for one in found if one.verdict is Verdict.NOT_APPLICABLE]
    said = (words for (name, value), words in AWAITED.items() if any(facts.get(name) == value for facts in aside))
    return next((_(words) for words in said), "")


PANELS = tuple(
    Panel(
        str(kind),
        Permission.COMPLIANCE_FINDING_READ,
        "compliance/_findings.html",
        lambda visit, subject_id, kind=kind: findings_on(visit, kind, subject_id),  # type: ignore[misc]
    )
    for kind in SHEETS
)
