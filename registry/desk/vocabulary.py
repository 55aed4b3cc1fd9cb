"""What a desk holds: kinds of task, its lists, and the states of a question."""

from enum import StrEnum

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark


class TaskKind(StrEnum):
    """What makes a task."""

    QUESTION = "question"
    ANSWER = "answer"
    FINDING = "finding"
    VACANCY = "vacancy"
    IMPORT = "import"
    DRAFT = "draft"

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return _(_TASK_LABELS[self])


_TASK_LABELS = {
    TaskKind.QUESTION: mark("Questions"),
    TaskKind.ANSWER: mark("Réponses reçues"),
    TaskKind.FINDING: mark("Constats"),
    TaskKind.VACANCY: mark("Postes vacants"),
    TaskKind.IMPORT: mark("Imports à décider"),
    TaskKind.DRAFT: mark("Brouillons"),
}


class TaskList(StrEnum):
    """The lists of a desk; what is late stands in the first too."""

    MINE = "mine"
    LATE = "late"
    WAITING = "waiting"
    SNOOZED = "snoozed"

    @property
    def label(self) -> str:
        """The list in the reader's language."""
        return _(_LIST_LABELS[self])


_LIST_LABELS = {
    TaskList.MINE: mark("À faire"),
    TaskList.LATE: mark("En retard"),
    TaskList.WAITING: mark("En attente des autres"),
    TaskList.SNOOZED: mark("Reportées"),
}


class Arrangement(StrEnum):
    """What somebody decided about a task of theirs."""

    SNOOZE = "snooze"
    DELEGATION = "delegation"

    @property
    def label(self) -> str:
        """The decision in the reader's language."""
        return _(_ARRANGEMENT_LABELS[self])


_ARRANGEMENT_LABELS = {
    Arrangement.SNOOZE: mark("Reportée"),
    Arrangement.DELEGATION: mark("Confiée"),
}


class QuestionSubject(StrEnum):
    """What a question is about."""

    DATASET = "dataset"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The kind of sheet in the reader's language."""
        return _(_SUBJECT_LABELS[self])


_SUBJECT_LABELS = {
    QuestionSubject.DATASET: mark("Jeu de données"),
    QuestionSubject.SYSTEM: mark("Système d’information"),
}


class Addressee(StrEnum):
    """Whom a question is for, whoever holds the role."""

    OWNER = "owner"
    LEGAL = "legal"
    DPO = "dpo"

    @property
    def label(self) -> str:
        """The addressee in the reader's language."""
        return _(_ADDRESSEE_LABELS[self])


_ADDRESSEE_LABELS = {
    Addressee.OWNER: mark("Qui tient la fiche : propriétaire ou référent·e"),
    Addressee.LEGAL: mark("Juriste : une question de droit"),
    Addressee.DPO: mark("Délégué·e à la protection des données"),
}


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return _(_STATE_LABELS[self])


_STATE_LABELS = {
    QuestionState.OPEN: mark("Attend une réponse"),
    QuestionState.ANSWERED: mark("A reçu une réponse"),
    QuestionState.CLOSED: mark("Close"),
}

MENDING = {
    "dataset": Permission.DATASETS_SHEET_RECORD,
    "system": Permission.DATASETS_SHEET_RECORD,
    "organisation": Permission.ORGANISATIONS_ORGANISATION_AMEND,
    "import": Permission.EXCHANGE_IMPORT_APPLY,
    "draft": Permission.DATASETS_SHEET_RECORD,
}
"""What a role must allow for somebody to do a task on a subject of that kind."""


def permission_of(key: str) -> Permission:
    """What a role must allow for somebody to do the task of this key."""
    kind, _colon, rest = key.partition(":")
    if kind == TaskKind.VACANCY:
        return Permission.ORGANISATIONS_APPOINTMENT_RECORD
    return MENDING[rest.partition(":")[0] if kind == TaskKind.FINDING else kind]
