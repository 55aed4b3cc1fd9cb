"""The pages of simulations: the list with its form, what one says, and its file."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.simulations.drafts import read_draft
from registry.compliance.simulations.forms import SimulationForm
from registry.compliance.simulations.queries import find_simulations, get_simulation
from registry.compliance.simulations.service import ask_simulation
from registry.compliance.simulations.showing import RUN, SHOWN, as_csv, simulation_page, title_of
from registry.compliance.simulations.views import DraftCheck, SimulationLine, SimulationsPage
from registry.kernel.errors import Conflict
from registry.kernel.words import _, current_locale, ngettext
from registry.platform.models import JobState
from registry.web.forms import WHOLE, read_number
from registry.web.scripts import asked_by_script
from registry.web.templating import say_number
from registry.web.visits import Rejected, Visit, route

LIST = "/conformite/simulations"
UNCHECKED = DraftCheck((), "")


def _page(
    visit: Visit,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    checked: DraftCheck = UNCHECKED,
    status: int = HTTP_200_OK,
) -> Response[Any]:
    before = read_number(visit.query("avant"))
    found = find_simulations(visit.session, visit.visitor.reach(RUN), before=before, limit=SHOWN + 1)
    more, found = len(found) > SHOWN, found[:SHOWN]
    names = find_actor_names(visit.session, {row.actor for row in found})
    catalogue = engine_of(visit.session).catalogue
    page = SimulationsPage(
        rows=[
            SimulationLine(
                id=row.id,
                title=title_of(row.policy_id, row.title if current_locale() == "fr" else row.title_en, row.law_of),
                asked_at=row.created_at, asked_by=names[row.actor], state=row.state.label,
                changed=say_number(row.changed) if row.changed is not None else "",
            )
            for row in found
        ],
        policies=[(one.id, f"{one.id} · {one.name()}") for one in catalogue.policies if one.id in catalogue.files],
        begun_from=visit.query("regle"), begun_words=_begun_in_words(catalogue, visit.query("regle"), visit.today),
        values=values, errors=errors, problems=checked.problems,
        reads=checked.reads, first_address=f"{LIST}#demandees" if before is not None else "",
        next_address=f"{LIST}?avant={found[-1].id}#demandees" if more else "",
    )  # fmt: skip
    return visit.page("compliance/simulations.html", page, status=status)


@route("GET", LIST, RUN)
def show_simulations(visit: Visit) -> Response[Any]:
    """The simulations, and the form: empty, or holding the text of a policy to begin from."""
    catalogue, number = engine_of(visit.session).catalogue, visit.query("regle")
    path, adopted = catalogue.paths.get(number), catalogue.decided.adopted.get(number)
    # A body's own file may be gone since it was read.
    begun = path.read_text("utf-8") if path is not None and path.exists() else adopted.text if adopted else ""
    return _page(visit, {"draft": begun}, {})


def _begun_in_words(catalogue: Catalogue, number: str, today: date) -> str:
    """What is to be known of a text that a draft begins from: what the body chose otherwise, under which number."""
    policy = catalogue.find(number)
    if policy is None or number not in catalogue.paths:
        return ""
    said = [_("Pour adopter ensuite ce projet, donnez-lui un autre numéro : ceux du logiciel ne se remplacent pas.")]
    if number in catalogue.chosen:
        now = next((one for one in policy.versions if one.applies_on(today)), policy.versions[-1])
        values = ", ".join(f"{one.title()}{_(' : ')}{one.value}" for one in now.parameters.values())
        said.insert(
            0,
            _(
                "Ce texte est celui du logiciel, sans les valeurs que la collectivité a choisies. Celles qui jugent "
                "aujourd’hui : {values}. Écrivez-les dans le projet pour partir de là."
            ).format(values=values),
        )
    return " ".join(said)


@route("POST", LIST, RUN)
def ask_one(visit: Visit) -> Response[Any]:
    """Asks for a simulation; a draft that does not read, or whose cases fail, is shown again with its lines."""
    read = visit.form(SimulationForm)
    if isinstance(read, Rejected):
        return _page(visit, _typed(visit), _told(visit, read), status=HTTP_422_UNPROCESSABLE_ENTITY)
    draft = None
    if read.form.draft is not None:
        found = read_draft(read.form.draft, engine_of(visit.session))
        draft = found.policy
        if draft is None:
            return _page_of_faults(visit, found.problems)
    run = ask_simulation(
        visit.session, read.form, draft, visit.visitor.reach(RUN), by=visit.visitor.account_id, actor=visit.actor,
        key=secrets.token_hex(8),
    )  # fmt: skip
    return visit.go(f"/travaux/{run.id}")


@route("POST", f"{LIST}/verification", RUN)
def check_one(visit: Visit) -> Response[Any]:
    """Says whether a draft reads and what its cases give, while somebody writes it; nothing is asked for nor kept."""
    read = visit.form(SimulationForm)
    if isinstance(read, Rejected):
        checked = DraftCheck(tuple(_told(visit, read).values()), "")
    else:
        checked = _check(visit, read.form.draft or "")
    if asked_by_script(visit.request):
        return visit.page("compliance/_draft_check.html", checked)
    return _page_of_faults(visit, checked.problems) if checked.problems else _page(visit, _typed(visit), {}, checked)


def _told(visit: Visit, read: Rejected) -> Mapping[str, str]:
    """What is wrong with a form: that of a draft, sent empty, is told that the draft is missing."""
    data = visit.form_data()
    if data.has("draft") and not data.has("law_of") and WHOLE in read.errors:
        return {"draft": _("Écrivez le projet de règle.")}
    return read.errors


def _page_of_faults(visit: Visit, problems: Sequence[str]) -> Response[Any]:
    """The draft shown again with what is wrong: one fault is said beside it, several are listed there."""
    several = len(problems) > 1
    said = _("Ce projet ne peut pas encore être essayé : corrigez les lignes indiquées.") if several else problems[0]
    checked = DraftCheck(problems if several else (), "")
    return _page(visit, _typed(visit), {"draft": said}, checked, HTTP_422_UNPROCESSABLE_ENTITY)


def _check(visit: Visit, text: str) -> DraftCheck:
    found = read_draft(text, engine_of(visit.session))
    if found.policy is None:
        return DraftCheck(found.problems, "")
    count = len(found.policy.cases)
    words = ngettext(
        "Ce projet se lit, et son exemple donne le constat attendu : il peut être essayé.",
        "Ce projet se lit, et ses {count} exemples donnent les constats attendus : il peut être essayé.",
        count,
    )
    return DraftCheck((), words.format(count=count))


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.form_data().first(name) for name in SimulationForm.model_fields}


@route("GET", f"{LIST}/{{simulation_id:int}}", RUN)
def show_simulation(visit: Visit, simulation_id: int) -> Response[Any]:
    """What a simulation says: who would change verdict, by organisation."""
    run = get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))
    return visit.page("compliance/simulation.html", simulation_page(visit, run))


@route("GET", f"{LIST}/{{simulation_id:int}}/fichier", RUN, media_type="text/csv")
def send_simulation(visit: Visit, simulation_id: int) -> Response[Any]:
    """Who would change verdict, as a file for a spreadsheet.

    Raises: Conflict while the simulation is not over.
    """
    run = get_simulation(visit.session, simulation_id, visit.visitor.reach(RUN))
    if run.state is not JobState.DONE:
        raise Conflict(_("Cette simulation n’est pas terminée : son fichier n’existe pas encore."))
    name = f"simulation-{simulation_id}.csv"
    headers = {**visit.headers, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(visit, run), media_type="text/csv", headers=headers)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_simulations, ask_one, check_one, show_simulation, send_simulation)
