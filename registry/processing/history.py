"""The history of an activity in words."""

from collections.abc import Mapping, Sequence

from registry.datasets.views import ChangeView
from registry.kernel.words import _, mark
from registry.ledger.queries import Version
from registry.processing.views import EVENTS, SILENT
from registry.processing.wording import field_label, say_value


def history_views(versions: Sequence[Version], actors: Mapping[str, str]) -> list[ChangeView]:
    """Every change of an activity in words, latest first, as it is given."""
    views = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        before = older.snapshot if older is not None else {}
        changes = tuple(
            (field_label(name), say_value(name, before.get(name)), say_value(name, value))
            for name, value in newer.snapshot.items()
            if older is not None and name not in SILENT and before.get(name) != value
        )
        views.append(
            ChangeView(
                version=newer.version,
                at=newer.recorded_at,
                actor=actors.get(newer.actor, newer.actor),
                sentence=_(EVENTS.get(newer.event or "", mark("Fiche du traitement modifiée"))),
                reason=newer.reason,
                changes=changes,
            )
        )
    return views
