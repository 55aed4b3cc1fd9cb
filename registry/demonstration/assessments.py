"""The impact assessments of the demonstration: what their file may say, and how it is played."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.platform.lists import load_list
from registry.processing.assessments.forms import (
    AssessmentForm,
    ConsultationForm,
    ContextForm,
    DecisionForm,
    DpoForm,
    MeasureForm,
    MeasuresForm,
    PeopleForm,
    PrinciplesForm,
    RiskForm,
    RisksForm,
    ScreeningForm,
)
from registry.processing.assessments.models import ImpactAssessment
from registry.processing.assessments.queries import find_screening, get_latest
from registry.processing.assessments.rules import CRITERIA
from registry.processing.assessments.service import (
    amend_revision,
    begin_assessment,
    begin_revision,
    decide_revision,
    describe_context,
    plan_measures,
    record_consultation,
    screen_activity,
    submit_revision,
    weigh_risks,
)
from registry.processing.forms import ActivityForm
from registry.processing.models import ProcessingActivity
from registry.processing.service import record_activity

CONTENT = Path(__file__).with_name("assessments.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScreeningSaid(_Said):
    """The answers of one day: the criteria met, every other one not, save those left open."""

    day: date
    by: str
    met: list[str] = []
    open: list[str] = []
    answers: ScreeningForm = ScreeningForm()

    def form(self) -> ScreeningForm:
        """The answers as the page would send them."""
        criteria = {code: code in self.met for code in load_list(CRITERIA) if code not in self.open}
        return self.answers.model_copy(update={"criteria": criteria})


class DecisionSaid(_Said):
    """The controller's answer, on a day, by an account."""

    day: date
    by: str
    answer: DecisionForm


class ConsultationSaid(_Said):
    """The CNIL's prior consultation as it was recorded on a day."""

    day: date
    by: str
    told: ConsultationForm


class AssessmentSaid(_Said):
    """An assessment: its first revision as it was written, and how far it went."""

    title: str
    day: date
    by: str
    context: ContextForm
    principles: PrinciplesForm
    risks: list[RiskForm] = []
    measures: list[MeasureForm] = []
    people: PeopleForm = PeopleForm()
    advised: DpoForm | None = None
    submitted: date | None = None
    decided: DecisionSaid | None = None
    consulted: ConsultationSaid | None = None
    revised: date | None = None


class AssessedActivity(_Said):
    """An activity, the answers about it, and the assessment that covers it, if any."""

    of: str
    day: date
    by: str
    activity: ActivityForm
    screening: ScreeningSaid | None = None
    assessment: AssessmentSaid | None = None


def read_said(on_days: Callable[[Any], Any]) -> list[AssessedActivity]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        said = on_days(yaml.load(source, Loader=yaml.CSafeLoader))
    return [AssessedActivity.model_validate(one) for one in said["activities"]]


def plan_assessments(
    session: Session, said: Iterable[AssessedActivity], bodies: dict[str, int], accounts: dict[str, int]
) -> Iterable[Step]:
    """Every step of these, each with its day and the account that makes it."""
    for one in said:
        yield from _Played(session, one, bodies[one.of], accounts).steps()


class _Played:
    """One activity and its assessment being played: the rows its steps stand on."""

    def __init__(self, session: Session, said: AssessedActivity, body: int, accounts: dict[str, int]) -> None:
        self.session, self.said, self.body, self.accounts = session, said, body, accounts
        self.activity_id, self.assessment_id = 0, 0

    def steps(self) -> Iterable[Step]:
        """Each change on its day, by its account."""
        said = self.said
        yield said.day, said.by, self._record
        if said.screening is not None:
            yield said.screening.day, said.screening.by, partial(self._screen, said.screening)
        told = said.assessment
        if told is None:
            return
        yield told.day, told.by, partial(self._write, told)
        if told.advised is not None and told.advised.dpo_opinion_on is not None:
            yield told.advised.dpo_opinion_on, "dpo", partial(self._advise, told.advised)
        if told.submitted is not None:
            yield told.submitted, told.by, partial(self._submit, told)
        if told.decided is not None:
            yield told.decided.day, told.decided.by, partial(self._decide, told.decided)
        if told.consulted is not None:
            yield told.consulted.day, told.consulted.by, partial(self._consult, told.consulted)
        if told.revised is not None:
            yield told.revised, told.by, partial(self._revise, told.by)

    def _record(self) -> None:
        form = self.said.activity
        known = self.session.execute(
            select(col(ProcessingActivity.id)).where(
                col(ProcessingActivity.organisation_id) == self.body, col(ProcessingActivity.name) == form.name
            )
        ).scalar_one_or_none()
        self.activity_id = known or record_activity(self.session, self.body, form).id

    def _screen(self, told: ScreeningSaid) -> None:
        known = find_screening(self.session, self.activity_id)
        screen_activity(self.session, self.activity_id, told.form(), expected=known.version if known else 0)

    def _write(self, told: AssessmentSaid) -> None:
        by = self.accounts[told.by]
        form = AssessmentForm(title=told.title, activity_ids=[self.activity_id])
        made: ImpactAssessment = begin_assessment(self.session, self.body, form, by=by)
        self.assessment_id = made.id
        context = told.context.model_copy(update={"activity_ids": [self.activity_id]})
        describe_context(self.session, made.id, context, expected=self._version(), by=by)
        amend_revision(
            self.session, made.id, told.principles.model_dump() | told.people.model_dump(),
            expected=self._version(), by=by,
        )  # fmt: skip
        weigh_risks(self.session, made.id, RisksForm(risks=told.risks), expected=self._version(), by=by)
        plan_measures(self.session, made.id, MeasuresForm(measures=told.measures), expected=self._version(), by=by)

    def _version(self) -> int:
        return get_latest(self.session, self.assessment_id).version

    def _advise(self, advised: DpoForm) -> None:
        amend_revision(
            self.session,
            self.assessment_id,
            advised.kept(),
            expected=self._version(),
            by=self.accounts["dpo"],
            as_dpo=True,
        )

    def _submit(self, told: AssessmentSaid) -> None:
        assert told.submitted is not None  # noqa: S101 -- planned only where a day is said.
        submit_revision(
            self.session, self.assessment_id, expected=self._version(), by=self.accounts[told.by], today=told.submitted
        )

    def _decide(self, told: DecisionSaid) -> None:
        decide_revision(
            self.session, self.assessment_id, told.answer, expected=self._version(), by=self.accounts[told.by],
            today=told.day,
        )  # fmt: skip

    def _consult(self, told: ConsultationSaid) -> None:
        record_consultation(self.session, self.assessment_id, told.told, expected=0)

    def _revise(self, by: str) -> None:
        begin_revision(self.session, self.assessment_id, by=self.accounts[by])
