"""What a desk holds: kinds of task, its lists, and the states of a question."""

from registry.kernel.permissions import Permission
from registry.kernel.words import Labelled, mark


class TaskKind(Labelled):
    """What makes a task."""

    QUESTION = "question", mark("Questions")
    ANSWER = "answer", mark("Réponses reçues")
    FINDING = "finding", mark("Constats")
    VACANCY = "vacancy", mark("Postes vacants")
    IMPORT = "import", mark("Imports à décider")
    DRAFT = "draft", mark("Brouillons")
    BREACH = "breach", mark("Violations à notifier")
    REQUEST = "request", mark("Demandes à répondre")
    DPIA = "dpia", mark("Analyses d’impact dues")
    ASSESSMENT = "assessment", mark("Analyses d’impact à décider")
    DEVIATION = "deviation", mark("Écarts assumés")
    MOVE = "move", mark("Passages à viser")
    POINT = "point", mark("Points d’un refus")
    ACTION = "action", mark("Actions du plan")
    CERTIFICATION = "certification", mark("Fiches à certifier")
    CORRECTION = "correction", mark("Fiches à corriger")
    TRAINING = "training", mark("Formations à suivre")
    DOCUMENT = "document", mark("Documents à approuver")
    ERASURE = "erasure", mark("Demandeurs à effacer")


class TaskList(Labelled):
    """The lists of a desk; what is late stands in the first too."""

    MINE = "mine", mark("À faire")
    LATE = "late", mark("En retard")
    WAITING = "waiting", mark("En attente des autres")
    SNOOZED = "snoozed", mark("Reportées")


class Arrangement(Labelled):
    """What somebody decided about a task of theirs."""

    SNOOZE = "snooze", mark("Reportée")
    DELEGATION = "delegation", mark("Confiée")


class QuestionSubject(Labelled):
    """What a question is about."""

    DATASET = "dataset", mark("Jeu de données")
    SYSTEM = "system", mark("Système d’information")


class Addressee(Labelled):
    """Whom a question is for, whoever holds the role."""

    OWNER = "owner", mark("Qui tient la fiche : propriétaire ou référent·e")
    LEGAL = "legal", mark("Juriste : une question de droit")
    DPO = "dpo", mark("Délégué·e à la protection des données")


class QuestionState(Labelled):
    """Where a question stands."""

    OPEN = "open", mark("Attend une réponse")
    ANSWERED = "answered", mark("A reçu une réponse")
    CLOSED = "closed", mark("Close")


MENDING = {
    "dataset": Permission.DATASETS_SHEET_RECORD,
    "system": Permission.DATASETS_SHEET_RECORD,
    "organisation": Permission.ORGANISATIONS_ORGANISATION_AMEND,
    "import": Permission.EXCHANGE_IMPORT_APPLY,
    "draft": Permission.DATASETS_SHEET_RECORD,
    "breach": Permission.PROCESSING_BREACH_RECORD,
    "request": Permission.PROCESSING_REQUEST_RECORD,
    "activity": Permission.PROCESSING_ACTIVITY_RECORD,
    "dpia": Permission.PROCESSING_ASSESSMENT_RECORD,
    "assessment": Permission.PROCESSING_ASSESSMENT_DECIDE,
    "erasure": Permission.ERASURES_PERSON_ERASE,
    "deviation": Permission.COMPLIANCE_DEVIATION_DECIDE,
    "move": Permission.LIFECYCLE_VISA_GIVE,
    "point": Permission.LIFECYCLE_MOVE_ASK,
    "action": Permission.GOVERNANCE_PLAN_RECORD,
    "certification": Permission.DATASETS_SHEET_RECORD,
    "correction": Permission.DATASETS_SHEET_RECORD,
    "training": Permission.GOVERNANCE_PLAN_READ,
    "document": Permission.REPORTING_DOCUMENT_APPROVE,
}
"""What a role must allow for somebody to do a task on a subject of that kind."""

