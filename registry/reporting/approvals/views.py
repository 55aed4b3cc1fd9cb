"""What goes out about drafts: the views that the templates receive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup


@dataclass(frozen=True)
class AnnotationLine:
    """What somebody noted on a section of a document."""

    id: int
    section: str
    where: str
    text: str
    author: str
    role: str
    written_on: date
    set_aside: bool


@dataclass(frozen=True)
class ReadingPage:
    """The text of a document beside its annotations; `refusal` says why nothing is noted nor decided any more.

    `whose` says to who may annotate and not answer: why, and who may."""

    id: int
    version: int
    title: str
    state: str
    tone: str
    as_of: date
    body: Markup
    unreadable: str
    refusal: str
    sections: Sequence[tuple[str, str]]
    annotations: Sequence[AnnotationLine]
    may_annotate: bool
    may_decide: bool
    whose: Sequence[str]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DocumentPage:
    """One document of the register: where it stands, what it says of itself, what goes with it.

    `stuck` says that its final document is approved and was not issued; `withdrawn` why what it claims is claimed no
    more, and `about` is where that is.
    """

    id: int
    version: int
    title: str
    state: str
    tone: str
    facts: Sequence[tuple[str, str]]
    sent_back: str
    draft_address: str
    final_address: str
    is_pdf: bool
    is_draft: bool
    may_review: bool
    whose: str
    stuck: bool
    annotations: Sequence[AnnotationLine]
    issue_again: str
    compared: bool
    withdrawn: str = ""
    about: str = ""
