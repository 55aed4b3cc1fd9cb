"""The moves as `policies/lifecycle.yaml` says them, read and checked once."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from registry.compliance.vocabulary import Severity
from registry.datasets.vocabulary import Stage
from registry.kernel.delays import Delay, latest_start_past
from registry.kernel.permissions import Role
from registry.kernel.words import current_locale
from registry.lifecycle.vocabulary import VisaKind
from registry.platform.assets import asset_root

_STRICT = ConfigDict(extra="forbid", frozen=True)
_Words = Annotated[str, Field(min_length=1)]


class VisaTerms(BaseModel):
    """Who gives a visa; `outside` where an account only records what another administration answered."""

    model_config = _STRICT

    title: _Words
    title_en: _Words
    given_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    delegated_to: Annotated[tuple[Role, ...], Field(min_length=1)]
    """The roles to which somebody may hand it over for a time."""
    within: Annotated[int, Field(ge=1, le=250)]
    """How long it may wait. Units: working days, the day it is asked for not counted."""
    escalated_to: Role
    """Who is told once it waited longer."""
    personal_only: bool = False
    """Whether it is asked for personal data alone."""
    outside: bool = False
    own: bool = False
    """Whether somebody may give it on a record they keep, or on a move they asked for."""

    def name(self) -> str:
        """The title in the reader's language."""
        return self.title if current_locale() == "fr" else self.title_en

    @property
    def delay(self) -> Delay:
        """How long it may wait."""
        return Delay(self.within, "working-days", carried=False)


class Move(BaseModel):
    """One way from some stages to another, who may ask for it, and what stops it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    code: Annotated[str, Field(pattern=r"^[a-z-]+$")]
    title: _Words
    title_en: _Words
    action: _Words
    action_en: _Words
    starts: Annotated[tuple[Stage, ...], Field(min_length=1, alias="from")]
    to: Stage
    asked_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    visas: tuple[VisaKind, ...] = ()
    known: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    stops: Severity | None = None
    spares: tuple[str, ...] = ()
    """The facts that what `stops` may wait for: another move asks for them."""
    reason: Literal["required", "optional"] = "optional"
    basis: bool = False
    """Whether personal data needs a lawful basis told in the record of processing: the database checks it too."""
    slip: bool = False
    """Whether it needs a standing slip of disposal, and no hold."""

    def name(self) -> str:
        """The title in the reader's language."""
        return self.title if current_locale() == "fr" else self.title_en

    def what_to_ask(self) -> str:
        """What the button that asks for it says, in the reader's language."""
        return self.action if current_locale() == "fr" else self.action_en


class Chart(BaseModel):
    """Every move and the terms of every visa."""

    model_config = _STRICT

    visas: Mapping[VisaKind, VisaTerms]
    moves: tuple[Move, ...]

    @model_validator(mode="after")
    def _each_move_is_told_once(self) -> Self:
        codes = [move.code for move in self.moves]
        if len(set(codes)) < len(codes):
            raise ValueError("two moves bear one code")
        if untold := {kind for move in self.moves for kind in move.visas} - self.visas.keys():
            raise ValueError(f"no terms are told for these visas: {sorted(untold)}")
        return self

    def overdue(self, today: date) -> dict[VisaKind, date]:
        """For each visa, the last day since which one that waits has waited too long."""
        return {kind: latest_start_past(today, terms.delay) for kind, terms in self.visas.items()}

    def moves_from(self, stage: Stage) -> list[Move]:
        """The moves that begin at a stage, in the order of the file."""
        return [move for move in self.moves if stage in move.starts]

    def find(self, code: str) -> Move | None:
        """The move of that code, if there is one."""
        return next((move for move in self.moves if move.code == code), None)


@lru_cache(maxsize=1)
def load_chart() -> Chart:
    """The moves of this version."""
    return read_chart(asset_root("policies") / "lifecycle.yaml")


def read_chart(place: Path) -> Chart:
    """The moves of a file.

    Raises: ValidationError where it does not say moves.
    """
    return Chart.model_validate(yaml.load(place.read_text("utf-8"), Loader=yaml.CSafeLoader))
