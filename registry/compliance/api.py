"""The JSON API of compliance: the policies, and what they find."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from pydantic import Field

from registry.compliance.citations import official_texts
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.engine import Engine, engine_of
from registry.compliance.explanation import awaited_in_words, condition_in_words
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.queries import Found, count_all, find_findings
from registry.compliance.vocabulary import Evidence, Force, Severity, SubjectKind, Verdict, VersionStatus
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark
from registry.legal.views import OfficialTexts
from registry.web.calls import ApiCall, Number, PageQuestions
from registry.web.visits import Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
TAG = mark("Conformité")
PolicyNumber = Annotated[str, Field(max_length=60)]
_LABELS = {
    "policy_id": mark("Le numéro de la règle"),
    "verdict": mark("Ce que la règle constate"),
    "subject_kind": mark("Le genre de fiche"),
    "subject_id": mark("Le numéro de la fiche"),
    "organisation_id": mark("L’organisation à qui est la fiche"),
    "period": mark("L’année d’une obligation annuelle ; rien pour les autres"),
    "missing": mark("Les faits qui manquent pour conclure"),
    "turns_on": mark("Le jour où le constat tourne de lui-même, si rien ne change"),
    "turns_into": mark("Ce qu’il devient ce jour-là"),
    "deviation": mark("L’écart qui porte sur ce constat : il l’annote et ne l’efface pas"),
    "expires_on": mark("Le dernier jour où l’écart est assumé"),
    "since": mark("Depuis quand ces faits sont connus"),
    "force": mark("Ce que la règle engage : obligation, recommandation, bonne pratique ou veille"),
    "remedy": mark("Ce qu’il faut faire"),
    "article": mark("L’article de droit"),
    "condition": mark("La condition, en mots"),
    "digest": mark("L’empreinte du texte de cette version : une validation porte sur elle"),
    "validated_on": mark("Depuis quand un juriste répond de ce texte ; rien tant qu’il est à valider"),
    "validated_as": mark("Le rôle qui l’a validé"),
    "awaited": mark("Pourquoi la règle ne juge encore personne ; rien pour celles qui jugent"),
}


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of this room."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class FindingBody:
    """What one policy says of one subject today."""

    id: int
    subject_kind: SubjectKind
    subject_id: int
    organisation_id: int
    policy_id: str
    period: int | None
    verdict: Verdict
    missing: list[str]
    turns_on: date | None
    turns_into: Verdict | None
    since: datetime
    deviation: "HeldBody | None"


@dataclass(frozen=True)
class HeldBody:
    """The open deviation that bears on a breach: the one that holds, else the one asked for, else an expired one."""

    id: int
    state: DeviationState
    expires_on: date


@dataclass(frozen=True)
class FindingsBody:
    """A page of findings."""

    findings: list[FindingBody]
    next: str | None


@dataclass(frozen=True)
class CitedArticleBody:
    """An article a version cites, in its official version of today or of the nearest day on which that one binds.

    `changed_on` are the days of the versions that came after the one the policy was written on.
    """

    text: str
    number: str
    in_force_from: date | None
    in_force_until: date | None
    content: str | None
    address: str | None
    changed_on: list[date]


@dataclass(frozen=True)
class PolicyVersionBody:
    """One dated version of a policy, with its law."""

    status: VersionStatus
    effective_from: date
    effective_until: date | None
    text: str
    article: str
    address: str | None
    evidence: Evidence
    condition: str
    current: bool
    digest: str
    validated_on: date | None
    validated_as: Role | None
    articles: list[CitedArticleBody]


@dataclass(frozen=True)
class PolicyLineBody:
    """A policy in the list, with how many findings read each verdict within the asker's rights.

    `awaited` says why it judges nobody yet, where it does not.
    """

    id: str
    title: str
    subject_kind: SubjectKind
    force: Force
    severity: Severity
    remedy: str
    counts: dict[str, int]
    awaited: str


@dataclass(frozen=True)
class PoliciesBody:
    """A page of policies, by number."""

    total: int
    policies: list[PolicyLineBody]
    next: str | None


@dataclass(frozen=True)
class PolicyBody(PolicyLineBody):
    """A policy with all its versions."""

    versions: list[PolicyVersionBody]


class FindingQuestions(PageQuestions):
    """What the list of findings is narrowed to."""

    subject_kind: SubjectKind | None = Field(default=None, description=_LABELS["subject_kind"])
    subject_id: Number | None = Field(default=None, description=_LABELS["subject_id"])
    organisation: list[Number] = Field(default_factory=list, description=_LABELS["organisation_id"])
    policy_id: PolicyNumber | None = Field(default=None, description=_LABELS["policy_id"])
    verdict: Verdict | None = Field(default=None, description=_LABELS["verdict"])


@route(
    "GET", "/api/v1/findings", READ,
    about=about(mark("Les constats dans vos droits, tels qu’ils se lisent aujourd’hui."), asks=FindingQuestions),
)  # fmt: skip
def list_findings(visit: Visit) -> Response[FindingsBody]:
    """The findings within the asker's rights, as they read today."""
    asked = visit.asked(FindingQuestions)
    (after,) = asked.place(int) or (0,)
    found = find_findings(
        visit.session, visit.today, kind=asked.subject_kind, subject_id=asked.subject_id,
        organisation_ids=frozenset(asked.organisation) or None, policy_id=asked.policy_id, verdict=asked.verdict,
        after=after, limit=asked.limit + 1,
    )  # fmt: skip
    more, found = len(found) > asked.limit, found[: asked.limit]
    lines = [
        FindingBody(
            one.id, one.subject_kind, one.subject_id, one.organisation_id, one.policy_id, one.period or None,
            one.verdict, list(one.missing), one.turns_on, one.turns_into, one.since, _held(one),
        )
        for one in found
    ]  # fmt: skip
    return visit.answer(FindingsBody(lines, asked.following((found[-1].id,) if more else None)))


