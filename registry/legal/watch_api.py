"""The JSON API of the legal watch: list, read, record, change."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED
from pydantic import Field

from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.legal.forms import WatchChange, WatchCreation
from registry.legal.law import law_of
from registry.legal.models import WatchEntry
from registry.legal.rules import Law
from registry.legal.views import WATCH_LABELS
from registry.legal.vocabulary import WatchStatus
from registry.legal.watch_queries import find_entries, get_entry, place_of
from registry.legal.watch_service import amend_entry, record_entry, set_entry_aside
from registry.legal.watching import touched_by, uncited_of
from registry.web.calls import ApiCall, PageQuestions
from registry.web.setting_aside import setting_aside
from registry.web.visits import Visit, route

READ, RECORD = Permission.LEGAL_TEXT_READ, Permission.LEGAL_WATCH_RECORD
EXAMPLE = {
    "organisation_id": 1, "title": "Décret sur les licences", "text_identifier": "LEGITEXT000031366350",
    "articles": "D323-2-1", "changes": "La liste des licences s’allonge.", "effective_from": "2027-07-01",
}  # fmt: skip
_LABELS = {
    **WATCH_LABELS,
    "text_identifier": mark("L’identifiant officiel du texte"),
    "version_identifier": mark("L’identifiant de la version d’article qui a été proposée, s’il y en a une"),
    "policies": mark("Les règles touchées"),
    "uncited": mark("Les articles donnés que ne cite aucune règle"),
    "annulled": mark("Si la veille est annulée : elle n’est plus dans les listes"),
    "reason": mark("Pourquoi, en quelques mots"),
}


def label_of(name: str) -> str:
    """A field's name in the reader's language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call of the legal watch."""
    return ApiCall(**{"tag": mark("Veille juridique"), "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class WatchEntryBody:
    """A change of law that somebody watches, with the rules it touches; `version` is its ETag."""

    id: int
    version: int
    organisation_id: int
    title: str
    text_identifier: str | None
    articles: str | None
    changes: str
    effective_from: date | None
    source_address: str | None
    status: WatchStatus
    note: str | None
    version_identifier: str | None
    annulled: bool
    policies: list[str]
    uncited: list[str]


@dataclass(frozen=True)
class WatchEntriesBody:
    """A page of changes of law watched: what is still to be done first."""

    watch_entries: list[WatchEntryBody]
    next: str | None


_COUNTED = frozenset({"policies", "uncited"})


class WatchQuestions(PageQuestions):
    """What the list of changes watched is narrowed to."""

    status: WatchStatus | None = Field(default=None, description=_LABELS["status"])
    annulled: bool = Field(default=False, description=mark("true pour lire les veilles annulées, et elles seules."))


def _body(law: Law, row: WatchEntry) -> WatchEntryBody:
    told = {name: getattr(row, name) for name in WatchEntryBody.__dataclass_fields__ if name not in _COUNTED}
    policies = [rests.policy_id for rests in touched_by(law, row)]
    return WatchEntryBody(**told, policies=policies, uncited=uncited_of(law, row))


@route(
    "GET", "/api/v1/watch-entries", READ,
    about=about(
        mark("Ce que la veille juridique suit dans vos droits, avec les règles touchées."), asks=WatchQuestions
    ),
)  # fmt: skip
def list_watch_entries(visit: Visit) -> Response[WatchEntriesBody]:
    """The changes of law watched within the asker's rights."""
    asked, law = visit.asked(WatchQuestions), law_of(visit.session)
    after = asked.place(int, int, int)
    found = find_entries(
        visit.session, status=asked.status, annulled=asked.annulled, after=after, limit=asked.limit + 1
    )
    more, found = len(found) > asked.limit, found[: asked.limit]
    following = asked.following(place_of(found[-1].row) if more else None)
    return visit.answer(WatchEntriesBody([_body(law, one.row) for one in found], following))


@route(
    "POST", "/api/v1/watch-entries", RECORD, takes=WatchCreation,
    about=about(mark("Enregistre un changement du droit à suivre."), status=201, example=EXAMPLE),
)  # fmt: skip
def create_watch_entry(visit: Visit) -> Response[WatchEntryBody]:
    """Records a change of law to watch."""
    given = visit.given(WatchCreation)
    visit.visitor.require(RECORD, given.organisation_id)
    made = record_entry(visit.session, given.organisation_id, given.sheet())
    visit.headers["Location"] = f"/api/v1/watch-entries/{made.id}"
    return visit.answer(_body(law_of(visit.session), made), status=HTTP_201_CREATED)


@route(
    "GET", "/api/v1/watch-entries/{entry_id:int}", READ,
    about=about(mark("Un changement du droit que la veille suit, avec les règles touchées.")),
)  # fmt: skip
def read_watch_entry(visit: Visit, entry_id: int) -> Response[WatchEntryBody]:
    """One change of law watched."""
    return visit.answer(_body(law_of(visit.session), get_entry(visit.session, entry_id)))


@route(
    "PATCH", "/api/v1/watch-entries/{entry_id:int}", RECORD, takes=WatchChange,
    about=about(
        mark("Change les champs donnés d’une veille ; les autres restent."),
        versioned=True, example={"status": "done", "note": "Les deux fiches concernées sont corrigées."},
    ),
)  # fmt: skip
def correct_watch_entry(visit: Visit, entry_id: int) -> Response[WatchEntryBody]:
    """Changes the fields given; asks for If-Match."""
    expected, given = visit.expected_version(), visit.given(WatchChange)
    visit.visitor.require(RECORD, get_entry(visit.session, entry_id).organisation_id)
    changed = amend_entry(visit.session, entry_id, given, expected=expected)
    return visit.answer(_body(law_of(visit.session), changed))


_ASIDE = setting_aside(
    "/api/v1/watch-entries/{entry_id:int}", RECORD, WatchEntryBody, about=about, reason="Saisie deux fois.",
    named=("annul_watch_entry", "restore_watch_entry"),
    says=(
        mark("Met de côté une veille enregistrée par erreur, en disant pourquoi ; rien n’est supprimé."),
        mark("Rétablit une veille annulée, en disant pourquoi."),
    ),
    get=get_entry, act=set_entry_aside, tell=lambda visit, entry: _body(law_of(visit.session), entry),
)  # fmt: skip
HANDLERS: tuple[HTTPRouteHandler, ...] = (
    list_watch_entries, create_watch_entry, read_watch_entry, correct_watch_entry, *_ASIDE,
)  # fmt: skip
