"""What goes out of a desk: tasks in words, questions and their threads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.compliance.catalogue import PRESENT, Catalogue
from registry.compliance.explanation import filling_in_words
from registry.compliance.panels import place_of_field
from registry.compliance.policy import Fact, Policy, PolicyVersion
from registry.compliance.settling import other_ways
from registry.compliance.vocabulary import Force, SubjectKind
from registry.datasets.layout import LAW_FIELDS
from registry.datasets.systems.views import SYSTEM_LABELS
from registry.datasets.wording import PART_LABELS, field_label
from registry.desk.beside import BESIDE
from registry.desk.deadline_views import DeadlineLine
from registry.desk.deviation_words import say_assumed, say_deviation
from registry.desk.document_words import say_document
from registry.desk.governance_words import say_action, say_campaign, say_correction, say_training
from registry.desk.matter_words import Words, say_assessment, say_breach, say_dpia, say_erasure, say_request
from registry.desk.move_words import say_move, say_point
from registry.desk.queries import Laws, Task
from registry.desk.vocabulary import OWED_BY_BODIES, SLIP_POLICY, QuestionSubject, TaskKind
from registry.kernel.permissions import Role
from registry.kernel.words import _, ngettext
from registry.organisations.vocabulary import AppointmentRole
from registry.web.templating import say_article

SHEETS = {
    "breach": "/violations/{id}",
    "request": "/demandes/{id}",
    "activity": "/traitements/{id}",
    "assessment": "/aipd/{id}",
    "dataset": "/jeux/{id}",
    "system": "/systemes/{id}",
    "organisation": "/organisations/{id}",
    "import": "/imports/{id}",
    "draft": "/jeux/brouillons",
}
APPOINTMENTS = "appointments"
"""The field of facts that are recorded by appointing somebody."""


@dataclass(frozen=True)
class TaskView:
    """A task in words: what, on what, why, since when, what it gains, and the one link that does it.

    With the address of the list of those alike, it stands for all of them: how many, how many late.
    """

    key: str
    kind: str
    what: str
    sheet: str
    sheet_address: str
    organisation: str
    why: str
    gain: str
    since: date | None
    due: date | None
    late: bool
    action: str
    address: str
    arrangement_id: int | None
    until: date | None
    handed_to: str
    given_id: int | None
    given_by: str
    word: str
    given_word: str
    may_arrange: bool
    alike: int
    alike_late: int
    alike_address: str


@dataclass(frozen=True)
class ServiceLine:
    """How one of a director's services stands: its breaches, what its obligations lack, and the lists of both."""

    id: int
    name: str
    breaches: int
    gaps: int
    breaches_address: str
    gaps_address: str


@dataclass(frozen=True)
class Services:
    """How a director's services stand: those in breach, the most first, those that only lack facts, and the sum."""

    in_breach: Sequence[ServiceLine]
    others: Sequence[ServiceLine]
    total: ServiceLine


@dataclass(frozen=True)
class ContractDeadlines:
    """The first deadlines of contracts that a director answers for, how many there are, and where all of them stand."""

    late: Sequence[DeadlineLine]
    coming: Sequence[DeadlineLine]
    all_late: int
    all_coming: int
    address: str


@dataclass(frozen=True)
class DeskPage:
    """A person's desk: one list at a time."""

    tabs: Sequence[tuple[str, str]]
    here: str
    title: str
    rule: str
    tasks: Sequence[TaskView]
    total: int
    kinds: Sequence[tuple[str, str]]
    kind: str
    organisations: Sequence[tuple[str, str]]
    organisation: str
    list_code: str
    is_narrowed: bool
    act: str
    services: Services | None
    contracts: ContractDeadlines | None
    may_record: bool
    first_address: str
    next_address: str
    empty_title: str
    empty_words: str
    standing_in: Sequence[tuple[str, str]]
    may_arrange: bool


@dataclass(frozen=True)
class TaskPage:
    """One task with what may be decided about it: put off, hand over."""

    task: TaskView
    colleagues: Sequence[tuple[str, str]]
    may_delegate: bool
    values: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class QuestionLine:
    """A question as a list shows it."""

    id: int
    text: str
    field: str
    state: str
    state_code: str
    since: datetime
    messages: int


@dataclass(frozen=True)
class QuestionsPanel:
    """The questions about a sheet, and the way to ask one."""

    rows: Sequence[QuestionLine]
    closed: Sequence[QuestionLine]
    ask_address: str
    may_ask: bool


