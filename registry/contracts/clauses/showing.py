"""What one looks for in a contract, and what the law gives it by itself, whatever the parties wrote."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.catalogue import Catalogue
from registry.compliance.engine import engine_of
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.vocabulary import Evidence
from registry.contracts.clauses.citing import (
    CODE_OF_2019,
    LAW_OF_2016,
    OF_ORDINANCE,
    ORDINANCE,
    cite_floor,
    is_before_code,
)
from registry.contracts.clauses.kinds import Asked
from registry.contracts.clauses.law import FloorLine, LawView
from registry.contracts.clauses.standing import asked_of, concedes_public_service
from registry.contracts.queries import find_personal_of_each, find_personal_then
from registry.contracts.rules import state_on, term_of
from registry.contracts.vocabulary import ContractState
from registry.kernel.words import _
from registry.web.templating import say_day

_SINCE_2016, _BEFORE, _ALWAYS = ("DSP-01", "DSP-02", "DSP-03", "DSP-06"), ("DSP-05",), ("DSP-07",)


_CODE = "Code de la commande publique"


def asked_now(session: Session, contract: Any) -> Asked:
    """What decides which clauses one looks for in a contract: as somebody told it, else as its datasets let see."""
    return asked_of_each(session, [contract])[contract.id]


def asked_of_each(session: Session, contracts: Sequence[Any]) -> dict[int, Asked]:
    """The same of several contracts, by contract, with one question."""
    personal = find_personal_of_each(session, [one.id for one in contracts])
    return {one.id: asked_of(one, personal=personal.get(one.id, ())) for one in contracts}


def asked_then(
    session: Session, contracts: Sequence[Any], about: Mapping[int, Iterable[int]], until: datetime
) -> dict[int, Asked]:
    """The same by what the registry knew of contracts and of their datasets, `about`, at an instant."""
    personal = find_personal_then(session, about, until)
    return {one.id: asked_of(one, personal=personal.get(one.id, ())) for one in contracts}


def say_outside(contract: Any, day: date) -> str:
    """Why nothing can be missing of a contract on a day: it is not signed, does not apply yet, or no more."""
    term = term_of(contract)
    state = state_on(term, day)
    if state is ContractState.ENDED:
        return _("Le contrat ne s’applique pas ce jour-là : il a pris fin le {day}.").format(
            day=say_day(term.last_on(day))
        )
    if contract.signed_on is not None and day < contract.signed_on:
        return _("Le contrat ne s’applique pas ce jour-là : il n’est signé que le {day}.").format(
            day=say_day(contract.signed_on)
        )
    if state is ContractState.COMING:
        return _("Le contrat ne s’applique pas ce jour-là : il commence le {day}.").format(day=say_day(term.starts_on))
    return ""


def floor_of(session: Session, contract: Any, day: date) -> tuple[list[FloorLine], str]:
    """The rules of the floor in force on a day with whether each bears on a contract, and why the floor is what it is.

    Law: CCP L3131-2 to L3131-4.
    """
    conceded, consulted = concedes_public_service(contract), contract.consulted_on
    if conceded is False and LAW_OF_2016 <= day < CODE_OF_2019:
        return [], _(
            "Ce contrat ne concède pas de service public : l’ordonnance n° 2016-65, article 53-1 (lu par citation), ne "
            "lui donne rien. Le RGPD, les archives et l’accès aux documents s’imposent à lui quoi qu’il dise."
        )
    if conceded is False:
        return [], _(
            "Ce contrat ne concède pas de service public : les articles L3131-2 à L3131-4 du code de la commande "
            "publique ne lui donnent rien. Le RGPD, les archives et l’accès aux documents s’imposent à lui quoi qu’il "
            "dise."
        )
    # The law gives nothing by a contract that binds nobody that day; what holds of any publication is apart.
    outside = say_outside(contract, day)
    note = outside or _say_why(conceded, consulted, day)
    catalogue = engine_of(session).catalogue
    lines = []
    for number in (*_SINCE_2016, *_BEFORE, *_ALWAYS):
        if (held := _in_force(catalogue, number, day)) is None:
            continue
        policy, version = held
        if number in _ALWAYS:
            # The secrets of CRPA L311-5 to L311-7 hold of whatever goes online, whenever the contract was consulted on.
            bears: bool | None = True
        elif outside:
            bears = False
        elif not conceded or consulted is None:
            bears = None
        else:
            bears = (consulted >= LAW_OF_2016) == (number in _SINCE_2016)
        words = _("À savoir") if bears is None else _("S’applique") if bears else _("Ne s’applique pas")
        shape = "to-complete" if bears is None else "compliant" if bears else "not-applicable"
        law = cite_policy(contract, policy, version, day)
        lines.append(
            FloorLine(
                number, law.force, version.in_plain_words(), law.article, law.address, law.evidence, law.validated,
                words, shape,
            )
        )  # fmt: skip
    # What bears on this very contract comes first.
    return sorted(lines, key=lambda one: one.shape == "not-applicable"), note


def law_of(session: Session, contract: Any, number: str, day: date) -> LawView | None:
    """A rule of the floor as it is cited of a contract on a day; nothing where it is not in force then."""
    held = _in_force(engine_of(session).catalogue, number, day)
    return cite_policy(contract, *held, day) if held is not None else None


def _in_force(catalogue: Catalogue, number: str, day: date) -> tuple[Policy, PolicyVersion] | None:
    policy = catalogue.find(number)
    version = next((one for one in policy.versions if one.applies_on(day)), None) if policy is not None else None
    return None if policy is None or version is None else (policy, version)


def cite_policy(contract: Any, policy: Policy, version: PolicyVersion, day: date) -> LawView:
    """A rule as it is cited of a contract: by the text in force on the day; of one that the ordinance came upon before
    the code, by the ordinance on any day."""
    article, address, evidence = f"{version.text}, {version.article}", version.address or "", version.evidence
    # The ordinance said in its article 53-1 what the code says of data, and nothing there of what is beside it.
    was_there = version.text == _CODE and version.article.startswith(OF_ORDINANCE)
    if was_there and day < CODE_OF_2019:
        article, address, evidence = ORDINANCE, "", Evidence.SECONDARY
    elif was_there and is_before_code(contract):
        article, evidence = cite_floor(contract, version.article), Evidence.SECONDARY
    elif policy.id in _ALWAYS and (day < CODE_OF_2019 or is_before_code(contract)):
        # What holds of whatever goes online is the part of it that hangs on no consultation.
        article, address = "Code des relations entre le public et l’administration, L311-5 à L311-7", ""
    return LawView(
        policy.id, policy.force.label, article, address, evidence.label, version.validated_on is not None
    )  # fmt: skip


def _say_why(conceded: bool | None, consulted: date | None, day: date) -> str:
    """Why the floor of a contract is what it is on a day, with the text that was in force that day."""
    if day < LAW_OF_2016:
        return _("La loi n° 2016-1321 n’est pas encore en vigueur ce jour-là.")
    if conceded is None:
        return _("Dites de quel service public il s’agit : ce que la loi donne en dépend.")
    if consulted is None:
        return _("Dites quand la consultation a été engagée : ce que la loi donne en dépend.")
    if consulted < LAW_OF_2016:
        if day < CODE_OF_2019:
            return _(
                "Consultation engagée avant le 9 octobre 2016 : l’ordonnance n° 2016-65, article 53-1 (lu par "
                "citation), limite la transmission à la préparation du renouvellement. Le rapport annuel, le RGPD et "
                "les secrets restent dus."
            )
        return _(
            "Consultation engagée avant le 9 octobre 2016 : L3131-2, alinéa 2, limite la transmission à la préparation "
            "du renouvellement ; que L3131-3 et L3131-4 suivent cette limite est une lecture retenue par le projet, à "
            "valider. Le rapport annuel, le RGPD et les secrets restent dus."
        )
    if day < CODE_OF_2019:
        return _(
            "Consultation engagée depuis le 9 octobre 2016 : l’ordonnance n° 2016-65, article 53-1 (lu par citation), "
            "donne ceci même si le contrat n’en dit rien."
        )
    if consulted < CODE_OF_2019:
        return _(
            "Consultation engagée entre le 9 octobre 2016 et le 1er avril 2019 : l’ordonnance n° 2016-65, article 53-1 "
            "(lu par citation), repris aux articles L3131-2 à L3131-4, donne ceci même si le contrat n’en dit rien. "
            "Que l’ordonnance régisse encore ce contrat est une lecture, à valider."
        )
    return _(
        "Consultation engagée depuis le 9 octobre 2016 : les articles L3131-2 à L3131-4 donnent ceci même si le "
        "contrat n’en dit rien."
    )
