"""The pages of evidence: the list with what expires soon, one piece with its editions, its file, what it proves."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_409_CONFLICT, HTTP_422_UNPROCESSABLE_ENTITY

from registry.documents.forms import LinkForm
from registry.documents.queries import (
    EvidenceFilter,
    Kept,
    count_by_standing,
    count_evidence,
    find_editions,
    find_evidence_page,
    find_links,
    get_evidence,
    place_of,
)
from registry.documents.service import link_evidence
from registry.documents.views import (
    EvidenceListPage,
    EvidencePage,
    edition_line,
    evidence_line,
    labels,
    standing_mark,
)
from registry.documents.visiting import READ, RECORD, file_of, reach_of, read_sheet, require_subject, subjects_of
from registry.documents.vocabulary import EvidenceKind, FileType, Standing
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.paging import read_place, write_place
from registry.kernel.words import _, mark
from registry.organisations.queries import get_organisation
from registry.web.forms import parse_values
from registry.web.visits import NOTICES, Rejected, Visit, route

NOTICES.update(
    {
        "preuve-deposee": mark("La preuve est déposée."),
        "preuve-reliee": mark("La preuve est reliée à la fiche."),
        "preuve-deliee": mark("La preuve n’est plus reliée à cette fiche ; le registre garde qu’elle l’a été."),
        "preuve-modifiee": mark("La preuve est modifiée."),
        "preuve-renouvelee": mark("La nouvelle édition est en vigueur ; la précédente reste ci-dessous."),
        "preuve-annulee": mark("La preuve est annulée. Rien n’est effacé : vous pouvez la rétablir."),
        "preuve-retablie": mark("La preuve est rétablie."),
    }
)
_PAGE = 50
_LIST = "preuves"


def _filter_of(visit: Visit) -> EvidenceFilter:
    kinds, standings = set(visit.query_all("nature")), set(visit.query_all("validite"))
    return EvidenceFilter(
        frozenset(one for one in EvidenceKind if one in kinds),
        frozenset(one for one in Standing if one in standings),
        visit.query("annulees") == "true",
    )


@route("GET", "/preuves", READ)
def show_evidence_list(visit: Visit) -> Response[Any]:
    """The evidence within the visitor's rights, what expires first coming first."""
    session, today, reach, asked = visit.session, visit.today, reach_of(visit), _filter_of(visit)
    said = read_place(_LIST, visit.query("apres") or None, str, int)
    after = (_day(said[0]), said[1]) if said is not None else None
    found = find_evidence_page(session, reach, asked, today=today, after=after, limit=_PAGE + 1)
    more, found = len(found) > _PAGE, found[:_PAGE]
    by = count_by_standing(session, reach, today=today)
    narrowed = bool(asked.kinds or asked.standings)
    subjects = subjects_of(visit, find_links(session, [one.evidence.id for one in found]))
    choice = [("nature", str(one)) for one in sorted(asked.kinds)] + [
        ("validite", str(one)) for one in sorted(asked.standings)
    ]
    choice += [("annulees", "true")] if asked.annulled else []
    here = "/preuves" + (f"?{urlencode(choice)}" if choice else "")
    following = [*choice, ("apres", write_place(_LIST, _as_said(found[-1])))] if more else []
    page = EvidenceListPage(
        rows=[evidence_line(one.evidence, one.edition, subjects.get(one.evidence.id, []), today) for one in found],
        total=count_evidence(session, reach, asked, today=today) if narrowed or asked.annulled else sum(by.values()),
        figures=[
            (by[Standing.EXPIRED], _("périmées"), f"/preuves?validite={Standing.EXPIRED}", "bad"),
            (by[Standing.SOON], _("expirent dans les 90 jours"), f"/preuves?validite={Standing.SOON}", "wait"),
            (sum(by.values()), _("preuves en tout"), "/preuves", ""),
        ],
        facets=[
            {"name": "validite", "label": _("Validité"),
             "values": [(str(one), one.label, one in asked.standings) for one in Standing]},
            {"name": "nature", "label": _("Nature de la pièce"),
             "values": [(str(one), one.label, one in asked.kinds) for one in EvidenceKind]},
        ],
        annulled=asked.annulled,
        narrowed=narrowed,
        first_address=here if after is not None else "",
        next_address=f"/preuves?{urlencode(following)}" if following else "",
        may_record=visit.visitor.may(RECORD),
    )  # fmt: skip
    return visit.page("documents/list.html", page)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error


