"""The texts proposed for each kind of clause: data of `policies/templates/clauses/`, that a jurist may change."""

import re
from collections.abc import Mapping
from functools import lru_cache

import yaml
from pydantic import BaseModel, ConfigDict

from registry.compliance.vocabulary import Evidence
from registry.kernel.words import _
from registry.platform.assets import asset_root

_PLACE = re.compile(r"\[([a-z_]*): ([^\[\]]+)\]")
DATASETS = "{jeux}"


class ClauseGround(BaseModel):
    """A text a clause leans on, and how well it was read.

    `since_2016` is of what concessions consulted on before 9 October 2016 owe for their renewal alone, by CCP L3131-2
    al. 2; `reading` is of articles of which that paragraph says nothing: that they follow it is a reading, to validate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    article: str
    evidence: Evidence
    since_2016: bool = False
    reading: bool = False


class ClauseText(BaseModel):
    """The text proposed for a kind of clause; `why` and `without` are for whoever negotiates, not for the contract.

    `without` says what the law gives where the contract says nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    text: list[str]
    why: str
    without: str
    grounds: list[ClauseGround]

    def fields(self) -> frozenset[str]:
        """The names of what is noted of a clause and that the text would say."""
        return frozenset(found[1] for one in self.text for found in _PLACE.finditer(one) if found[1])

    def filled(self, terms: Mapping[str, str], datasets: str) -> list[str]:
        """The paragraphs, with what is noted in words; what nobody noted is left to complete, in sight.

        `terms` are words by the name of their field; `datasets` names what the clause is about.
        """

        def say(place: re.Match[str]) -> str:
            return terms.get(place[1]) or _("[à compléter : {what}]").format(what=place[2])

        return [_PLACE.sub(say, one.replace(DATASETS, datasets)) for one in self.text]


@lru_cache(maxsize=1)
def load_clause_texts() -> Mapping[str, ClauseText]:
    """The text of each kind of clause, by its code."""
    return {
        path.stem: ClauseText.model_validate(yaml.safe_load(path.read_text("utf-8")))
        for path in sorted(asset_root("policies").glob("templates/clauses/*.yaml"))
    }
