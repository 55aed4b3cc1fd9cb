"""The pages of hand-overs: what somebody holds, who takes it over, and reversing it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.desk.forms import HandOverForm
from registry.desk.handover_queries import Held, find_handovers, get_handover
from registry.desk.handover_service import Holdings, bodies_of, duties_of, hand_over, holdings_of, undo_hand_over
from registry.desk.question_queries import find_asked
from registry.desk.views import HandOverLine, HandOverPage
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark, ngettext
from registry.organisations.queries import choices_of, find_people, get_known, is_person_of
from registry.web.forms import Rejected
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

APPOINT = Permission.ORGANISATIONS_APPOINTMENT_RECORD
_EXCERPT = 100

NOTICES.update(
    {
        "passation-faite": mark("La passation est faite : elle peut être défaite tant que rien n’a changé depuis."),
        "passation-en-partie": mark(
            "La passation est faite, sauf les tâches que cette personne n’a pas le droit de faire : elles restent où "
            "elles étaient."
        ),
        "passation-defaite": mark("La passation est défaite : chacun retrouve ce qu’il tenait."),
    }
)


def _holdings(visit: Visit, person_id: int) -> Holdings:
    return holdings_of(visit.session, person_id, visit.today, within=visit.visitor.reach(APPOINT))


def _post_in_words(held: Held, today: date) -> str:
    said = f"{held.role.label} — {held.name}"
    if held.until is None:
        return said
    words = _("{post} (jusqu’au {day})") if held.until > today else _("{post} (vacant depuis le {day})")
    return words.format(post=said, day=say_day(held.until))


def _parts(visit: Visit, holdings: Holdings) -> list[tuple[str, str]]:
    """What is held, each part by its code and in words."""
    parts = [(f"appointment:{one.id}", _post_in_words(one, visit.today)) for one in holdings.appointments]
    asked = find_asked(visit.session, [one.id for one in holdings.questions])
    parts += [
        (f"question:{one.id}", _("Question : « {words} »").format(words=asked[one.id].text[:_EXCERPT]))
        for one in holdings.questions
        if one.id in asked
    ]
    parts += [
        (f"delegation:{one.id}", _("Tâche confiée n° {number}").format(number=place))
        for place, one in enumerate(holdings.tasks, start=1)
    ]
    return parts


def _page(
    visit: Visit, person_id: int, values: Mapping[str, str], chosen: Sequence[str] | None, errors: Mapping[str, str],
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    known = get_known(visit.session, person_id)
    held = _holdings(visit, person_id)
    parts = _parts(visit, held)
    people = find_people(visit.session, visit.visitor.reach(APPOINT))
    done = find_handovers(visit.session, person_id)
    stands = bool(done) and not max(done, key=lambda one: one.id).undone
    visit.agrees.update(
        {"passation-faite": stands, "passation-en-partie": stands, "passation-defaite": any(one.undone for one in done)}
    )
    names = {one.id: one.name or one.email or "" for one in people}
    view = HandOverPage(
        person_id=person_id, name=known.name or known.email or _("Personne effacée"), parts=parts,
        chosen=[code for code, _words in parts] if chosen is None else chosen,
        duties=duties_of(held, held.codes),
        people=[one for one in choices_of(people) if one[0] != str(person_id)],
        done=[
            HandOverLine(
                one.id, names.get(one.to_person_id, ""), one.since,
                ngettext("{count} part reprise", "{count} parts reprises", len(one.moved)).format(count=len(one.moved)),
                one.undone,
            )
            for one in done
        ],
        values=values, errors=errors,
    )  # fmt: skip
    return visit.page("desk/hand_over.html", view, status=status)


@route("GET", "/bureau/passations/{person_id:int}", APPOINT)
def show_hand_over(visit: Visit, person_id: int) -> Response[Any]:
    """What somebody holds, and the form that gives it to a successor."""
    return _page(visit, person_id, {"since": visit.today.isoformat()}, None, {})


@route("POST", "/bureau/passations/{person_id:int}", APPOINT)
def record_hand_over(visit: Visit, person_id: int) -> Response[Any]:
    """Gives what is ticked to a successor, in one act."""
    get_known(visit.session, person_id)
    data = visit.form_data()
    values, chosen = (
        {name: data.first(name) for name in ("person_id", "since", "reason", "confirmed")},
        data.all("parts"),
    )
    read = visit.form(HandOverForm)
    if isinstance(read, Rejected):
        return _page(visit, person_id, values, chosen, read.errors, HTTP_422_UNPROCESSABLE_ENTITY)
    if not is_person_of(visit.session, read.form.person_id, visit.visitor.reach(APPOINT)):
        # A foreign key sees every person: whom the list does not offer is refused as whom does not exist.
        errors = {"person_id": _("Choisissez une personne de la liste.")}
        return _page(visit, person_id, values, chosen, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        with visit.session.begin_nested():
            made = hand_over(visit.session, person_id, _holdings(visit, person_id), read.form)
    except Invalid as refusal:
        errors = refusal.by_field
        return _page(visit, person_id, values, chosen, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    except Conflict as refusal:
        errors = {"since": refusal.message}
        return _page(visit, person_id, values, chosen, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    whole = len(made.moved) == len(set(read.form.parts))
    return visit.go(f"/bureau/passations/{person_id}", done="passation-faite" if whole else "passation-en-partie")


@route("POST", "/bureau/passations/faites/{handover_id:int}/defaire", APPOINT)
def reverse(visit: Visit, handover_id: int) -> Response[Any]:
    """Reverses a hand-over."""
    for organisation_id in sorted(bodies_of(get_handover(visit.session, handover_id))):
        visit.visitor.require(APPOINT, organisation_id)
    found = undo_hand_over(visit.session, handover_id)
    return visit.go(f"/bureau/passations/{found.from_person_id}", done="passation-defaite")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_hand_over, record_hand_over, reverse)
