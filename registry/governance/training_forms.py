"""What may be said of a course, and of a session with who was there."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from registry.datasets.forms import Code, Line, Prose, listed
from registry.governance.vocabulary import AttendanceState
from registry.kernel.words import _
from registry.processing.forms import SomeDay
from registry.web.calls import Number

_STRICT = ConfigDict(extra="forbid", from_attributes=True)
MOST_PEOPLE = 300
Audience = Annotated[Code, listed("training_audiences")]


def _some(audiences: Sequence[str]) -> Sequence[str]:
    if not audiences:
        raise PydanticCustomError("nobody", _("Dites au moins à qui cette formation s’adresse."))
    return audiences


class CourseForm(BaseModel):
    """A course: what it teaches, and to whom."""

    model_config = _STRICT

    title: Line
    audiences: Annotated[list[Audience], Field(max_length=20), AfterValidator(_some)]
    content: Prose | None = None


class CourseChange(CourseForm):
    """A change to some fields of a course: what is not given stays."""

    title: Line = ""
    audiences: Annotated[list[Audience], Field(max_length=20), AfterValidator(_some)] = []


class CourseCreation(CourseForm):
    """A course to record, and the organisation that holds it."""

    organisation_id: Number

    def sheet(self) -> CourseForm:
        """The course itself."""
        return CourseForm.model_validate(self.model_dump(exclude={"organisation_id"}, exclude_unset=True))


class AttendanceForm(BaseModel):
    """Somebody at a session: expected, there, or missed."""

    model_config = _STRICT

    person_id: Number
    state: AttendanceState = AttendanceState.ENROLLED


def _each_once(people: Sequence[AttendanceForm]) -> Sequence[AttendanceForm]:
    if len({one.person_id for one in people}) < len(people):
        raise PydanticCustomError("twice", _("Une personne est dite deux fois : gardez une seule ligne."))
    return people


class SessionForm(BaseModel):
    """A session. People, where given, are all of them.

    Units: `hours` of training; `headcount` how many were there, those who are not named included.
    """

    model_config = _STRICT

    held_on: SomeDay
    hours: Annotated[float, Field(gt=0, le=80)] | None = None
    place: Line | None = None
    remote: bool = False
    given_by: Line | None = None
    headcount: Annotated[int, Field(ge=0, le=100_000)] | None = None
    people: Annotated[list[AttendanceForm], Field(max_length=MOST_PEOPLE), AfterValidator(_each_once)] | None = None


class SessionChange(SessionForm):
    """A change to some fields of a session: what is not given stays."""

    held_on: SomeDay = date.min


class SessionCreation(SessionForm):
    """A session to record, and the course it is of."""

    course_id: Number

    def sheet(self) -> SessionForm:
        """The session itself."""
        return SessionForm.model_validate(self.model_dump(exclude={"course_id"}, exclude_unset=True))


def too_early(held_on: date, today: date, people: Sequence[AttendanceForm], headcount: int | None) -> tuple[str, str]:
    """The field and the sentence of what is said of a session that has not taken place; empty where nothing is."""
    if held_on <= today:
        return "", ""
    if headcount is not None:
        return "headcount", _("Cette session est à venir : le nombre de présents se dit une fois qu’elle a eu lieu.")
    if any(one.state is not AttendanceState.ENROLLED for one in people):
        return "people", _("Cette session est à venir : personne n’y a encore été présent ou absent.")
    return "", ""
