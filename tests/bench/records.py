"""The record of processing of 47 bodies, 80 activities each: its list and its sheets, beside the same ceiling."""

from collections.abc import Callable, Iterator

from ground import Ground, registry_command, serving, settled
from measures import Manner, Measured, beside, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.organisations.forms import ServiceForm
from registry.organisations.queries import find_organisations, get_organisation
from registry.organisations.service import add_service
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.processing.activity_templates import load_activity_templates
from registry.processing.forms import ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.parts import PART_KINDS
from registry.processing.service import record_activity

BODIES, ACTIVITIES = 47, 80
LIST, SHEET, BODY = 1.0, 2.0, 4.0
"""Units: % of hello. What is asked of the same pages of datasets."""
_OF_AN_ACTIVITY = {"id", "organisation_id"}
_OF_A_PART = {*_OF_AN_ACTIVITY, "activity_id"}


def fill_records(ground: Ground, home: Home) -> list[int]:
    """Writes the record of one body as people do, then that of the others by copying it; the numbers of the first."""
    owner = ground.owners[0]
    with transaction(home.jobs, Acting("job:bench"), **ground.info) as session:
        authority = get_organisation(session, owner)
        known = len(find_organisations(session, below=owner))
        for number in range(known, BODIES):
            add_service(session, authority, ServiceForm(name=f"Service n° {number}"))
    templates = load_activity_templates()
    numbers = []
    for number in range(ACTIVITIES):
        model = templates[number % len(templates)]
        form = ActivityForm.model_validate({**model.values, "name": f"{model.label}, n° {number}"})
        with transaction(home.jobs, Acting("job:bench"), **ground.info) as session:
            numbers.append(record_activity(session, owner, form, template=model).id)
    with transaction(home.owner, Acting("job:bench"), **ground.info) as session:
        others = [one.id for one in find_organisations(session, below=owner) if one.id != owner][: BODIES - 1]
        _copy_to(session, owner, others)
        session.execute(text("ANALYZE"))
    return numbers


def _copy_to(session: Session, owner: int, others: list[int]) -> None:
    said = {"owner": owner, "others": others}
    columns = ", ".join(name for name in ProcessingActivity.model_fields if name not in _OF_AN_ACTIVITY)
    session.execute(
        text(
            f"INSERT INTO processing_activity (organisation_id, {columns})"
            f" SELECT body, {columns} FROM processing_activity, unnest(CAST(:others AS bigint[])) body"
            " WHERE organisation_id = :owner"
        ),
        said,
    )
    for kind in PART_KINDS.values():
        names = ", ".join(f'part."{name}"' for name in kind.model.model_fields if name not in _OF_A_PART)
        session.execute(
            text(
                f"INSERT INTO {kind.model.__tablename__} (organisation_id, activity_id, {names.replace('part.', '')})"
                f" SELECT copy.organisation_id, copy.id, {names} FROM {kind.model.__tablename__} part"
                " JOIN processing_activity own ON own.id = part.activity_id AND own.organisation_id = :owner"
                " JOIN processing_activity copy ON copy.reference = own.reference AND copy.organisation_id <> :owner"
            ),
            said,
        )


def measure_records(
    ground: Ground, manner: Manner, hello: Callable[[], float], numbers: list[int]
) -> Iterator[Measured]:
    """The list and the sheets of the record, as those of datasets are measured."""
    port = ground.settings.port
    cookie = {"Cookie": f"beffroi={ground.session_token}"}
    bearer = {"Authorization": f"Bearer {ground.api_token}"}
    with serving(registry_command(ground, manner.workers), port, {}) as (process, _starting):
        settled(process)
        held = f"registre de {BODIES} × {ACTIVITIES} traitements"
        for work, requests, goal in (
            (f"{held} : première page", [request("GET", "/traitements", **cookie)], LIST),
            (
                "  le même, restreint par deux facettes et un mot",
                [request("GET", "/traitements?base=public-task&etat=draft&q=gestion", **cookie)],
                LIST,
            ),
            (
                "  une fiche entière avec volets",
                [request("GET", f"/traitements/{n}", **cookie) for n in numbers],
                SHEET,
            ),
            (
                "  la même en JSON",
                [request("GET", f"/api/v1/processing-activities/{n}", **bearer) for n in numbers],
                BODY,
            ),
        ):
            yield beside(work, requests, goal, port, manner, hello)
