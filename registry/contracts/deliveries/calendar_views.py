"""The calendar of a contract in words: the due days that are no delivery yet, and the clauses that give none."""

from collections.abc import Mapping
from datetime import date

from registry.contracts.clauses.queries import Written
from registry.contracts.deliveries.rules import SCHEDULE, Due, rhythm_of
from registry.contracts.deliveries.views import DeliveryLine
from registry.contracts.views import StateMark
from registry.kernel.words import _
from registry.platform.lists import load_list


def due_line(due: Due, contract_id: int, titles: Mapping[int, str], today: date, *, may_record: bool) -> DeliveryLine:
    """A due day of the calendar that is no delivery yet: to come, or passed before the registry knew its clause."""
    title = titles.get(due.dataset_id or 0) or (
        _("Tout le contrat") if due.dataset_id is None else _("Un jeu que vos droits ne montrent pas")
    )
    passed = due.day < today
    asked = f"clause={due.clause_id}&jeu={due.dataset_id or ''}&echeance={due.day.isoformat()}"
    return DeliveryLine(
        None, title, contract_id, "", due.day, None,
        StateMark("not-applicable", _("Passée, rien de noté") if passed else _("À venir")),
        _("échéance d’avant la saisie de la clause") if passed else "",
        f"/contrats/{contract_id}/livraisons/nouvelle?{asked}" if passed and may_record else "",
    )  # fmt: skip


def silent_schedules(written: Written, today: date) -> list[tuple[int, str]]:
    """The schedule clauses from which no day can be counted: clause and why; none that is over."""
    found = []
    lasting = {one.stipulation.id for one in written.spans(signed_by=date.max) if one.last is None or one.last >= today}
    for row in written.stipulations.values():
        clause = written.clauses[row.clause_id]
        if clause.kind != SCHEDULE or row.id not in lasting:
            continue
        frequency = row.terms.get("frequency")
        if frequency is None:
            found.append((clause.id, _("sa périodicité n’est pas dite")))
        elif rhythm_of(frequency) is None:
            name = load_list("frequencies").label(str(frequency))
            found.append((clause.id, _("« {name} » ne donne pas de jours").format(name=name)))
        elif row.terms.get("first_due_on") is None:
            found.append((clause.id, _("sa première échéance n’est pas dite")))
    return found
