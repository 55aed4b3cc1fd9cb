"""What the form of an activity shows: a new one, one as it stands, one as somebody typed it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.status_codes import HTTP_200_OK

from registry.kernel.permissions import Permission
from registry.kernel.words import current_locale
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.processing.activity_templates import MEASURES, find_activity_template
from registry.processing.forms import ActivityForm
from registry.processing.layout import ABSENCES, SECTIONS, SEVERAL, TRUTHS
from registry.processing.models import ProcessingActivity
from registry.processing.views import ActivityFormPage
from registry.processing.vocabulary import ONE_OF, SOME_OF, ActivityStatus, ProcessingRole
from registry.processing.wording import FIELD_LABELS, LISTS, field_label, say_value
from registry.web.forms import FormData
from registry.web.visits import Visit

RECORD = Permission.PROCESSING_ACTIVITY_RECORD
_NEVER_EMPTY = {"name": "", "role": str(ProcessingRole.CONTROLLER), "status": str(ActivityStatus.DRAFT)}


def typed_values(data: FormData) -> dict[str, Any]:
    """What the form shows, as it was typed: an empty field is emptied."""
    values: dict[str, Any] = {}
    for name in ActivityForm.model_fields:
        if not data.has(name):
            continue
        if name in SEVERAL:
            # A choice between two versions sends several codes as one value.
            values[name] = [code for value in data.all(name) for code in value.split()]
        elif name in TRUTHS:
            values[name] = {"true": True, "false": False}.get(data.first(name))
        else:
            values[name] = data.first(name).strip() or _NEVER_EMPTY.get(name)
    return values


def values_of(activity: ProcessingActivity) -> dict[str, Any]:
    """An activity as its form shows it."""
    values = ActivityForm.model_validate(activity).model_dump(mode="json")
    if activity.reference.startswith("urn:uuid:"):
        values["reference"] = None
    return values


def form_choices() -> dict[str, list[tuple[str, str]]]:
    """The choices of every closed field of the form."""
    choices = {name: [(str(one), one.label) for one in members] for name, members in {**ONE_OF, **SOME_OF}.items()}
    choices |= {name: load_list(of).choices(current_locale()) for name, of in LISTS.items()}
    choices["declared_absent"] = [(name, field_label(name)) for name in ABSENCES]
    return choices


def say_suggested(template_id: str | None) -> str:
    """The security measures that a template suggests, in words: they are taken once somebody says so."""
    template = find_activity_template(template_id)
    return say_value(MEASURES, list(template.measures)) if template is not None else ""


def show_form(
    visit: Visit,
    activity: ProcessingActivity | None,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    version: int | None = None,
    reason: str = "",
    status: int = HTTP_200_OK,
) -> Response[Any]:
    """The form; with what was typed, it still says on which version the person began to type."""
    reach, said = visit.visitor.reach(RECORD), errors or {}
    page = ActivityFormPage(
        id=activity.id if activity else None,
        version=version if version is not None else activity.version if activity else None,
        name=activity.name if activity else "",
        values=values,
        errors=said,
        labels={name: field_label(name) for name in FIELD_LABELS},
        organisations=[(str(body.id), body.name) for body in find_organisations(visit.session) if body.id in reach],
        choices=form_choices(),
        sections=SECTIONS,
        reason=reason,
        suggested=say_suggested(activity.template if activity else values.get("template")),
    )
    return visit.page("processing/form.html", page, status=status)
