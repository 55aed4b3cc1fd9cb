"""What pages and the API ask of imports of essential data alike."""

from registry.contracts.decp.models import EssentialImport
from registry.contracts.decp.queries import find_bodies, find_contracts, get_import
from registry.contracts.decp.reading import LIMITS, read_concessions
from registry.contracts.decp.service import contents_of, keep_preview, plan_import
from registry.contracts.decp.views import PlannedView, done_view, planned_view, say_nothing_ours
from registry.contracts.decp.vocabulary import EssentialAction, EssentialImportState
from registry.kernel.errors import FieldError, Invalid, Refusal
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.organisations.queries import find_organisations
from registry.web.uploads import Receiving
from registry.web.visits import Visit

READ, RECORD = Permission.CONTRACTS_CONTRACT_READ, Permission.CONTRACTS_CONTRACT_RECORD
ESSENTIAL_FILE = Receiving(
    limit=LIMITS.file_bytes // 2,
    refusal=mark(
        "Ce fichier dépasse {limit} Mio, le plus que cette page accepte : lisez-le par la commande « beffroi contracts "
        "import FICHIER », ou donnez-en l’extrait qui concerne la collectivité."
    ),
)


def bring_in(visit: Visit) -> EssentialImport:
    """Reads the file of a request and keeps what it would do.

    Raises: Invalid where there is none, or where it cannot be read, or brings nothing: what is wrong, and what to do.
    """
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        raise _wrong(_("Choisissez un fichier : des données essentielles au format national, en JSON."))
    writable = visit.visitor.reach(RECORD)
    try:
        read = read_concessions(file.path, find_bodies(visit.session, writable).sirens)
    except Refusal as refusal:
        raise _wrong(refusal.message) from refusal
    planned = plan_import(visit.session, read.contracts, writable)
    if not planned:
        raise _wrong(say_nothing_ours(read))
    return keep_preview(
        visit.session, read, planned, account_id=visit.visitor.account_id, source_name=file.name
    )  # fmt: skip


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("file", sentence),))


def import_of(visit: Visit, import_id: int) -> EssentialImport:
    """An import that the visitor may carry on.

    Raises: NotFound, Forbidden.
    """
    made = get_import(visit.session, import_id)
    visit.visitor.require(RECORD, made.organisation_id)
    return made


def contracts_of(visit: Visit, made: EssentialImport) -> list[PlannedView]:
    """What an import would do with each contract as things stand, or did; nothing of one set aside."""
    if made.state is EssentialImportState.PREVIEWED:
        names = {body.id: body.name for body in find_organisations(visit.session)}
        planned = plan_import(visit.session, contents_of(made).contracts, visit.visitor.reach(RECORD))
        return [planned_view(one, names) for one in planned]
    done = made.found.get("done", ())
    contracts = find_contracts(visit.session, [number for _name, _action, number in done if number is not None])
    titles = {number: one.object for number, one in contracts.items()}
    return [done_view(name, EssentialAction(action), number, titles.get(number, "")) for name, action, number in done]
