"""The columns the list of datasets may show: their names in an address, how they sort, which are changed in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, case, cast, func
from sqlmodel import col

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import AccessRights, Nature, Origin, PersonalData, Sensitivity, Stage
from registry.datasets.wording import field_label
from registry.kernel.words import _, mark
from registry.organisations.models import Organisation
from registry.organisations.vocabulary import AppointmentRole


@dataclass(frozen=True)
class ListColumn:
    """One column: its name in an address, the field of the sheet it shows, what it sorts by, if it does.

    `field` is empty where the list itself knows what to show; `role` is that of the person it names, if it names one.
    """

    name: str
    field: str = ""
    order: Any = None
    title: str = ""
    in_place: bool = False
    role: AppointmentRole | None = None

    @property
    def label(self) -> str:
        """Its heading in the reader's language."""
        if self.role is not None:
            return self.role.label
        return _(self.title) if self.title else field_label(self.field)


def _ranked(column: Any, members: Any) -> Any:
    """An enumeration in the order of its vocabulary; what nobody filled comes last."""
    return case({str(one): f"{rank:02}" for rank, one in enumerate(members)}, value=column, else_="99")


def _said(column: Any) -> Any:
    return func.coalesce(cast(column, Text), "")


TITLE, ORGANISATION, UPDATE, FINDINGS = "titre", "organisation", "mise-a-jour", "constats"
_EVERY = (
    ListColumn(TITLE, "title", col(Dataset.title_sort)),
    ListColumn(ORGANISATION, "", col(Organisation.name_sort), mark("Organisation")),
    ListColumn(UPDATE, "modified", _said(col(Dataset.modified)), mark("Mise à jour"), in_place=True),
    ListColumn("donnees", "personal_data", _ranked(col(Dataset.personal_data), PersonalData), in_place=True),
    ListColumn("acces", "access_rights", _ranked(col(Dataset.access_rights), AccessRights), in_place=True),
    ListColumn("etape", "stage", _ranked(col(Dataset.stage), Stage)),
    ListColumn("licence", "licence", _said(col(Dataset.licence)), in_place=True),
    ListColumn("frequence", "frequency", _said(col(Dataset.frequency)), in_place=True),
    ListColumn("publication", "issued", _said(col(Dataset.issued)), in_place=True),
    ListColumn("origine", "origin", _ranked(col(Dataset.origin), Origin), in_place=True),
    ListColumn("nature", "nature", _ranked(col(Dataset.nature), Nature), in_place=True),
    ListColumn("sensibilite", "sensitivity", _ranked(col(Dataset.sensitivity), Sensitivity), in_place=True),
    ListColumn("editeur", "publisher_name", in_place=True),
    ListColumn("sigle", "acronym", _said(func.upper(col(Dataset.acronym))), in_place=True),
    ListColumn("mots-cles", "keywords", in_place=True),
    ListColumn("themes", "themes", in_place=True),
    ListColumn("systeme", "information_system_id", in_place=True),
    ListColumn("conservation", "retention_months", in_place=True),
    ListColumn("revue", "last_use_review", _said(col(Dataset.last_use_review)), in_place=True),
    ListColumn("proprietaire", in_place=True, role=AppointmentRole.OWNER),
    ListColumn("referent", in_place=True, role=AppointmentRole.STEWARD),
    ListColumn("identifiant", "identifier", col(Dataset.identifier)),
    ListColumn(FINDINGS, "", None, mark("Constats")),
)
COLUMNS: Mapping[str, ListColumn] = {one.name: one for one in _EVERY}
USUAL = (TITLE, ORGANISATION, UPDATE, "donnees", FINDINGS)
"""What the list shows to who chose nothing."""
ORDERS: Mapping[str, Any] = {one.name: one.order for one in _EVERY if one.order is not None}
"""What the list can be sorted by, as it stands in an address; a `-` before it turns the order round."""
IN_PLACE = frozenset(one.field for one in _EVERY if one.in_place and one.field)
"""The fields that may be changed from the list, one at a time."""
ROLES = {str(one.role): one.role for one in _EVERY if one.role is not None}
"""The roles that may be given from the list, under the name they have in an address."""


def read_columns(said: str) -> Sequence[ListColumn]:
    """The columns an address names, in its order, each once; the title always, first unless it is placed."""
    names = list(dict.fromkeys(name for name in said.split(",") if name in COLUMNS)) or list(USUAL)
    if TITLE not in names:
        names.insert(0, TITLE)
    return [COLUMNS[name] for name in names]