def _as_said(kept: Kept) -> tuple[str, int]:
    day, number = place_of(kept)
    return day.isoformat(), number


@route("POST", "/preuves/{evidence_id:int}/relier", RECORD)
def link_to_sheet(visit: Visit, evidence_id: int) -> Response[Any]:
    """Links a piece of evidence to a record, named by the address of its sheet."""
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    data = visit.form_data()
    values = {"sheet": data.first("sheet"), "proves": data.first("proves")}
    said = read_sheet(visit, values["sheet"])
    read = parse_values(
        LinkForm, {"subject_kind": said[0], "subject_id": said[1], "proves": values["proves"].strip() or None}
    ) if said is not None else None  # fmt: skip
    if read is None or isinstance(read, Rejected):
        errors = dict(read.errors) if read is not None else {}
        errors["sheet"] = _("Aucune fiche à cette adresse : copiez celle de la page de la fiche, par exemple /jeux/12.")
        return _page(visit, kept, values, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        require_subject(visit, read.form.subject_kind, read.form.subject_id)
        link_evidence(visit.session, evidence_id, read.form)
    except (NotFound, Conflict) as refusal:
        return _page(visit, kept, values, {"sheet": refusal.message}, status=HTTP_409_CONFLICT)
    return visit.go(f"/preuves/{evidence_id}", done="preuve-reliee")


def _page(
    visit: Visit,
    kept: Kept,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[Any]:
    evidence, today = kept.evidence, visit.today
    kinds = {one.media_type: one.label for one in FileType}
    may = visit.visitor.may(RECORD, evidence.organisation_id)
    page = EvidencePage(
        id=evidence.id,
        version=evidence.version,
        title=evidence.title,
        kind=evidence.kind.label,
        annulled=evidence.annulled,
        organisation_id=evidence.organisation_id,
        organisation_name=get_organisation(visit.session, evidence.organisation_id).name,
        standing=standing_mark(kept.edition, today),
        editions=[
            edition_line(edition, file, kinds.get(file.media_type, ""), today)
            for edition, file in find_editions(visit.session, evidence.id)
        ],
        subjects=subjects_of(visit, find_links(visit.session, [evidence.id])).get(evidence.id, []),
        values=values or {},
        errors=errors or {},
        labels=labels() | {"sheet": _("Adresse de la fiche")},
        may_record=may,
        panels=visit.panels_of("evidence", evidence.id),
        may_link=visit.visitor.may(RECORD) and not evidence.annulled,
    )
    return visit.page("documents/evidence.html", page, status=status)


@route("GET", "/preuves/{evidence_id:int}", READ)
def show_evidence(visit: Visit, evidence_id: int) -> Response[Any]:
    """One piece of evidence: its editions with their files, and what it proves."""
    kept = get_evidence(visit.session, evidence_id, reach_of(visit))
    annulled = kept.evidence.annulled
    visit.agrees.update({"preuve-annulee": annulled, "preuve-retablie": not annulled})
    return _page(visit, kept)


@route("GET", "/preuves/{evidence_id:int}/fichiers/{edition_id:int}", READ)
def download_file(visit: Visit, evidence_id: int, edition_id: int) -> Response[Any]:
    """The file of an edition, byte for byte, to be kept and never opened in the page."""
    return file_of(visit, evidence_id, edition_id)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_evidence_list, show_evidence, download_file, link_to_sheet)
