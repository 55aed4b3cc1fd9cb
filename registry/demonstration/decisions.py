"""What was decided of rules in the demonstration: one adopted, and three validated by the jurist."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.compliance.decisions.forms import ValidationForm
from registry.compliance.decisions.service import Decider, adopt_policy, first_read, validate_version
from registry.compliance.engine import engine_of
from registry.kernel.permissions import Role

CONTENT = Path(__file__).with_name("decisions.yaml")
Step = tuple[date, str, Callable[[], None]]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    by: str


class AdoptionSaid(_Said):
    """A draft adopted; its text names the day as `{day}`."""

    reason: str
    text: str


class ValidationSaid(_Said):
    """A rule whose version of the day is validated."""

    policy: str
    note: str | None


class DecisionsSaid(BaseModel):
    """Everything that was decided."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    adopted: list[AdoptionSaid]
    validated: list[ValidationSaid]


def read_decisions(on_days: Callable[[Any], Any]) -> DecisionsSaid:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return DecisionsSaid.model_validate(on_days(yaml.load(source, Loader=yaml.CSafeLoader)))


def plan_decisions(
    session: Session, said: DecisionsSaid, bodies: Mapping[str, int], accounts: Mapping[str, int]
) -> Iterable[Step]:
    """Each decision, on its day."""
    for adoption in said.adopted:
        yield adoption.day, adoption.by, partial(_adopt, session, adoption, bodies, accounts)
    for validation in said.validated:
        yield validation.day, validation.by, partial(_validate, session, validation, bodies, accounts)


def _decider(said: _Said, bodies: Mapping[str, int], accounts: Mapping[str, int]) -> Decider:
    number = accounts[said.by]
    return Decider(bodies["authority"], number, Role.LEGAL, f"account:{number}", said.day)


def _adopt(session: Session, said: AdoptionSaid, bodies: Mapping[str, int], accounts: Mapping[str, int]) -> None:
    text = said.text.replace("{day}", said.day.isoformat())
    adopt_policy(session, text, said.reason, _decider(said, bodies, accounts))


def _validate(session: Session, said: ValidationSaid, bodies: Mapping[str, int], accounts: Mapping[str, int]) -> None:
    # The year is played in one transaction: what was adopted in it is to be read.
    session.info.pop("revision", None)
    by, engine = _decider(said, bodies, accounts), engine_of(session)
    policy = engine.catalogue.find(said.policy)
    assert policy is not None  # noqa: S101 -- the file names rules of ours.
    version = next((one for one in policy.versions if one.applies_on(said.day)), policy.versions[-1])
    first = first_read(engine, policy, version) or said.day
    form = ValidationForm(digest=policy.digest_of(version), validated_on=max(first, said.day), note=said.note)
    validate_version(session, said.policy, form, by)
