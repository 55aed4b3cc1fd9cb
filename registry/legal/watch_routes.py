"""The pages of the legal watch: the list with what loaded texts propose, and the form."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.accounts.queries import find_actor_names
from registry.kernel.paging import read_place, write_place
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.legal.forms import WatchForm
from registry.legal.law import count_judged, law_of
from registry.legal.models import WatchEntry
from registry.legal.queries import find_versions
from registry.legal.rules import Law, official_address, write_number
from registry.legal.views import (
    WATCH_LABELS,
    EntryView,
    ProposalView,
    WatchAsidePage,
    WatchFormPage,
    WatchPage,
    article_address,
)
from registry.legal.vocabulary import WatchStatus
from registry.legal.watch_queries import (
    EntryOf,
    count_entries,
    find_annulments,
    find_entries,
    find_followed,
    get_entry,
    place_of,
)
from registry.legal.watch_service import ANNULLED as IS_ANNULLED
from registry.legal.watch_service import amend_entry, record_entry, set_entry_aside
from registry.legal.watching import Proposal, counted, find_proposals, touched_by, uncited_of
from registry.organisations.queries import find_organisations
from registry.web.forms import FormData, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.setting_aside import to_say_why
from registry.web.templating import say_moment
from registry.web.visits import NOTICES, Visit, route

READ, RECORD = Permission.LEGAL_TEXT_READ, Permission.LEGAL_WATCH_RECORD
NOTICES.update(
    {
        "veille-enregistree": mark("La veille est enregistrée."),
        "veille-sans-regle": mark(
            "La veille est enregistrée. Aucune règle ne cite tout ou partie de ces articles : vérifiez leur numéro."
        ),
        "veille-annulee": mark("La veille est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "veille-retablie": mark("La veille est rétablie."),
    }
)
_PAGE = 50
ANNULLED = "?annulees=true"
_TEXTS = frozenset({"title", "changes", "status"})


@route("GET", "/droit/veille", READ)
def show_watch(visit: Visit) -> Response[Any]:
    """What loaded texts propose to study, then the changes of law that people follow."""
    said = visit.query("etat")
    status = WatchStatus(said) if said in set(WatchStatus) else None
    annulled = visit.query("annulees") == "true" and status is None
    chosen = f"?etat={status}" if status is not None else ANNULLED if annulled else ""
    here = f"/droit/veille{chosen}"
    place = read_place(here, visit.query("apres") or None, int, int, int)
    law, judged = law_of(visit.session), count_judged(visit.session, visit.today)
    # What is to be studied opens the list: it is not looked for under a status, nor on the pages that follow.
    proposals = (
        find_proposals(visit.session, law, find_followed(visit.session, visit.visitor.organisation_id))
        if not chosen and place is None
        else []
    )
    found = find_entries(visit.session, status=status, annulled=annulled, after=place, limit=_PAGE + 1)
    more, found = len(found) > _PAGE, found[:_PAGE]
    following = write_place(here, place_of(found[-1].row)) if more else ""
    counts, annulments = count_entries(visit.session), _annulments(visit, [one.row for one in found])
    page = WatchPage(
        proposals=[_proposal(one, judged) for one in proposals],
        entries=[_entry(visit, one, law, judged, annulments.get(one.row.id, "")) for one in found],
        tabs=[(_("Toutes ({number})").format(number=sum(counts.values())), "/droit/veille")]
        + [(f"{one.label} ({counts[one]})", f"/droit/veille?etat={one}") for one in WatchStatus]
        + [(_("Annulées"), f"/droit/veille{ANNULLED}")],
        here=here,
        narrowed=bool(chosen),
        annulled=annulled,
        may_record=visit.visitor.may(RECORD),
        first_address=here if place is not None else "",
        next_address=f"{here}{'&' if chosen else '?'}apres={following}" if more else "",
    )
    return visit.page("legal/watch.html", page)


def _annulments(visit: Visit, entries: Iterable[WatchEntry]) -> dict[int, str]:
    """Of those that are annulled, by whom, when and why."""
    annulled = [one.id for one in entries if one.annulled]
    found = find_annulments(visit.session, annulled) if annulled else {}
    names = find_actor_names(visit.session, {one.actor for one in found.values()}) if found else {}
    return {
        number: _("Annulée le {moment} par {name} : {reason}").format(
            moment=say_moment(one.recorded_at), name=names[one.actor], reason=one.reason or ""
        )
        for number, one in found.items()
    }


def _entry(visit: Visit, found: EntryOf, law: Law, judged: Mapping[str, int], annulment: str) -> EntryView:
    one = found.row
    text = next((known.title for known in law.texts if known.identifier == one.text_identifier), one.text_identifier)
    tone = "to-complete" if one.status.is_open else "compliant" if one.status is WatchStatus.DONE else "not-applicable"
    return EntryView(
        one.id, found.organisation, one.title, text or "", one.articles or "", one.changes, one.effective_from,
        one.source_address or "", one.status.label, tone, one.note or "", counted(touched_by(law, one), judged),
        ", ".join(uncited_of(law, one)), one.annulled, annulment,
        visit.visitor.may(RECORD, one.organisation_id),
    )  # fmt: skip


def _proposal(one: Proposal, judged: Mapping[str, int]) -> ProposalView:
    text = one.article.text
    return ProposalView(
        number=one.article.number, text=text.title, day=one.day,
        address=official_address(text.nature, one.version.identifier),
        own_address=f"{article_address(one.article.citation)}?le={one.day}",
        new_address=f"/droit/veille/nouvelle?texte={quote(text.identifier)}&article={quote(one.article.number)}"
        f"&version={quote(one.version.identifier)}",
        modified_by=one.version.modified_by or "", touched=counted(one.touched, judged),
    )  # fmt: skip


def typed_entry(data: FormData) -> dict[str, Any]:
    """An entry as it was typed; what is left empty is unknown."""
    return {name: data.first(name).strip() or ("" if name in _TEXTS else None) for name in WatchForm.model_fields}


def _page(
    visit: Visit, entry: WatchEntry | None, values: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    version: int | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    reach = visit.visitor.reach(RECORD)
    page = WatchFormPage(
        id=entry.id if entry is not None else None,
        version=version if version is not None else entry.version if entry is not None else None,
        values=values,
        errors=errors or {},
        labels={name: _(label) for name, label in WATCH_LABELS.items()},
        organisations=[(str(one.id), one.name) for one in find_organisations(visit.session) if one.id in reach],
        texts=_texts(law_of(visit.session), entry),
        statuses=[(str(one), one.label) for one in WatchStatus],
    )
    return visit.page("legal/watch_form.html", page, status=status)


def _texts(law: Law, entry: WatchEntry | None) -> list[tuple[str, str]]:
    """The texts to choose from; that of the entry stays among them when no rule cites it any more."""
    known = {one.identifier: one.title for one in law.texts}
    if entry is not None and entry.text_identifier is not None:
        known.setdefault(entry.text_identifier, entry.text_identifier)
    return sorted(known.items(), key=lambda one: one[1])


@route("GET", "/droit/veille/nouvelle", RECORD)
def show_new_entry(visit: Visit) -> Response[Any]:
    """An empty entry; from a proposal, what its version says already stands there."""
    number, identifier = visit.query("article"), visit.query("version")
    text = next((one for one in law_of(visit.session).texts if one.identifier == visit.query("texte")), None)
    values: dict[str, Any] = {
        "organisation_id": str(visit.visitor.organisation_id), "status": str(WatchStatus.SPOTTED),
    }  # fmt: skip
    if text is not None:
        articles = write_number(number, text.nature) if number else ""
        values |= {"text_identifier": text.identifier, "articles": articles}
    version = find_versions(visit.session, [identifier]).get(identifier) if identifier else None
    if version is not None:
        values |= {
            "version_identifier": version.identifier, "effective_from": version.in_force_from,
            "title": _("Nouvelle version de l’article {number}").format(number=number),
            "changes": version.modified_by or "",
            "source_address": official_address(text.nature, version.identifier) if text is not None else "",
        }  # fmt: skip
    return _page(visit, None, values)


@route("POST", "/droit/veille/nouvelle", RECORD)
def record_new_entry(visit: Visit) -> Response[Any]:
    """Records a change of law to watch, or shows the form again with what was typed."""
    data = visit.form_data()
    typed = typed_entry(data)
    owner = read_number(data.first("organisation_id")) or 0
    values = {**typed, "organisation_id": str(owner)}
    if owner not in visit.visitor.reach(RECORD):
        errors = {"organisation_id": _("Choisissez une organisation pour laquelle vous faites la veille.")}
        return _page(visit, None, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    read = parse_values(WatchForm, typed, today=visit.today)
    made = save(read, lambda form: record_entry(visit.session, owner, form))
    if isinstance(made, Unsaved):
        return _page(visit, None, values, made.errors, status=made.status)
    return visit.go("/droit/veille", done=_done(visit, made))


def _done(visit: Visit, entry: WatchEntry) -> str:
    return "veille-sans-regle" if uncited_of(law_of(visit.session), entry) else "veille-enregistree"


@route("GET", "/droit/veille/{entry_id:int}/modifier", RECORD)
def show_amend_entry(visit: Visit, entry_id: int) -> Response[Any]:
    """The form of a watched change, as it stands; of one that is annulled, the form that brings it back."""
    entry = get_entry(visit.session, entry_id)
    visit.visitor.require(RECORD, entry.organisation_id)
    if entry.annulled:
        return visit.page(
            "legal/watch_annul.html", _aside(visit, entry, refusal=_(IS_ANNULLED)), status=HTTP_409_CONFLICT
        )
    return _page(visit, entry, {name: getattr(entry, name) for name in WatchForm.model_fields})


@route("POST", "/droit/veille/{entry_id:int}/modifier", RECORD)
def change_entry(visit: Visit, entry_id: int) -> Response[Any]:
    """Saves the form; when somebody else saved meanwhile, says so and keeps what was typed."""
    entry = get_entry(visit.session, entry_id)
    visit.visitor.require(RECORD, entry.organisation_id)
    data = visit.form_data()
    typed, version = typed_entry(data), read_number(data.first("version")) or 0
    read = parse_values(WatchForm, typed, today=visit.today)
    amended = save(read, lambda form: amend_entry(visit.session, entry_id, form, expected=version))
    if isinstance(amended, Unsaved):
        return _page(visit, entry, typed, amended.errors, version=amended.version or version, status=amended.status)
    return visit.go("/droit/veille", done=_done(visit, amended))


@route("GET", "/droit/veille/{entry_id:int}/annuler", RECORD)
def show_set_entry_aside(visit: Visit, entry_id: int) -> Response[Any]:
    """Asks why a watch is set aside, or brought back."""
    entry = get_entry(visit.session, entry_id)
    visit.visitor.require(RECORD, entry.organisation_id)
    return visit.page("legal/watch_annul.html", _aside(visit, entry))


def _aside(visit: Visit, entry: WatchEntry, refusal: str = "", unsaved: Unsaved | None = None) -> WatchAsidePage:
    annulment = _annulments(visit, [entry]).get(entry.id, "")
    given = read_number(visit.form_data().first("version")) if unsaved is not None else None
    return WatchAsidePage(
        entry.id, (unsaved.version if unsaved is not None else None) or given or entry.version, entry.title,
        entry.annulled, visit.form_data().first("reason") if unsaved is not None else "",
        unsaved.errors if unsaved is not None else {}, annulment, refusal,
    )  # fmt: skip


@route("POST", "/droit/veille/{entry_id:int}/annuler", RECORD)
def set_one_entry_aside(visit: Visit, entry_id: int) -> Response[Any]:
    """Sets a watch aside, or brings it back."""
    entry = get_entry(visit.session, entry_id)
    visit.visitor.require(RECORD, entry.organisation_id)
    expected, aside, read = read_number(visit.form_data().first("version")) or 0, not entry.annulled, to_say_why(visit)
    made = save(
        read,
        lambda form: set_entry_aside(visit.session, entry_id, expected=expected, reason=form.reason, annulled=aside),
    )
    if isinstance(made, Unsaved):
        return visit.page("legal/watch_annul.html", _aside(visit, entry, unsaved=made), status=made.status)
    return visit.go("/droit/veille", done="veille-annulee" if aside else "veille-retablie")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_watch, show_new_entry, record_new_entry, show_amend_entry, change_entry, show_set_entry_aside,
    set_one_entry_aside,
)  # fmt: skip
