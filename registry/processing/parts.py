"""What stands below an activity, written with it: data, recipients, transfers, rights, datasets, systems, principals.

Each kind has a row's own identity within the activity; what a form leaves out is annulled, never deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from registry.datasets.models import Dataset, InformationSystem
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _, mark
from registry.organisations.models import Organisation
from registry.organisations.queries import find_readable
from registry.platform.tables import set_those_that_differ
from registry.processing.forms import (
    ActivityForm,
    DataForm,
    LinkedDatasetForm,
    LinkedSystemForm,
    PrincipalForm,
    RecipientForm,
    RightForm,
    TransferForm,
)
from registry.processing.models import (
    ActivityData,
    ActivityDataset,
    ActivityPrincipal,
    ActivityRecipient,
    ActivityRight,
    ActivitySystem,
    ActivityTransfer,
    ProcessingActivity,
)
from registry.processing.queries import Part, find_parts


@dataclass(frozen=True)
class PartKind:
    """One kind of part: its table, its form, and the columns that tell one from another within an activity."""

    model: type[Part]
    form: type[BaseModel]
    keys: tuple[str, ...]
    twice: str


PART_KINDS: Mapping[str, PartKind] = {
    "data": PartKind(
        ActivityData, DataForm, ("people_category", "data_category"),
        mark("Ces personnes et ces données sont déjà sur une autre ligne : gardez-en une."),
    ),
    "recipients": PartKind(
        ActivityRecipient, RecipientForm, ("name",), mark("Ce destinataire est donné deux fois : gardez-en un."),
    ),
    "transfers": PartKind(
        ActivityTransfer, TransferForm, ("country", "recipient"),
        mark("Ce transfert est donné deux fois : gardez-en un."),
    ),
    "rights": PartKind(ActivityRight, RightForm, ("right",), mark("Ce droit est donné deux fois : gardez-en un.")),
    "datasets": PartKind(
        ActivityDataset, LinkedDatasetForm, ("dataset_id",), mark("Ce jeu est donné deux fois : gardez-en un."),
    ),
    "systems": PartKind(
        ActivitySystem, LinkedSystemForm, ("information_system_id",),
        mark("Ce système est donné deux fois : gardez-en un."),
    ),
    "principals": PartKind(
        ActivityPrincipal, PrincipalForm, ("principal_id",),
        mark("Cette organisation est donnée deux fois : gardez-en une."),
    ),
}  # fmt: skip


def write_parts(session: Session, activity: ProcessingActivity, form: ActivityForm, *, known: bool = False) -> bool:
    """Makes each kind of part that a form gives exactly those; says whether any changed.

    `known` parts stood there once: they are written whatever the asker may see of what they point to.
    Raises: Invalid when one is given twice, or is nothing that the asker may see.
    """
    changed = False
    for name, kind in PART_KINDS.items():
        given = getattr(form, name)
        if given is not None:
            changed |= _write(session, activity, name, kind, given, known=known)
    return changed


def _write(
    session: Session, activity: ProcessingActivity, name: str, kind: PartKind, forms: Sequence[BaseModel], *,
    known: bool,
) -> bool:  # fmt: skip
    rows = {_key(kind, row): row for row in find_parts(session, kind.model, activity.id)}
    named = _named(name, kind, forms)
    new = [] if known else [key for key in named if key not in rows or rows[key].annulled]
    _check_seen(session, name, kind, forms, {key[0] for key in new})
    changed = False
    for key, values in named.items():
        row = rows.get(key)
        if row is None:
            session.add(kind.model(organisation_id=activity.organisation_id, activity_id=activity.id, **values))
            changed = True
        else:
            changed |= set_those_that_differ(row, **values, annulled=False)
    for key, row in rows.items():
        if key not in named:
            changed |= set_those_that_differ(row, annulled=True)
    return changed


def _key(kind: PartKind, one: Any) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in kind.keys)


def _named(name: str, kind: PartKind, forms: Sequence[BaseModel]) -> dict[tuple[Any, ...], dict[str, Any]]:
    named: dict[tuple[Any, ...], dict[str, Any]] = {}
    for place, form in enumerate(forms):
        key = _key(kind, form)
        if key in named:
            raise Invalid(_(kind.twice), (FieldError(f"{name}.{place}.{kind.keys[-1]}", _(kind.twice)),))
        named[key] = {**form.model_dump(), "position": place + 1}
    return named


_POINTS_TO: Mapping[str, tuple[type[Dataset | InformationSystem | Organisation], str]] = {
    "datasets": (Dataset, mark("Ce jeu n’existe pas, ou vos droits ne vous le montrent pas.")),
    "systems": (InformationSystem, mark("Ce système n’existe pas, ou vos droits ne vous le montrent pas.")),
    "principals": (Organisation, mark("Cette organisation n’existe pas, ou vos droits ne vous la montrent pas.")),
}


def _check_seen(session: Session, name: str, kind: PartKind, forms: Sequence[BaseModel], new: set[Any]) -> None:
    """A foreign key sees every row: what the asker may not see is refused as what does not exist is."""
    if name not in _POINTS_TO or not new:
        return
    model, message = _POINTS_TO[name]
    seen = find_readable(session, model, new)
    for place, form in enumerate(forms):
        number = _key(kind, form)[0]
        if number in new and number not in seen:
            raise Invalid(_(message), (FieldError(f"{name}.{place}.{kind.keys[0]}", _(message)),))
