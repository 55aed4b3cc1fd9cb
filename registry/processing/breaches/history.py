"""The history of a breach in words, latest first."""

from collections.abc import Mapping, Sequence

from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.ledger.queries import Version
from registry.processing.breaches.views import BREACH_LABELS, say_breach_value

_EVENTS = {
    "processing:breach:record": mark("Violation enregistrée"),
    "processing:breach:amend": mark("Violation modifiée"),
    "processing:breach:notify": mark("Notification à la CNIL notée"),
    "processing:breach:correct": mark("Notification à la CNIL corrigée"),
    "processing:breach:touch": mark("Jeux et traitements touchés notés"),
    "processing:breach:annul": mark("Violation annulée"),
    "processing:breach:restore": mark("Violation rétablie"),
}


def breach_history_views(
    versions: Sequence[Version], actors: Mapping[str, str], names: Mapping[int, str]
) -> list[ChangeView]:
    """Every change of a breach in words, as it is given: latest first. Who is in charge is told by the sheet alone."""
    views = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        before = older.snapshot if older is not None else {}
        changes = tuple(
            (_(BREACH_LABELS[name]), say_breach_value(name, before.get(name), names),
             say_breach_value(name, value, names))
            for name, value in newer.snapshot.items()
            if older is not None and name in BREACH_LABELS and before.get(name) != value
            and name not in {"in_charge_id", "organisation_id"}
        )  # fmt: skip
        sentence = _(_EVENTS.get(newer.event or "", mark("Violation modifiée")))
        views.append(
            ChangeView(
                newer.version, newer.recorded_at, actors.get(newer.actor, newer.actor), sentence, newer.reason, changes
            )
        )
    return views
