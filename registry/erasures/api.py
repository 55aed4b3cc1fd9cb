"""The JSON API of erasures: asking for one, and the receipts."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_202_ACCEPTED

from registry.erasures.forms import ErasureForm
from registry.erasures.queries import find_erasures, get_erasure
from registry.erasures.views import ErasureBody, body_of
from registry.erasures.visiting import ERASE, READ, ask
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.visits import Visit, route

_LABELS = {
    "ground": mark("Le motif de l’effacement, de la liste de l’article 17 §1"),
    "reason": mark("La raison, sans nommer la personne"),
    "words": mark("Les places, depuis 0, des mots du nom à chercher seuls"),
    "keep": mark("Les passages qui restent : table:numéro:champ"),
    "also": mark("Les numéros d’autres personnes du même nom ou de la même adresse, à effacer avec elle"),
    "exception": mark("Le motif de ce qui reste, de la liste de l’article 17 §3"),
    "backups_until": mark("Le jour au plus tard où les sauvegardes d’avant seront détruites"),
    "counts": mark("Ce qui a été effacé, par genre"),
    "stays": mark("Ce qui est gardé, et sur quel motif"),
    "person_id": mark("Le numéro de la personne, qui reste"),
}


def _label_of(name: str) -> str:
    return _(_LABELS[name]) if name in _LABELS else ""


def _about(says: str, **more: Any) -> ApiCall:
    return ApiCall(**{"tag": mark("Effacements"), "says": says, "labels": _label_of, **more})


@dataclass(frozen=True)
class ErasuresBody:
    """The erasures of the organisations one answers for, the latest first."""

    erasures: list[ErasureBody]


@route("GET", "/api/v1/erasures", READ, about=_about(mark("Les effacements de vos organisations, le dernier d’abord.")))
def list_erasures(visit: Visit) -> Response[ErasuresBody]:
    """The erasures within the asker's rights."""
    found = find_erasures(visit.session, visit.visitor.reach(READ))
    return visit.answer(ErasuresBody([body_of(one) for one in found]))


@route(
    "GET", "/api/v1/erasures/{erasure_id:int}", READ,
    about=_about(mark("Le reçu d’un effacement : ce qui a été effacé, ce qui est gardé et pourquoi.")),
)  # fmt: skip
def read_erasure(visit: Visit, erasure_id: int) -> Response[ErasureBody]:
    """The receipt of an erasure."""
    erasure = get_erasure(visit.session, erasure_id)
    visit.visitor.require(READ, erasure.organisation_id)
    return visit.answer(body_of(erasure))


@route(
    "POST", "/api/v1/persons/{person_id:int}/erasure", ERASE, takes=ErasureForm,
    about=_about(
        mark("Efface une personne ; un travail le fait, le reçu dit où il en est. Cela ne se défait pas."),
        status=202, example={"ground": "no-longer-necessary", "reason": "Demande reçue le 3 novembre"},
    ),
)  # fmt: skip
def erase_person(visit: Visit, person_id: int) -> Response[ErasureBody]:
    """Asks for an erasure."""
    asked, _run = ask(visit, person_id, visit.given(ErasureForm))
    visit.session.refresh(asked)
    visit.headers["Location"] = f"/api/v1/erasures/{asked.id}"
    return visit.answer(body_of(asked), status=HTTP_202_ACCEPTED)


HANDLERS: tuple[HTTPRouteHandler, ...] = (list_erasures, read_erasure, erase_person)
