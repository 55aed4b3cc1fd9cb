"""The history of a request in words, latest first."""

from collections.abc import Mapping, Sequence

from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.ledger.queries import Version
from registry.processing.requests.views import REQUEST_LABELS, say_request_value

_EVENTS = {
    "processing:request:record": mark("Demande enregistrée"),
    "processing:request:amend": mark("Demande modifiée"),
    "processing:request:extend": mark("Prolongation notée"),
    "processing:request:correct": mark("Prolongation corrigée"),
    "processing:request:answer": mark("Réponse notée"),
    "processing:request:annul": mark("Demande annulée"),
    "processing:request:restore": mark("Demande rétablie"),
}


def request_history_views(versions: Sequence[Version], actors: Mapping[str, str]) -> list[ChangeView]:
    """Every change of a request in words, as it is given: latest first. People are told by the sheet alone."""
    views = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        before = older.snapshot if older is not None else {}
        changes = tuple(
            (_(REQUEST_LABELS[name]), say_request_value(name, before.get(name)), say_request_value(name, value))
            for name, value in newer.snapshot.items()
            if older is not None and name in REQUEST_LABELS and before.get(name) != value
            and name not in {"in_charge_id", "organisation_id"}
        )  # fmt: skip
        sentence = _(_EVENTS.get(newer.event or "", mark("Demande modifiée")))
        views.append(
            ChangeView(
                newer.version, newer.recorded_at, actors.get(newer.actor, newer.actor), sentence, newer.reason, changes
            )
        )
    return views
