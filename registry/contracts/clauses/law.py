"""How a text is cited of a contract, and how a clause stands to what the law gives: what templates receive."""

from dataclasses import dataclass

from registry.contracts.vocabulary import AgainstLaw
from registry.kernel.words import _


@dataclass(frozen=True)
class LawView:
    """A rule as it is cited of a contract: its force, its article, and on what reading it rests."""

    policy_id: str
    force: str
    article: str
    address: str
    evidence: str
    validated: bool

    def say(self) -> str:
        """All of it in a line."""
        said = (self.article, self.policy_id, self.force, self.evidence)
        return " · ".join([*said, *([] if self.validated else [_("à valider par le service juridique")])])


@dataclass(frozen=True)
class Against:
    """How a clause stands to what the law gives by itself, why, and the rule where one says so."""

    stands: AgainstLaw
    sentence: str
    law: LawView | None = None

    @property
    def shape(self) -> str:
        """Its mark, among those the pages have."""
        return "non-compliant" if self.stands in {AgainstLaw.CONTRARY, AgainstLaw.BELOW} else "to-complete"

    @property
    def word(self) -> str:
        """How it stands, in words."""
        return self.stands.label

    @property
    def within(self) -> str:
        """The same in the middle of a sentence."""
        return f"{self.word[:1].lower()}{self.word[1:]}"


@dataclass(frozen=True)
class FloorLine:
    """What the law gives by itself: a rule, its article, on what reading it rests, and whether it bears on this."""

    policy_id: str
    force: str
    plain: str
    article: str
    address: str
    evidence: str
    validated: bool
    applies: str
    shape: str