@dataclass(frozen=True)
class QuestionFormPage:
    """The form of a question: about what, and to whom each kind of question goes."""

    subject_kind: str
    subject_id: int
    sheet: str
    back: str
    field: str
    fields: Sequence[tuple[str, str]]
    addressee: str
    addressees: Sequence[tuple[str, str]]
    text: str
    errors: Mapping[str, str]


@dataclass(frozen=True)
class MessageView:
    """One message of a thread."""

    who: str
    said_at: datetime
    text: str
    is_asker: bool


@dataclass(frozen=True)
class QuestionPage:
    """A question with its thread."""

    id: int
    sheet: str
    sheet_address: str
    field: str
    field_address: str
    to: str
    state: str
    state_code: str
    messages: Sequence[MessageView]
    may_say: bool
    text: str
    errors: Mapping[str, str]


@dataclass(frozen=True)
class HandOverLine:
    """A hand-over that was made, and whether it was reversed."""

    id: int
    successor: str
    since: date
    size: str
    undone: bool


@dataclass(frozen=True)
class HandOverPage:
    """What somebody holds, part by part, and the form that gives it to a successor."""

    person_id: int
    name: str
    parts: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    duties: Sequence[str]
    people: Sequence[tuple[str, str]]
    done: Sequence[HandOverLine]
    values: Mapping[str, str]
    errors: Mapping[str, str]


def label_of_field(kind: str, name: str | None) -> str:
    """A field's name on a kind of sheet, in the reader's language; nothing for the whole sheet."""
    if not name:
        return ""
    if name in PART_LABELS:
        return _(PART_LABELS[name])
    if name in BESIDE:
        return _(BESIDE[name][0])
    return _(SYSTEM_LABELS.get(name, name)) if kind == QuestionSubject.SYSTEM else field_label(name)


def address_of_field(kind: str, number: int, field: str) -> str:
    """Where a field is filled; the sheet itself where none is named."""
    sheet = SHEETS[kind].format(id=number)
    if not field:
        return sheet
    if kind == "dataset" and field in BESIDE:
        return BESIDE[field][1].format(id=number, sheet=sheet)
    if kind == "dataset" and field in {"fields", "sources"}:
        return f"{sheet}/champs/modifier" if field == "fields" else f"{sheet}/sources"
    return place_of_field(kind, sheet, field)


Binding = Mapping[str, tuple[Policy, PolicyVersion]]


def binding_on(catalogue: Catalogue, today: date) -> dict[str, tuple[Policy, PolicyVersion]]:
    """The policies in force on a day, each with its version of that day."""
    return {policy.id: (policy, version) for kind in SubjectKind for policy, version in catalogue.in_force(kind, today)}


def laws_of(catalogue: Catalogue, binding: Binding) -> Laws:
    """Which policies make tasks: all but those a vacancy tells already, on a dataset."""
    told = {
        policy.id
        for policy, version in binding.values()
        if policy.subject is SubjectKind.DATASET
        and all(_field(catalogue, name) == APPOINTMENTS for name in catalogue.compiled(version).require.facts)
    }
    owed = {
        policy.id: version
        for policy, version in binding.values()
        if policy.subject in {SubjectKind.DATASET, SubjectKind.ACTIVITY}
        and {Role.LEGAL, Role.DPO} & set(policy.owed_by)
    }
    return Laws(
        policies=tuple(sorted(set(binding) - told)),
        obligations=tuple(sorted(one for one, (policy, _v) in binding.items() if policy.force is Force.OBLIGATION)),
        dated=tuple(
            sorted(
                one
                for one, (policy, version) in binding.items()
                if version.deadline is not None
                or (version.valid_until is not None and policy.force is Force.OBLIGATION)
            )
        ),
        owed_by_law=tuple(sorted(owed)),
        of_law=(
            *sorted(name for name, fact in catalogue.facts.items() if _is_of_law(name, fact.field)),
            *sorted(one for one, version in owed.items() if _law_fields_asked(catalogue, version)),
        ),
        of_sheets=(
            *sorted(OWED_BY_BODIES),
            *sorted(
                policy.id
                for policy, version in binding.values()
                if OWED_BY_BODIES & set(catalogue.compiled(version).require.facts)
            ),
        ),
    )


def _is_of_law(fact: str, field: str) -> bool:
    return fact.startswith("dataset.") and field in LAW_FIELDS


def _law_fields_asked(catalogue: Catalogue, version: PolicyVersion) -> tuple[str, ...]:
    return tuple(field for field in fields_asked(catalogue, version, "dataset") if field in LAW_FIELDS)


def _field(catalogue: Catalogue, fact: str) -> str:
    known = catalogue.facts.get(fact.removesuffix(PRESENT))
    return known.field if known else ""


