"""The pages where rules are decided about: a draft adopted, a rule withdrawn, a text validated; and their files."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from registry.compliance.citations import official_texts
from registry.compliance.decisions.forms import ReasonForm, UnvalidationForm, ValidationForm
from registry.compliance.decisions.offering import offer_of, tried_in_words, what_follows
from registry.compliance.decisions.service import (
    adopt_policy,
    draft_of,
    get_adopted,
    judges_from,
    require_judging,
    text_adopted,
    unvalidate_version,
    validate_version,
    withdraw_policy,
)
from registry.compliance.decisions.showing import DECIDE, decider_of, names_in
from registry.compliance.decisions.views import AdoptPage, ValidationPage, WithdrawPolicyPage
from registry.compliance.engine import engine_of
from registry.compliance.explanation import condition_in_words, days_in_words, validation_in_words
from registry.compliance.simulations.drafts import read_draft
from registry.compliance.simulations.queries import get_simulation
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.platform.models import JobRun
from registry.web.forms import read_number
from registry.web.saving import Unsaved, save
from registry.web.visits import NOTICES, Rejected, Visit, route

READ, RUN = Permission.COMPLIANCE_FINDING_READ, Permission.COMPLIANCE_SIMULATION_RUN
NOTICES.update(
    {
        "regle-adoptee": mark("La règle est adoptée. Les fiches sont jugées de nouveau : ce qu’elle constate arrive."),
        "regle-adoptee-a-venir": mark(
            "La règle est adoptée. Elle ne constate rien encore : elle jugera à partir du jour indiqué ci-dessous."
        ),
        "regle-retiree": mark("La règle est retirée. Les fiches sont jugées de nouveau : ses constats prennent fin."),
        "texte-valide": mark("Ce texte est validé. Il le reste tant qu’il ne change pas."),
        "texte-a-valider": mark("Ce texte est de nouveau à valider."),
    }
)
_SIMULATION = "/conformite/simulations/{simulation_id:int}"
_RULE = "/conformite/{policy_id:str}"


def _file(visit: Visit, text: str, number: str) -> Response[Any]:
    name = f"{number.lower()}.yaml"
    headers = {**visit.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type="application/yaml; charset=utf-8", headers=headers)


@route("GET", f"{_SIMULATION}/projet", RUN, media_type="application/yaml")
def send_draft(visit: Visit, simulation_id: int) -> Response[Any]:
    """The draft that was tried, as a file that a folder of local policies accepts."""
    run = get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))
    return _file(visit, draft_of(run), run.arguments["policy_id"])


@route("GET", f"{_RULE}/fichier", READ, media_type="application/yaml")
def send_policy(visit: Visit, policy_id: str) -> Response[Any]:
    """The text of a rule that was adopted here, as a folder of local policies accepts it: its last, or an earlier."""
    adopted = get_adopted(engine_of(visit.session), policy_id)
    decision = read_number(visit.query("decision"))
    return _file(visit, adopted.text if decision is None else text_adopted(adopted, decision), policy_id)


@route("GET", f"{_SIMULATION}/adopter", DECIDE)
def show_adopt(visit: Visit, simulation_id: int) -> Response[Any]:
    """What adopting a draft would do, and the reason to give."""
    decider_of(visit)
    run = get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))
    return _adopt_page(visit, run, {}, {})


def _adopt_page(
    visit: Visit, run: JobRun, values: Mapping[str, str], errors: Mapping[str, str], status: int = HTTP_200_OK
) -> Response[Any]:
    text = draft_of(run)
    offer = offer_of(visit, run)
    page = AdoptPage(
        simulation_id=run.id,
        title=offer.title,
        marks=offer.marks,
        tried=tried_in_words(visit, run),
        follows=what_follows(visit, offer),
        refusal=offer.refusal,
        draft=text,
        values=values,
        errors=errors,
    )
    return visit.page("compliance/policy_adopt.html", page, status=status)


@route("POST", f"{_SIMULATION}/adopter", DECIDE)
def adopt_one(visit: Visit, simulation_id: int) -> Response[Any]:
    """Adopts the draft of a simulation that is over."""
    by = decider_of(visit)
    run = get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))
    typed, read = {"reason": visit.form_data().first("reason")}, visit.form(ReasonForm)
    made = save(read, lambda form: adopt_policy(visit.session, draft_of(run), form.reason, by, run=run))
    if isinstance(made, Unsaved):
        return _adopt_page(visit, run, typed, made.errors, made.status)
    policy = read_draft(draft_of(run), engine_of(visit.session)).policy
    later = policy is not None and judges_from(policy, visit.today) is not None
    return visit.go(f"/conformite/{made[0].policy_id}", done="regle-adoptee-a-venir" if later else "regle-adoptee")


@route("GET", f"{_RULE}/retirer", DECIDE)
def show_withdraw_policy(visit: Visit, policy_id: str) -> Response[Any]:
    """Asks why a rule that was adopted here is withdrawn."""
    decider_of(visit)
    return _withdraw_page(visit, policy_id, {}, {})


def _withdraw_page(
    visit: Visit, policy_id: str, values: Mapping[str, str], errors: Mapping[str, str], status: int = HTTP_200_OK
) -> Response[Any]:
    adopted = get_adopted(engine_of(visit.session), policy_id)
    if not adopted.stands:
        raise Conflict(_("Cette règle est déjà retirée."))
    page = WithdrawPolicyPage(
        policy_id=policy_id,
        title=adopted.policy.name() if adopted.policy is not None else policy_id,
        follows=_(
            "Elle ne jugera plus personne : ce qu’elle constate prend fin, et les écarts assumés sur elle aussi, avec "
            "ce motif. Son texte et son histoire restent lisibles ; elle peut être adoptée de nouveau."
        ),
        values=values,
        errors=errors,
    )
    return visit.page("compliance/policy_withdraw.html", page, status=status)


@route("POST", f"{_RULE}/retirer", DECIDE)
def withdraw_one_policy(visit: Visit, policy_id: str) -> Response[Any]:
    """Withdraws a rule that was adopted here."""
    by = decider_of(visit)
    read = visit.form(ReasonForm)
    if isinstance(read, Rejected):
        typed = {"reason": visit.form_data().first("reason")}
        return _withdraw_page(visit, policy_id, typed, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    withdraw_policy(visit.session, policy_id, read.form.reason, by)
    return visit.go(f"/conformite/{policy_id}", done="regle-retiree")


@route("GET", f"{_RULE}/validation", DECIDE)
def show_validation(visit: Visit, policy_id: str) -> Response[Any]:
    """The text of a version, to validate or to send back."""
    decider_of(visit)
    return _validation_page(visit, policy_id, visit.query("texte"), {}, {})


def _validation_page(
    visit: Visit, policy_id: str, digest: str, values: Mapping[str, Any], errors: Mapping[str, str],
    status: int = HTTP_200_OK,
) -> Response[Any]:  # fmt: skip
    engine = engine_of(visit.session)
    require_judging(engine, policy_id)
    catalogue = engine.catalogue
    found = catalogue.find_text(policy_id, digest)
    if found is None:
        raise NotFound(_("Ce texte n’est plus celui de la règle : rouvrez sa page."))
    policy, version = found
    known = catalogue.validation_of(policy, version)
    decision = known.decision if known is not None else None
    names = names_in(visit, [decision] if decision is not None else [])
    page = ValidationPage(
        policy_id=policy.id, title=policy.name(), force=policy.force.label, severity=policy.severity.label,
        validation=validation_in_words(known, names[decision.decided_by] if decision is not None else ""),
        is_validated=known is not None, digest=digest, plain=version.in_plain_words(),
        condition=condition_in_words(catalogue, version), remedy=policy.what_to_do(),
        article=f"{version.text}, {version.article}", address=version.address, note=version.note or "",
        days=days_in_words(version, visit.today),
        evidence=version.evidence.label,
        official=official_texts(visit.session, catalogue, policy, visit.today)[version.digest],
        values={"validated_on": visit.today, **values}, errors=errors,
    )  # fmt: skip
    return visit.page("compliance/policy_validation.html", page, status=status)


@route("POST", f"{_RULE}/valider", DECIDE)
def validate_one(visit: Visit, policy_id: str) -> Response[Any]:
    """A jurist answers for a version's text."""
    by = decider_of(visit)
    data, read = visit.form_data(), visit.form(ValidationForm)
    typed = {name: data.first(name) for name in ("validated_on", "note")}
    digest = data.first("digest")
    made = save(read, lambda form: validate_version(visit.session, policy_id, form, by))
    if isinstance(made, Unsaved):
        return _validation_page(visit, policy_id, digest, typed, made.errors, made.status)
    return visit.go(f"/conformite/{policy_id}#regle", done="texte-valide")


@route("POST", f"{_RULE}/remettre-a-valider", DECIDE)
def unvalidate_one(visit: Visit, policy_id: str) -> Response[Any]:
    """A version's text is to be validated again."""
    by = decider_of(visit)
    data, read = visit.form_data(), visit.form(UnvalidationForm)
    digest = data.first("digest")
    if isinstance(read, Rejected):
        typed = {"reason": data.first("reason")}
        return _validation_page(visit, policy_id, digest, typed, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    unvalidate_version(visit.session, policy_id, digest, read.form.reason, by)
    return visit.go(f"/conformite/{policy_id}#regle", done="texte-a-valider")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    send_draft, send_policy, show_adopt, adopt_one, show_withdraw_policy, withdraw_one_policy, show_validation,
    validate_one, unvalidate_one,
)  # fmt: skip