def _held(found: Found) -> HeldBody | None:
    held = found.deviation if found.verdict is Verdict.NON_COMPLIANT else None
    return None if held is None else HeldBody(held.id, held.state, held.expires_on)


class PolicyQuestions(PageQuestions):
    """What the list of policies is narrowed to: nothing yet."""


@route(
    "GET", "/api/v1/policies", READ,
    about=about(mark("Les règles, par numéro, avec ce qu’elles constatent dans vos droits."), asks=PolicyQuestions),
)  # fmt: skip
def list_policies(visit: Visit) -> Response[PoliciesBody]:
    """Every policy, with its counts within the asker's rights."""
    asked = visit.asked(PolicyQuestions)
    (after,) = asked.place(str) or ("",)
    every = sorted(engine_of(visit.session).catalogue.policies, key=lambda policy: policy.id)
    rows = [policy for policy in every if policy.id > after]
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    counts = _counts(visit)
    lines = [PolicyLineBody(**_line(visit, policy, counts)) for policy in rows]
    return visit.answer(PoliciesBody(len(every), lines, asked.following((rows[-1].id,) if more else None)))


@route(
    "GET", "/api/v1/policies/{policy_id:str}", READ,
    about=about(mark("Une règle : son droit daté, sa condition en mots, ce qu’elle constate.")),
)  # fmt: skip
def read_policy(visit: Visit, policy_id: str) -> Response[PolicyBody]:
    """One policy with its versions."""
    engine = engine_of(visit.session)
    policy = engine.catalogue.find(policy_id)
    if policy is None:
        raise NotFound(_("Aucune règle ne porte ce numéro."))
    official = official_texts(visit.session, engine.catalogue, policy, visit.today)
    versions = [
        _version(engine, policy, version, official[version.digest], visit.today) for version in policy.versions
    ]  # fmt: skip
    return visit.answer(PolicyBody(**_line(visit, policy, _counts(visit)), versions=versions))


def _counts(visit: Visit) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for policy_id, verdict, number in count_all(visit.session, visit.today):
        counts.setdefault(policy_id, {})[str(verdict)] = number
    return counts


def _line(visit: Visit, policy: Policy, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    engine = engine_of(visit.session)
    binding = [version for version in policy.versions if version.applies_on(visit.today)]
    return {
        "id": policy.id, "title": policy.name(), "subject_kind": policy.subject, "force": policy.force,
        "severity": policy.severity, "remedy": policy.what_to_do(), "counts": counts.get(policy.id, {}),
        "awaited": "".join(awaited_in_words(engine, policy, version) for version in binding),
    }  # fmt: skip


def _version(
    engine: Engine, policy: Policy, version: PolicyVersion, official: OfficialTexts, today: date
) -> PolicyVersionBody:
    validation = engine.catalogue.validation_of(policy, version)
    return PolicyVersionBody(
        version.status, version.effective_from, version.effective_until, version.text, version.article,
        version.address, version.evidence, condition_in_words(engine.catalogue, version), version.applies_on(today),
        policy.digest_of(version), validation.on if validation else None, validation.role if validation else None,
        [
            CitedArticleBody(
                one.title, one.number, one.in_force_from, one.in_force_until, "\n".join(one.lines) or None,
                one.address or None, [change.day for change in one.changes],
            )
            for one in official.shown
        ],
    )  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_findings, list_policies, read_policy)
