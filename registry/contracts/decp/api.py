"""The JSON API of essential data: bring a file in, look at what it would do, apply it; take everything out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_201_CREATED

from registry.contracts.api import TAG
from registry.contracts.decp.exporting import FILE_NAME, export_essential
from registry.contracts.decp.forms import EssentialFileForm, EssentialStepForm
from registry.contracts.decp.models import EssentialImport
from registry.contracts.decp.service import abandon_import, apply_import, contents_of
from registry.contracts.decp.views import PlannedView
from registry.contracts.decp.visiting import ESSENTIAL_FILE, READ, RECORD, bring_in, contracts_of, import_of
from registry.contracts.decp.vocabulary import EssentialAction, EssentialImportState
from registry.kernel.words import _, mark
from registry.web.calls import ApiCall
from registry.web.sending import send_file
from registry.web.visits import Visit, route

OWN = "/api/v1/contracts/essential-data"
_LABELS = {
    "file": mark("Des données essentielles au format national, en JSON (schéma 2.0.3 ou 2.0.4)"),
    "contract": mark("Le numéro du contrat dans le fichier"),
    "contract_id": mark("Le numéro du contrat au registre"),
    "differences": mark("Ce que le fichier dit autrement, laissé tel quel"),
    "others": mark("Les concessions d’autres autorités, laissées"),
    "without_authority": mark("Les concessions sans SIRET d’autorité concédante, laissées"),
    "incoherences": mark("Ce qui ne va pas dans les données : la règle, où, et que faire"),
}


def label_of(name: str) -> str:
    """A field’s name in the reader’s language, or nothing."""
    return _(_LABELS[name]) if name in _LABELS else ""


def about(says: str, **more: Any) -> ApiCall:
    """What the document tells of a call about essential data."""
    return ApiCall(**{"tag": TAG, "says": says, "labels": label_of, **more})


@dataclass(frozen=True)
class EssentialContractBody:
    """A contract of a file: what becomes of it."""

    contract: str
    siret: str
    object: str
    action: EssentialAction
    contract_id: int | None
    told: list[str]
    differences: list[str]


@dataclass(frozen=True)
class EssentialAmendmentBody:
    """A modification of a contract of a file.

    Units: `value_euros` in euros without tax; `months` are those of the whole contract.
    """

    contract: str
    number: str
    signed_on: date | None
    published_on: date | None
    months: int | None
    value_euros: int | None


@dataclass(frozen=True)
class IncoherenceBody:
    """One thing wrong in the essential data of a contract."""

    contract: str
    rule: str
    place: str
    sentence: str


@dataclass(frozen=True)
class EssentialImportBody:
    """An import of essential data: what it does with each contract, and what is wrong in them."""

    id: int
    source_name: str
    state: EssentialImportState
    created_at: datetime
    contracts: list[EssentialContractBody]
    amendments: list[EssentialAmendmentBody]
    incoherences: list[IncoherenceBody]
    others: int
    without_authority: int


def _contract(one: PlannedView) -> EssentialContractBody:
    return EssentialContractBody(
        one.identifier, one.siret, one.object, one.action, one.contract_id, list(one.told), list(one.differences)
    )


def _body(visit: Visit, made: EssentialImport) -> EssentialImportBody:
    views, read = contracts_of(visit, made), contents_of(made)
    return EssentialImportBody(
        made.id, made.source_name, made.state, made.created_at, [_contract(one) for one in views],
        [
            EssentialAmendmentBody(
                one.identifier, said.number, said.signed_on, said.published_on, said.months, said.value_euros
            )
            for one in views for said in one.amendments
        ],
        [
            IncoherenceBody(one.identifier, said.rule, said.place, said.sentence)
            for one in views for said in one.incoherences
        ],
        read.others, read.nobody,
    )  # fmt: skip


@route(
    "POST", f"{OWN}/imports", RECORD, takes=EssentialFileForm, upload=ESSENTIAL_FILE,
    about=about(
        mark("Lit des données essentielles et dit ce qu’elles feraient ; rien n’est écrit avant qu’elles soient "
             "appliquées."),
        status=201, located=True,
    ),
)  # fmt: skip
def import_essential_data(visit: Visit) -> Response[EssentialImportBody]:
    """Receives a file and answers what it would do."""
    made = bring_in(visit)
    visit.headers["Location"] = f"{OWN}/imports/{made.id}"
    return visit.answer(_body(visit, made), status=HTTP_201_CREATED)


@route(
    "GET", f"{OWN}/imports/{{essential_import_id:int}}", RECORD,
    about=about(mark("Un import de données essentielles : ce qu’il ferait de chaque contrat, ou ce qu’il en a fait.")),
)  # fmt: skip
def read_essential_import(visit: Visit, essential_import_id: int) -> Response[EssentialImportBody]:
    """One import of essential data."""
    return visit.answer(_body(visit, import_of(visit, essential_import_id)))


@route(
    "POST", f"{OWN}/imports/{{essential_import_id:int}}/application", RECORD, takes=EssentialStepForm,
    about=about(mark("Écrit ce que l’import apporte, d’un seul tenant, sans rien changer de ce qui est enregistré.")),
)  # fmt: skip
def apply_essential_data(visit: Visit, essential_import_id: int) -> Response[EssentialImportBody]:
    """Writes what an import brings."""
    import_of(visit, essential_import_id)
    visit.given(EssentialStepForm)
    made = apply_import(visit.session, essential_import_id, visit.visitor.reach(RECORD))
    return visit.answer(_body(visit, made))


@route(
    "POST", f"{OWN}/imports/{{essential_import_id:int}}/abandonment", RECORD, takes=EssentialStepForm,
    about=about(mark("Met un import de données essentielles de côté sans rien écrire.")),
)  # fmt: skip
def abandon_essential_data(visit: Visit, essential_import_id: int) -> Response[EssentialImportBody]:
    """Sets a preview aside."""
    import_of(visit, essential_import_id)
    visit.given(EssentialStepForm)
    return visit.answer(_body(visit, abandon_import(visit.session, essential_import_id)))


@route(
    "GET", OWN, READ,
    about=about(
        mark("Les données essentielles des concessions que vous pouvez lire, au format national."),
        media_types=("application/json",),
    ),
)  # fmt: skip
def export_essential_data(visit: Visit) -> Response[Any]:
    """The essential data one may read, in the national format."""
    pieces = list(export_essential(visit.session))
    return send_file(visit, iter(pieces), name=FILE_NAME, media_type="application/json")


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    import_essential_data, read_essential_import, apply_essential_data, abandon_essential_data, export_essential_data,
)  # fmt: skip
