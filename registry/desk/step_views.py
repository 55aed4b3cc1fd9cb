"""What goes out of the next things to do on a sheet: each in words, with what it gains."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.desk.rules import Step
from registry.desk.views import APPOINTMENTS, address_of_field, label_of_field
from registry.kernel.words import _, ngettext


@dataclass(frozen=True)
class StepView:
    """One of the next things to do on a sheet, and what it gains."""

    what: str
    gain: str
    address: str


@dataclass(frozen=True)
class StepsPanel:
    """The next things to do on a sheet; none when nothing is left."""

    steps: Sequence[StepView]
    unmet: int


def say_step(step: Step, kind: str, number: int, *, held: bool) -> StepView:
    """One of the next things to do, with what it gains in words; `held` says that the field has a value already."""
    gains = []
    if step.breaches:
        said = ngettext("lève {count} manquement", "lève {count} manquements", step.breaches)
        gains.append(said.format(count=step.breaches))
    if settled := step.settles - step.breaches:
        said = ngettext("permet de trancher {count} constat", "permet de trancher {count} constats", settled)
        gains.append(said.format(count=settled))
    if step.helps:
        said = ngettext("fait avancer {count} autre constat", "fait avancer {count} autres constats", step.helps)
        gains.append(said.format(count=step.helps))
    if step.unblocks:
        gains.append(_("plus aucun manquement bloquant sur la fiche"))
    if step.quality:
        gains.append(_("compte dans la qualité affichée par les portails"))
    if step.field == APPOINTMENTS:
        what = _("Désigner les responsables")
    else:
        said = _("Revoir « {field} »") if held else _("Renseigner « {field} »")
        what = said.format(field=label_of_field(kind, step.field))
    return StepView(what, ", ".join(gains), address_of_field(kind, number, step.field))
