"""How the texts of concessions are cited of a contract: by those that bind it, from when its consultation began."""

from datetime import date
from typing import Any

from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.standing import concedes_public_service
from registry.kernel.words import _

LAW_OF_2016 = date(2016, 10, 9)
"""From when the law 2016-1321 is in force: concessions whose consultation began before owe less (DSP-01 to -07)."""
CODE_OF_2019 = date(2019, 4, 1)
"""From when the public procurement code is in force; before, the same was in article 53-1 of the ordinance 2016-65."""
ORDINANCE = "ordonnance n° 2016-65, article 53-1 (lu par citation)"
OF_ORDINANCE = ("L3131-2", "L3131-3", "L3131-4")
"""The articles of the code that its article 53-1 became."""
_CODE, _OF_CONCESSIONS = "CCP ", ("CCP L313", "CCP R313")


def which_floor(contract: Any) -> str:
    """Which floor of the law a contract has, that of `floor_of` in a word: none, unknown, before or since 2016."""
    conceded = concedes_public_service(contract)
    if conceded is False:
        return "none"
    if conceded is None or contract.consulted_on is None:
        return "unknown"
    return "before" if contract.consulted_on < LAW_OF_2016 else "since"


def is_before_code(contract: Any) -> bool:
    """Whether a contract was consulted on after the law of 2016 and before the code of 2019 took it over.

    That such a contract stays under the ordinance is a reading: the transitional provisions of the code were not read.
    """
    day = contract.consulted_on
    return day is not None and LAW_OF_2016 <= day < CODE_OF_2019


def cite_floor(contract: Any, article: str) -> str:
    """How an article of the floor is cited of a contract: by the ordinance where the code came after it."""
    if not is_before_code(contract):
        return _("CCP, {article}").format(article=article)
    return _(
        "Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au CCP, {article} (lecture à valider)"
    ).format(article=article)


def law_of_kind(contract: Any, kind: str) -> str:
    """The texts that one looks for a kind of clause by, as they are cited of a contract: none of concessions where it
    concedes no public service."""
    floor, said = which_floor(contract), []
    for text in kinds().words(kind, "article").split(" ; "):
        if not text.startswith(_OF_CONCESSIONS):
            said.append(text)
        elif floor != "none" and (floor != "before" or text != "CCP L3131-4"):
            article = text.removeprefix(_CODE)
            said.append(cite_floor(contract, article) if article in OF_ORDINANCE else text)
    return " ; ".join(said) or _("Stipulations du contrat")