def fields_asked(catalogue: Catalogue, version: PolicyVersion, kind: str) -> tuple[str, ...]:
    """The fields of a subject's own sheet that what a policy requires is told by."""
    names = sorted(catalogue.compiled(version).require.facts)
    return tuple(
        dict.fromkeys(field for name in names if name.startswith(f"{kind}.") and (field := _field(catalogue, name)))
    )


def say_task(
    task: Task,
    catalogue: Catalogue,
    binding: Binding,
    *,
    names: Mapping[tuple[str, int], str],
    bodies: Mapping[int, str],
    people: Mapping[int, str],
    questions: Mapping[int, tuple[str, str]],
    alike_address: str = "",
) -> TaskView:
    """A task in words; `questions` gives the first words and the field of each question, by its number.

    With the address of the list of those alike, it is told for all of them.
    """
    what, why, gain, action, address = _SAYING[task.kind](task, catalogue, binding, questions)
    if task.subject_kind in {"import", "draft"}:
        sheet = task.detail or _("Sans titre")
    else:
        sheet = bodies.get(task.subject_id, "") if task.subject_kind == "organisation" else ""
        sheet = sheet or names.get((task.subject_kind, task.subject_id), "")
    return TaskView(
        key=task.key, kind=task.kind.label, what=what, sheet=sheet,
        sheet_address=SHEETS[task.subject_kind].format(id=task.subject_id),
        organisation=bodies.get(task.organisation_id, "") if task.subject_kind != "organisation" else "",
        why=why, gain=gain, since=task.since, due=task.due, late=task.late, action=action, address=address,
        arrangement_id=task.arrangement_id, until=task.until,
        handed_to=people.get(task.delegate_id or 0, ""), given_id=task.given_id,
        given_by=people.get(task.given_by or 0, ""), word=task.word or "", given_word=task.given_word or "",
        may_arrange=not task.waiting, alike=task.alike, alike_late=task.alike_late, alike_address=alike_address,
    )  # fmt: skip


Questions = Mapping[int, tuple[str, str]]


def _say_finding(task: Task, catalogue: Catalogue, binding: Binding, _questions: Questions) -> Words:
    policy, version = binding[task.policies[0]]
    more = len(task.policies) - 1
    why = f"{version.text}, {say_article(version.article)}"
    if more:
        why += " " + ngettext("et {count} autre règle", "et {count} autres règles", more).format(count=more)
    fact = catalogue.facts.get(task.detail)
    if fact is not None:
        instead = other_ways(catalogue, version, task.detail) if not more else []
        what = filling_in_words(task.detail, instead, lambda name: _label_of_fact(task, catalogue.facts[name]))
        gain = ngettext("permet de trancher {count} constat", "permet de trancher {count} constats", task.number)
        action = _("Commencer la fiche") if task.by_sheet else _("Renseigner")
        return what, why, gain.format(count=task.number), action, _address_of_finding(task, fact.field)
    fields = _law_fields_asked(catalogue, version) if task.of_law else ()
    fields = fields or fields_asked(catalogue, version, task.subject_kind)
    gain = (
        _("lève un manquement à une obligation") if policy.force is Force.OBLIGATION
        else _("suit une recommandation ou une bonne pratique")
    )  # fmt: skip
    if task.assumed is not None:
        gain = say_assumed(policy.force, task.assumed)
    if task.subject_kind == "activity" and len(fields) > 1:
        fields = ()  # Which of them is wrong stands on the sheet: they are filled on several pages.
    if task.detail == SLIP_POLICY:
        return policy.what_to_do(), why, gain, _("Préparer un bordereau"), "/conservation/bordereaux/nouveau"
    address = _address_of_finding(task, fields[0] if fields else "")
    return policy.what_to_do(), why, gain, _("Commencer la fiche") if task.by_sheet else _("Corriger"), address


def _label_of_fact(task: Task, fact: Fact) -> str:
    """The field that tells a fact, as the sheet names it; the fact itself where another page tells it."""
    if task.subject_kind in {"organisation", "activity"} or fact.field == APPOINTMENTS:
        return fact.title()
    return label_of_field(task.subject_kind, fact.field)


def _address_of_finding(task: Task, field: str) -> str:
    """Where a finding is mended: for who answers for the law alone, on the page of the fields of law; what a sheet
    tells of a body is answered on the body's own form by who may begin none.
    """
    if task.detail in OWED_BY_BODIES and not task.by_sheet:
        return f"{SHEETS[task.subject_kind].format(id=task.subject_id)}/modifier#declared_absent"
    if task.of_law and field in LAW_FIELDS:
        return f"{SHEETS[task.subject_kind].format(id=task.subject_id)}/droit#{field}"
    return address_of_field(task.subject_kind, task.subject_id, field)