ABOUT_SHEETS = frozenset(
    {TaskKind.FINDING, TaskKind.QUESTION, TaskKind.POINT, TaskKind.CERTIFICATION, TaskKind.CORRECTION}
)
"""What whoever stands in for who keeps sheets is shown: their tasks of any other kind are their own."""

SLIP_POLICY = "SOB-03"
"""The policy a slip of disposal mends: what is kept beyond its time."""

OWED_BY_BODIES = frozenset(
    {"organisation.address_base_recorded", "organisation.subsidies_recorded", "organisation.contracts_recorded"}
)
"""The facts of a body that a sheet tells: whoever may begin it for that body is told of them."""


def permission_of(key: str) -> Permission:
    """What a role must allow for somebody to do the task of this key."""
    kind, _colon, rest = key.partition(":")
    if kind == TaskKind.VACANCY:
        return Permission.ORGANISATIONS_APPOINTMENT_RECORD
    if kind == TaskKind.FINDING and rest.endswith(f":{SLIP_POLICY}"):
        return Permission.PROCESSING_DISPOSAL_PREPARE
    if kind == TaskKind.FINDING and rest.rpartition(":")[2] in OWED_BY_BODIES:
        return Permission.DATASETS_SHEET_RECORD
    return MENDING[rest.partition(":")[0] if kind == TaskKind.FINDING else kind]


class DeadlineKind(Labelled):
    """What makes a day of the calendar."""

    FINDING = "finding", mark("Délais des règles")
    BREACH = "breach", mark("Violations à notifier")
    REQUEST = "request", mark("Demandes à répondre")
    REVIEW = "review", mark("Analyses d’impact à relire")
    MEASURE = "measure", mark("Mesures de protection")
    CONTRACT = "contract", mark("Fins de contrat")
    DELIVERY = "delivery", mark("Livraisons dues par les contrats")
    MILESTONE = "milestone", mark("Échéances de contrat")
    EVIDENCE = "evidence", mark("Preuves qui expirent")
    DEVIATION = "deviation", mark("Écarts assumés qui finissent")
    MOVE = "move", mark("Passages à viser")
    HOLD = "hold", mark("Gels à revoir")
    ACTION = "action", mark("Actions du plan")
    CERTIFICATION = "certification", mark("Fiches à certifier")


OF_CONTRACTS = frozenset({DeadlineKind.CONTRACT, DeadlineKind.DELIVERY, DeadlineKind.MILESTONE})
"""What contracts have done by a day: whoever directs a body answers for it, whoever does it."""


DONE_BY = {
    DeadlineKind.FINDING: Permission.DATASETS_SHEET_RECORD,
    DeadlineKind.BREACH: Permission.PROCESSING_BREACH_RECORD,
    DeadlineKind.REQUEST: Permission.PROCESSING_REQUEST_RECORD,
    DeadlineKind.REVIEW: Permission.PROCESSING_ASSESSMENT_RECORD,
    DeadlineKind.MEASURE: Permission.PROCESSING_ACTIVITY_RECORD,
    DeadlineKind.CONTRACT: Permission.CONTRACTS_CONTRACT_RECORD,
    DeadlineKind.DELIVERY: Permission.CONTRACTS_DELIVERY_RECORD,
    DeadlineKind.MILESTONE: Permission.CONTRACTS_CONTRACT_RECORD,
    DeadlineKind.EVIDENCE: Permission.DOCUMENTS_EVIDENCE_RECORD,
    DeadlineKind.DEVIATION: Permission.COMPLIANCE_DEVIATION_DECIDE,
    DeadlineKind.HOLD: Permission.PROCESSING_RETENTION_RECORD,
    DeadlineKind.ACTION: Permission.GOVERNANCE_PLAN_RECORD,
    DeadlineKind.CERTIFICATION: Permission.DATASETS_SHEET_RECORD,
}
"""What a role must allow for a deadline to be somebody's own; a visa is whose role gives it, as the moves say."""
