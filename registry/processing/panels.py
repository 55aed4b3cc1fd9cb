"""What this room shows on a dataset's sheet: its status under the GDPR, in one glance."""

from collections.abc import Callable, Iterator, Sequence

from sqlmodel import col

from registry.compliance.panels import AWAITED, findings_in_force
from registry.compliance.vocabulary import SubjectKind, Verdict
from registry.datasets.models import Dataset
from registry.datasets.vocabulary import PersonalData
from registry.kernel.permissions import Permission
from registry.kernel.words import _, current_locale, mark, ngettext
from registry.platform.lists import load_list
from registry.processing.models import ActivityData, ActivityDataset, ActivityTransfer
from registry.processing.namesakes import names_of_linked
from registry.processing.queries import (
    ActivityOfDataset,
    PersonalFields,
    find_activities_of_dataset,
    find_every_part,
    get_personal_fields,
)
from registry.processing.rules import is_framed, safeguard_words, span_of_retention, standing_of_rights
from registry.processing.views import ActivityInShort, GdprLine, GdprPanel, say_months
from registry.processing.vocabulary import PersonsRight
from registry.web.held import is_held, tell_held
from registry.web.visits import Panel, Visit

AWAITED.update(
    {
        ("activity.status", "draft"): mark(
            "Ce traitement est en projet : la plupart des règles ne le jugeront qu’une fois « En cours »."
        ),
        ("activity.status", "ended"): mark("Ce traitement est terminé : la plupart des règles ne le jugent plus."),
    }
)

More = Callable[[Visit, Dataset, Sequence[ActivityOfDataset]], Sequence[GdprLine]]
MORE_LINES: list[More] = []
"""What the corners of this room add to the status of a dataset (impact assessment, processors, breaches), by order."""
_NOT_PERSONAL = frozenset({PersonalData.NONE, PersonalData.ANONYMISED})
_PACK = "RGPD-"


def gdpr_status_of(visit: Visit, dataset_id: int) -> GdprPanel | None:
    """Whether a dataset holds personal data, and what the record says of it; nothing on an annulled sheet."""
    sheet = visit.session.get(Dataset, dataset_id)
    if sheet is None or sheet.annulled:
        return None
    some = is_held(visit, "activities", "dataset", dataset_id)
    activities = find_activities_of_dataset(visit.session, dataset_id) if some else []
    known = get_personal_fields(
        visit.session, dataset_id, None if sheet.personal_data is None else str(sheet.personal_data)
    )
    pairs = find_every_part(visit.session, ActivityData, [one.id for one in activities]) if activities else {}
    lines = [*_transfers(visit, activities), *(line for more in MORE_LINES for line in more(visit, sheet, activities))]
    found = findings_in_force(visit, SubjectKind.DATASET, dataset_id)
    open_ = [one for one in found if one.policy_id.startswith(_PACK) and one.verdict is not Verdict.COMPLIANT]
    names = names_of_linked(visit.session, activities)
    rights = {right for one in activities for right in _rights(one)}
    return GdprPanel(
        dataset_id=dataset_id,
        declared=sheet.personal_data.label if sheet.personal_data else "",
        is_personal=sheet.personal_data is None or sheet.personal_data not in _NOT_PERSONAL,
        since=known.since if sheet.personal_data else None,
        fields=_say_fields(known),
        found_on=known.found_on,
        suggested=known.waiting,
        contradicted=sheet.personal_data in _NOT_PERSONAL and bool(known.declared + known.detected),
        activities=[_in_short(one, names[one.id], pairs.get(one.id, ())) for one in activities],
        rights=[right.label for right in PersonsRight if right in rights],
        lines=lines,
        breaches=sum(one.verdict is Verdict.NON_COMPLIANT for one in open_),
        to_complete=sum(one.verdict is Verdict.TO_COMPLETE for one in open_),
        may_record=visit.visitor.may(Permission.PROCESSING_ACTIVITY_RECORD, sheet.organisation_id),
    )


def _rights(activity: ActivityOfDataset) -> Iterator[PersonsRight]:
    """The rights that apply to an activity, as its sheet says them."""
    adjusted = {PersonsRight(code): (applies, "") for code, applies in activity.adjusted.items()}
    for one in standing_of_rights(
        activity.lawful_basis, activity.automated_decision, activity.article9_conditions, adjusted
    ):
        if one.applies:
            yield one.right


def _transfers(visit: Visit, activities: Sequence[ActivityOfDataset]) -> list[GdprLine]:
    """A line for each country beyond the Area that data of these activities go to, with what allows it."""
    if not activities:
        return []
    countries = load_list("countries")
    sent = find_every_part(visit.session, ActivityTransfer, [one.id for one in activities]).values()
    return [
        GdprLine(
            _("Transfert hors de l’Union"),
            _("{country} : {safeguard}").format(
                country=countries.label(one.country, current_locale()),
                safeguard=safeguard_words(one.country, one.safeguard)
                if is_framed(one.country, one.safeguard, one.document)
                else _("rien ne le permet encore"),
            ),
            f"/traitements/{one.activity_id}#transferts",
        )
        for rows in sent
        for one in rows
        if not countries.flag(one.country, "eea")
    ]


def _say_fields(known: PersonalFields) -> str:
    said = []
    if known.declared:
        said.append(
            ngettext("%(num)s champ déclaré", "%(num)s champs déclarés", known.declared) % {"num": known.declared}
        )
    if known.detected:
        said.append(
            ngettext("%(num)s champ détecté", "%(num)s champs détectés", known.detected) % {"num": known.detected}
        )
    return ", ".join(said)


def _in_short(activity: ActivityOfDataset, name: str, pairs: Sequence[ActivityData]) -> ActivityInShort:
    span = span_of_retention(one.retention_months for one in pairs)
    if span is None:
        retention = _("durée à dire")
    elif span[0] == span[1]:
        retention = say_months(span[0])
    else:
        retention = _("de {least} à {most}").format(least=say_months(span[0]), most=say_months(span[1]))
    return ActivityInShort(
        id=activity.id,
        name=name,
        status=activity.status.label,
        lawful_basis=activity.lawful_basis.label if activity.lawful_basis else _("base légale à dire"),
        retention=retention,
    )


tell_held("dataset", "activities", col(ActivityDataset.dataset_id), ~col(ActivityDataset.annulled))
PANELS = (Panel("dataset", Permission.PROCESSING_ACTIVITY_READ, "processing/_gdpr.html", gdpr_status_of),)
