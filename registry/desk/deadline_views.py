"""What goes out of the calendar: each day by which something is to be done, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.desk.vocabulary import DeadlineKind
from registry.kernel.words import _


def deadline_task(kind: DeadlineKind, rule: str) -> str:
    """What is to be done by the day of a deadline."""
    said: dict[DeadlineKind, str] = {
        DeadlineKind.FINDING: _("Dernier jour pour suivre la règle : {rule}").format(rule=rule),
        DeadlineKind.BREACH: _("Notifier la violation à la CNIL"),
        DeadlineKind.REQUEST: _("Répondre à la demande"),
        DeadlineKind.REVIEW: _("Relire l’analyse d’impact"),
        DeadlineKind.MEASURE: _("Prendre la mesure de protection"),
        DeadlineKind.CONTRACT: _("Le contrat finit"),
        DeadlineKind.DELIVERY: _("Recevoir la livraison, ou relancer le titulaire"),
        DeadlineKind.MILESTONE: rule,
        DeadlineKind.EVIDENCE: _("La preuve expire : en demander une nouvelle édition"),
        DeadlineKind.DEVIATION: _("L’écart assumé finit : {rule}").format(rule=rule),
        DeadlineKind.MOVE: _("Viser ou refuser un passage"),
        DeadlineKind.HOLD: _("Revoir le gel : le garder ou le lever"),
        DeadlineKind.ACTION: _("Finir l’action du plan"),
        DeadlineKind.CERTIFICATION: _("Finir de certifier les fiches"),
    }
    return said[kind]


@dataclass(frozen=True)
class DeadlineLine:
    """One deadline in words: `key` names it for agendas; one that is confided says whose it is to nobody else.

    `by` are the roles that do what it asks, in the organisation it is of.
    """

    key: str
    day: date
    kind: str
    what: str
    name: str
    organisation: str
    address: str
    is_confided: bool
    of_all: int
    by: str = ""


@dataclass(frozen=True)
class DeadlineMonth:
    """The deadlines of one month, or those missed that still wait."""

    title: str
    lines: Sequence[DeadlineLine]


@dataclass(frozen=True)
class Digest:
    """A mail that tells somebody their deadlines."""

    to: str
    subject: str
    body: str


@dataclass(frozen=True)
class DeadlinesPage:
    """The calendar of deadlines, month by month: the first month is shown, all of them where they are `few`.

    `contract` is the one it is narrowed to, if it is.
    """

    tabs: Sequence[tuple[str, str]]
    here: str
    kinds: Sequence[tuple[str, str]]
    kind: str
    mine: bool
    months: Sequence[DeadlineMonth]
    few: bool
    is_cut: bool
    shown: int
    file_address: str
    contract: tuple[int, str] | None = None