def _say_vacancy(task: Task, _catalogue: Catalogue, _binding: Binding, _questions: Questions) -> Words:
    roles = ", ".join(AppointmentRole(role).label for role in task.detail.split(","))
    if task.due is not None and task.since is None:
        what = _("Prévoir qui prend la suite : {roles}").format(roles=roles)
    else:
        what = _("Désigner : {roles}").format(roles=roles)
    address = f"/organisations/mandats/{task.subject_kind}/{task.subject_id}"
    why = _("sans personne en poste, nul n’en répond")
    if AppointmentRole.DPO in task.detail.split(","):
        why += " ; " + _("toute autorité publique désigne un·e délégué·e (RGPD art. 37 §1 a)")
    return what, why, _("quelqu’un en répond, et reçoit les questions"), _("Désigner"), address


def _say_import(task: Task, _catalogue: Catalogue, _binding: Binding, _questions: Questions) -> Words:
    return (
        _("Décider d’un import : dire ses colonnes, l’appliquer ou l’abandonner"), _("rien n’est encore écrit"),
        _("le registre dit ce que dit le catalogue"), _("Voir l’import"), f"/imports/{task.subject_id}",
    )  # fmt: skip


def _say_draft(task: Task, _catalogue: Catalogue, _binding: Binding, _questions: Questions) -> Words:
    address = "/jeux/brouillons" if task.subject_kind == "draft" else f"/jeux/{task.subject_id}/modifier"
    return (
        _("Finir la fiche commencée"), _("un brouillon n’est lu de personne d’autre"),
        _("ce que vous avez écrit entre au registre"), _("Continuer"), address,
    )  # fmt: skip


def _say_question(task: Task, _catalogue: Catalogue, _binding: Binding, questions: Questions) -> Words:
    words, field = questions.get(int(task.detail), ("", ""))
    about = _("sur « {field} »").format(field=field) if field else _("sur toute la fiche")
    address = f"/bureau/questions/{task.detail}"
    if task.kind is TaskKind.ANSWER:
        return (
            _("Lire la réponse à « {words} »").format(words=words), about,
            _("la question est close, ou relancée"), _("Lire la réponse"), address,
        )  # fmt: skip
    if task.waiting:
        return (
            _("Vous avez demandé : « {words} »").format(words=words), about,
            _("la réponse restera avec la fiche"), _("Voir le fil"), address,
        )  # fmt: skip
    return (
        _("Répondre à « {words} »").format(words=words), about,
        _("quelqu’un attend votre réponse, qui restera avec la fiche"), _("Répondre"), address,
    )  # fmt: skip


def _say_deviation(task: Task, _catalogue: Catalogue, binding: Binding, _questions: Questions) -> Words:
    bound = binding.get(task.policies[0])
    return say_deviation(task.detail, bound[0] if bound else None, task.due, waiting=task.waiting)


def _say_point(task: Task, catalogue: Catalogue, _binding: Binding, _questions: Questions) -> Words:
    policy = catalogue.find(task.detail.split(":", 3)[2])
    return say_point(task.detail, policy.name() if policy is not None else "")


_SAYING: Mapping[TaskKind, Callable[[Task, Catalogue, Binding, Questions], Words]] = {
    TaskKind.FINDING: _say_finding,
    TaskKind.VACANCY: _say_vacancy,
    TaskKind.IMPORT: _say_import,
    TaskKind.DRAFT: _say_draft,
    TaskKind.BREACH: say_breach,
    TaskKind.REQUEST: say_request,
    TaskKind.DPIA: say_dpia,
    TaskKind.ASSESSMENT: say_assessment,
    TaskKind.ERASURE: say_erasure,
    TaskKind.DEVIATION: _say_deviation,
    TaskKind.MOVE: lambda task, _catalogue, _binding, _questions: say_move(
        task.detail, task.subject_id, late=task.passed
    ),
    TaskKind.POINT: _say_point,
    TaskKind.ACTION: say_action,
    TaskKind.TRAINING: say_training,
    TaskKind.CERTIFICATION: say_campaign,
    TaskKind.CORRECTION: say_correction,
    TaskKind.DOCUMENT: lambda task, _catalogue, _binding, _questions: say_document(task.detail, waiting=task.waiting),
    TaskKind.QUESTION: _say_question,
    TaskKind.ANSWER: _say_question,
}
