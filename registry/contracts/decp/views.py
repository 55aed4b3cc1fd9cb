"""What goes out about essential data: what an import does, in words, and the views that templates receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.contracts.decp.reading import ReadConcessions, write_contract
from registry.contracts.decp.rules import Change, find_incoherences, read_essential
from registry.contracts.decp.service import WRITES, Difference, Planned
from registry.contracts.decp.vocabulary import EssentialAction, Incoherence
from registry.contracts.views import CONTRACT_LABELS, say_contract_value
from registry.kernel.words import _, mark, ngettext
from registry.web.templating import say_day, say_number

_MOST_QUOTED = 80
_AMENDMENT = {
    "signed_on": mark("Avenant n° {number}, signé le"),
    "published_on": mark("Avenant n° {number}, données publiées le"),
}
_ANNULLED = mark("Ce contrat est annulé au registre : rétablissez-le, puis importez de nouveau.")
_UNREADABLE = mark("Sans numéro, objet et nature lisibles, il n’est pas enregistré : corrigez le fichier.")


@dataclass(frozen=True)
class IncoherenceView:
    """One thing wrong in the essential data of a contract: the rule it breaches, and what to do."""

    rule: str
    place: str
    sentence: str


@dataclass(frozen=True)
class AmendmentView:
    """A modification of a concession, in words."""

    number: str
    signed_on: date | None
    published_on: date | None
    months: int | None
    value_euros: int | None


@dataclass(frozen=True)
class PlannedView:
    """What an import does with one contract, or did."""

    identifier: str
    siret: str
    object: str
    action: EssentialAction
    action_label: str
    contract_id: int | None
    organisation_name: str
    told: Sequence[str]
    differences: Sequence[str]
    amendments: Sequence[AmendmentView]
    incoherences: Sequence[IncoherenceView]


@dataclass(frozen=True)
class EssentialImportRow:
    """An import in the list of the latest."""

    id: int
    source_name: str
    state: str
    created_at: datetime


@dataclass(frozen=True)
class EssentialImportsPage:
    """The form that brings a file in, and the latest imports."""

    rows: Sequence[EssentialImportRow]
    errors: Mapping[str, str]
    limit: int
    exported: str


@dataclass(frozen=True)
class EssentialImportPage:
    """What an import would do with each contract."""

    id: int
    source_name: str
    state: str
    created_at: datetime
    beside: Sequence[str]
    figures: Sequence[tuple[int, str]]
    contracts: Sequence[PlannedView]
    may_apply: bool
    may_abandon: bool


@dataclass(frozen=True)
class EssentialPanel:
    """The essential data of a contract on its sheet: what was published, and what is wrong in it."""

    facts: Sequence[tuple[str, str]]
    amendments: Sequence[AmendmentView]
    incoherences: Sequence[IncoherenceView]


def incoherence_view(one: Incoherence) -> IncoherenceView:
    """An incoherence in words."""
    details = {name: say_day(said) if isinstance(said, date) else said for name, said in one.details.items()}
    return IncoherenceView(one.rule, one.place, one.fault.label.format(place=one.place, **details))


def amendment_view(one: Change) -> AmendmentView:
    """A modification in words."""
    return AmendmentView(one.named, one.signed_on, one.published_on, one.months, one.value)


def say_difference(one: Difference) -> str:
    """Where a file says another thing than what is recorded, which stays."""
    if one.of_format:
        label, recorded, given = one.name, _json(one.recorded), _json(one.given)
    else:
        label = _(_AMENDMENT[one.name]) if one.amendment is not None else _(CONTRACT_LABELS[one.name])
        label = label.format(number=one.amendment)
        recorded, given = (say_contract_value(one.name, said) for said in (one.recorded, one.given))
    return _("{field} : « {recorded} » ici, « {given} » dans le fichier, laissé tel quel.").format(
        field=label, recorded=recorded, given=given
    )


def _json(said: Any) -> str:
    text = "" if said is None else said if isinstance(said, str) else write_contract(said)
    return text if len(text) <= _MOST_QUOTED else f"{text[:_MOST_QUOTED]}…"


def planned_view(one: Planned, names: Mapping[int, str]) -> PlannedView:
    """What an import does with one contract, in words."""
    told = []
    if one.action is EssentialAction.REFUSED:
        unreadable = one.contract is None and one.recorded is None
        told.append(_(_UNREADABLE) if unreadable else _(_ANNULLED))
    if one.action is EssentialAction.ADD:
        told.append(
            ngettext("{count} ajout aux données publiées.", "{count} ajouts aux données publiées.", one.added).format(
                count=one.added
            )
        )
    told.extend(
        _("Le concessionnaire {siret} n’est pas une organisation du registre : enregistrez-la pour en faire une "
          "partie du contrat.").format(siret=siret)
        for siret in one.unknown
    )  # fmt: skip
    return PlannedView(
        identifier=one.essential.identifier, siret=one.essential.siret, object=one.essential.object,
        action=one.action, action_label=one.action.label,
        contract_id=one.contract.id if one.contract is not None else None,
        organisation_name=names.get(one.organisation_id, ""), told=told,
        differences=[say_difference(said) for said in one.differs],
        amendments=[amendment_view(change) for change in one.essential.changes],
        incoherences=[incoherence_view(said) for said in one.incoherences],
    )  # fmt: skip


def done_view(identifier: str, action: EssentialAction, contract_id: int | None, title: str) -> PlannedView:
    """What an import that is over did with one contract: its sheet tells the rest."""
    return PlannedView(identifier, "", title, action, action.label, contract_id, "", (), (), (), ())


def say_beside(read: ReadConcessions) -> list[str]:
    """What else of a file went by: the concessions of others, and those that name no authority."""
    said = []
    if read.others:
        told = ngettext(
            "{count} concession d’une autre autorité, laissée ({sirets}).",
            "{count} concessions d’autres autorités, laissées ({sirets}).",
            read.others,
        )
        sirets = ", ".join(f"{siret} : {say_number(count)}" for siret, count in read.sirets)
        said.append(told.format(count=say_number(read.others), sirets=sirets))
    if read.nobody:
        told = ngettext(
            "{count} concession sans SIRET d’autorité concédante, laissée.",
            "{count} concessions sans SIRET d’autorité concédante, laissées.",
            read.nobody,
        )
        said.append(told.format(count=say_number(read.nobody)))
    return said


def say_nothing_ours(read: ReadConcessions) -> str:
    """Why a file brings nothing: none of its concessions is of a body of ours."""
    first = _(
        "Aucune concession de ce fichier n’est d’une organisation pour laquelle vous tenez le registre : son SIREN ou "
        "son SIRET est cherché dans « autoriteConcedante ». Vérifiez ceux de vos organisations."
    )
    return " ".join((first, *say_beside(read)))


def count_actions(planned: Sequence[Planned | PlannedView]) -> list[tuple[int, str]]:
    """How many contracts come to what, those that come to nothing left out."""
    counted = [(sum(one.action is action for one in planned), action.label) for action in EssentialAction]
    return [(count, label) for count, label in counted if count]


def panel_of(content: Mapping[str, Any], identifier: str) -> EssentialPanel:
    """The essential data of a contract on its sheet."""
    said = read_essential(content)
    facts = [
        (_("Numéro du contrat"), identifier),
        (_("Publiées le"), say_day(said.published_on)),
        (_("Données d’exécution publiées le"), ", ".join(say_day(day) for day in said.years)),
    ]
    return EssentialPanel(
        facts=[(label, words) for label, words in facts if words],
        amendments=[amendment_view(one) for one in said.changes],
        incoherences=[incoherence_view(one) for one in find_incoherences(content)],
    )


def is_written(action: EssentialAction) -> bool:
    """Whether something of a contract is written."""
    return action in WRITES


def say_exported(held: int, left: int) -> str:
    """What an export holds and what it cannot, in words."""
    said = ngettext(
        "L’export rend tel quel ce que des fichiers ont apporté : {count} concession.",
        "L’export rend tel quel ce que des fichiers ont apporté : {count} concessions.",
        held,
    ).format(count=held)
    if not left:
        return said
    more = ngettext(
        "{count} concession du registre n’y est pas : aucun fichier n’a apporté ses données essentielles.",
        "{count} concessions du registre n’y sont pas : aucun fichier n’a apporté leurs données essentielles.",
        left,
    ).format(count=left)
    return f"{said} {more}"
