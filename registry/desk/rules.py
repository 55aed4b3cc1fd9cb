"""When a task is late, whom a question goes to, and what completing a sheet gains: pure functions of values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.compliance.vocabulary import Verdict
from registry.desk.vocabulary import Addressee, TaskKind
from registry.kernel.words import mark
from registry.organisations.vocabulary import AppointmentRole

BREACH_PATIENCE, GAP_PATIENCE = 30, 90
PATIENCE: Mapping[TaskKind, int] = {
    TaskKind.QUESTION: 10,
    TaskKind.ANSWER: 30,
    TaskKind.VACANCY: 30,
    TaskKind.IMPORT: 15,
    TaskKind.DRAFT: 30,
    TaskKind.ERASURE: 90,
    TaskKind.DEVIATION: 15,
    TaskKind.MOVE: 15,
    TaskKind.DOCUMENT: 15,
    TaskKind.POINT: 15,
    TaskKind.CORRECTION: 30,
    TaskKind.ASSESSMENT: 30,
}
"""How long each task may stand before it is late; a finding waits as long as its gravity allows.

Units: days. A breach of an obligation waits `BREACH_PATIENCE`, an obligation that lacks a fact `GAP_PATIENCE`; what
does not bind in law is never late. A deadline of the law that has passed makes a task late at once.
"""
SOON = 30
"""How long before its end an appointment without a successor becomes a task. Units: days."""

DUTIES: Mapping[AppointmentRole, str] = {
    AppointmentRole.DPO: mark(
        "Qui devient délégué·e à la protection des données se déclare à la CNIL, et ses coordonnées se publient "
        "(RGPD art. 37 §7)."
    ),
    AppointmentRole.PRADA: mark(
        "Qui devient responsable de l’accès aux documents administratifs est porté à la connaissance du public et de "
        "la CADA dans les quinze jours (CRPA R330-3)."
    ),
}
"""What the law asks of whoever changes the holder of a post."""

ANSWERING: Mapping[Addressee, tuple[AppointmentRole, ...]] = {
    Addressee.OWNER: (AppointmentRole.OWNER, AppointmentRole.STEWARD),
    Addressee.LEGAL: (AppointmentRole.LEGAL_REVIEWER,),
    Addressee.DPO: (AppointmentRole.DPO,),
}
"""The roles that answer, the first asked first."""


@dataclass(frozen=True)
class InPost:
    """Somebody in post: in which role, and how far from the sheet the post is (0 is the sheet itself).

    Units: `distance` in levels: 1 is the organisation of the sheet, 2 the one above it.
    """

    person_id: int
    role: AppointmentRole
    distance: int
    has_account: bool


def who_answers(addressee: Addressee, in_post: Iterable[InPost]) -> InPost | None:
    """Who is asked: who holds the sheet, else who holds the same role in its organisation, else above it.

    On an organisation, an owner answers for no sheet: its steward does. Of two in the same post, one who can sign in.
    """
    roles = ANSWERING[addressee]
    fit = [one for one in in_post if one.role in roles and (one.distance == 0 or one.role is not AppointmentRole.OWNER)]
    return min(fit, key=lambda one: (one.distance, roles.index(one.role), not one.has_account), default=None)


@dataclass(frozen=True)
class Said:
    """What a policy says of a sheet, as far as the next things to do are concerned."""

    policy_id: str
    verdict: Verdict
    is_obligation: bool
    is_blocking: bool
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One thing to do on a sheet, and what it gains.

    `settles` counts the findings that wait for this field alone, `breaches` those of them that are breaches of an
    obligation, `helps` those that wait for it among others; `unblocks` says that no blocking obligation is left
    unmet once it is done; `quality` that portals count the field in a sheet's quality.
    """

    field: str
    settles: int
    breaches: int
    obligations: int
    helps: int
    unblocks: bool
    quality: bool

    @property
    def gain(self) -> int:
        """What orders the steps: breaches of law weigh most, then obligations, then the rest."""
        return (
            100 * self.breaches + 30 * self.obligations + 10 * self.settles + 3 * self.helps
            + (50 if self.unblocks else 0) + (2 if self.quality else 0)
        )  # fmt: skip


QUALITY = ("description", "licence", "frequency", "keywords", "temporal_start", "spatial", "distributions")
"""What French portals count in the quality of a sheet: described, licensed, kept fresh, findable, reusable."""


def next_steps(found: Sequence[Said], empty: Sequence[str], *, most: int = 3) -> list[Step]:
    """The things to do on a sheet that gain most, the greatest gain first.

    `empty` names the fields that hold nothing yet, among those that count in a sheet's quality.
    """
    unmet = [one for one in found if one.verdict in {Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE}]
    blocking = {one.policy_id for one in unmet if one.is_blocking and one.is_obligation}
    steps = []
    for field in dict.fromkeys([*(name for one in unmet for name in one.fields), *empty]):
        asking = [one for one in unmet if field in one.fields]
        alone = [one for one in asking if one.fields == (field,)]
        settled = {one.policy_id for one in alone}
        steps.append(
            Step(
                field=field,
                settles=len(alone),
                breaches=sum(one.is_obligation and one.verdict is Verdict.NON_COMPLIANT for one in alone),
                obligations=sum(one.is_obligation for one in alone),
                helps=len(asking) - len(alone),
                unblocks=bool(blocking) and blocking <= settled,
                quality=field in QUALITY,
            )
        )
    return sorted(steps, key=lambda step: -step.gain)[:most]
