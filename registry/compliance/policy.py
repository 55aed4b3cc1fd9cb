"""A policy as its file says it: the values, checked one by one, before anything is compiled."""

import difflib
import hashlib
import json
import re
from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from registry.compliance.vocabulary import (
    Evidence,
    FactType,
    Force,
    Principle,
    Severity,
    Stake,
    SubjectKind,
    Verdict,
    VersionStatus,
)
from registry.kernel.permissions import Role
from registry.kernel.words import _, current_locale

STRICT = ConfigDict(extra="forbid", frozen=True)
Line = Annotated[str, Field(min_length=1)]


class PolicyError(ValueError):
    """A policy, a fact or a delay is malformed: file, line, and what was meant, in one sentence."""

    def __init__(self, problem: str, file: str = "", line: int = 0) -> None:
        self.problem, self.file, self.line = problem, file, line
        placed = _("{file}, ligne {line} : {problem}").format(file=file, line=line, problem=problem)
        super().__init__(placed if file else problem)


class Fact(BaseModel):
    """One thing policies may ask about: its type, its French name, and where people record it."""

    model_config = STRICT

    type: FactType
    label: str
    label_en: str
    room: str
    field: str
    may_be_absent: bool = False
    presence_only: bool = False
    """Whether it is a free text, which may name somebody: policies ask whether it is there, findings never copy it.

    One that may not be absent is there or still to be given: its absence is never a breach.
    """
    values: tuple[str, ...] = ()
    awaited: bool = False
    """Whether no room records it yet: `room` is then the one that will, and what asks about it judges nobody."""

    @property
    def has_presence(self) -> bool:
        """Whether policies may ask that it is there."""
        return self.may_be_absent or self.presence_only

    def title(self) -> str:
        """The fact's name in the reader's language."""
        return self.label if current_locale() == "fr" else self.label_en


class Parameter(BaseModel):
    """A number that a condition asks by its name (`param.review_months`): a choice that no law made.

    A body may choose another within the bounds, with a reason.
    """

    model_config = STRICT

    value: int
    at_least: int
    at_most: int
    label: Line
    label_en: Line

    @model_validator(mode="after")
    def _value_is_within_its_bounds(self) -> Self:
        if not self.at_least <= self.value <= self.at_most:
            raise ValueError(
                _("« value » doit être entre {least} et {most}.").format(least=self.at_least, most=self.at_most)
            )
        return self

    def title(self) -> str:
        """What it counts, in the reader's language."""
        return self.label if current_locale() == "fr" else self.label_en


CONDITIONS = ("when", "require", "deadline", "valid_until")
_PARAMETER = re.compile(r"\bparam\.(\w+)")


class PolicyVersion(BaseModel):
    """What a policy asks during a time, and the law it rests on.

    `when` says whom it concerns (everybody if empty), `require` what must be so. `deadline` is the last day
    on which an unmet requirement is not yet a breach; `valid_until` the last day on which a met one still is.
    """

    model_config = STRICT

    effective_from: date
    effective_until: date | None = None
    status: VersionStatus
    text: Line
    article: Line
    address: str | None = None
    evidence: Evidence
    validated_on: date | None = None
    validated_by: Role | None = None
    when: str | None = None
    require: Line
    deadline: str | None = None
    unknown_waits: bool = False
    """Whether what is unknown stays to complete past the deadline; else it is a breach, as what is absent."""
    valid_until: str | None = None
    note: str | None = None
    plain: Line | None = None
    """What is asked, in a sentence for whoever does not read formulas; it explains, and never decides."""
    plain_en: Line | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    """The numbers its conditions ask by name; once read, the conditions hold their values."""

    @model_validator(mode="before")
    @classmethod
    def _parameters_are_filled_in(cls, content: Any) -> Any:
        named = content.get("parameters") if isinstance(content, dict) else None
        if not isinstance(named, dict):
            return content
        read: set[str] = set()

        def filled(found: re.Match[str]) -> str:
            read.add(found[1])
            if found[1] not in named:
                said = _("paramètre inconnu : « {name} ».").format(name=found[0])
                raise ValueError(said + meant(found[1], [str(name) for name in named]))
            known = named[found[1]]
            # What is no parameter is refused next, by its own fields.
            return str(known.get("value") if isinstance(known, dict) else known)

        conditions = {
            name: _PARAMETER.sub(filled, content[name]) for name in CONDITIONS if isinstance(content.get(name), str)
        }
        if unread := sorted(map(str, named.keys() - read)):
            raise ValueError(_("aucune condition ne lit le paramètre « {name} ».").format(name=unread[0]))
        return {**content, **conditions}

    @model_validator(mode="after")
    def _validation_has_its_day(self) -> Self:
        if self.validated_by is not None and self.validated_on is None:
            raise ValueError(_("« validated_by » demande le jour de la validation, « validated_on »."))
        return self

    @model_validator(mode="after")
    def _only_what_has_a_deadline_waits(self) -> Self:
        if self.unknown_waits and self.deadline is None:
            raise ValueError(_("« unknown_waits » ne se dit que d’une règle qui a une échéance, « deadline »."))
        return self

    @model_validator(mode="after")
    def _plain_words_are_said_in_both_languages(self) -> Self:
        if (self.plain is None) is not (self.plain_en is None):
            raise ValueError(_("« plain » et « plain_en » vont ensemble : la même phrase, en français et en anglais."))
        return self

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of this version's canonical JSON: what it asks, whatever the policy around it says."""
        return _sha256(self.stored())

    def stored(self) -> dict[str, Any]:
        """This version as JSON keeps it: without its plain words, which may be put better without another law, nor the
        names of its parameters, whose values its conditions hold. What waits is told where it does: the others keep the
        digest that they had before one could tell it."""
        apart = {"plain", "plain_en", "parameters"} | (set() if self.unknown_waits else {"unknown_waits"})
        return self.model_dump(mode="json", exclude=apart)

    def in_plain_words(self) -> str:
        """What is asked, in a sentence of the reader's language; nothing where nobody wrote one."""
        return (self.plain if current_locale() == "fr" else self.plain_en) or ""

    def applies_on(self, day: date) -> bool:
        """Whether this version binds on a day."""
        begun = self.effective_from <= day
        over = self.effective_until is not None and self.effective_until < day
        return begun and not over and self.status is not VersionStatus.PROPOSED


class Case(BaseModel):
    """An example with its expected verdict, in a French sentence. A fact given as `null` is known to be absent."""

    model_config = STRICT

    says: Line
    today: date
    facts: dict[str, bool | int | float | date | str | list[str] | None]
    expect: Verdict
    missing: tuple[str, ...] | None = None


class Pack(BaseModel):
    """What a folder of policies gathers, in words."""

    model_config = STRICT

    title: Line
    title_en: Line

    def name(self) -> str:
        """The title in the reader's language."""
        return self.title if current_locale() == "fr" else self.title_en


class Policy(BaseModel):
    """One rule: the compliant state as its title, how it binds, who owes what, its versions and its cases."""

    model_config = STRICT

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,5}-\d{2,3}$")]
    title: Line
    title_en: Line
    subject: SubjectKind
    force: Force
    severity: Severity
    stake: Stake | None = None
    principle: Principle | None = None
    remedy: Line
    remedy_en: Line
    owed_by: Annotated[tuple[Role, ...], Field(min_length=1)]
    versions: Annotated[tuple[PolicyVersion, ...], Field(min_length=1)]
    cases: tuple[Case, ...] = ()

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {version.digest: _sha256(self.text_of(version)) for version in self.versions}

    def digest_of(self, version: PolicyVersion) -> str:
        """The SHA-256 of a version with the policy around it: another title, force or severity is another text."""
        return self._digests[version.digest]

    def text_of(self, version: PolicyVersion) -> dict[str, Any]:
        """One version with the policy around it, as a finding that rests on it is replayed."""
        return {"policy": self.stored(), "version": version.stored()}

    def stored(self) -> dict[str, Any]:
        """The policy without its versions and cases, as JSON keeps it."""
        return self.model_dump(mode="json", exclude={"versions", "cases"})

    def name(self) -> str:
        """The title in the reader's language."""
        return self.title if current_locale() == "fr" else self.title_en

    def what_to_do(self) -> str:
        """The remedy in the reader's language."""
        return self.remedy if current_locale() == "fr" else self.remedy_en


def read_text(text: str) -> Policy:
    """The policy of a text that was kept, with the only version it holds."""
    kept = json.loads(text)
    return Policy.model_validate({**kept["policy"], "versions": [kept["version"]]})


def _sha256(said: Any) -> str:
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def meant(name: str, known: Collection[str], *, cutoff: float = 0.5) -> str:
    """« Did you mean… », with the nearest known name; nothing when none is near."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    return _(" Vouliez-vous dire « {near} » ?").format(near=near[0]) if near else ""


def possible(given: str, known: Collection[str]) -> str:
    """The values there are, with the nearest one to what was written."""
    words = ", ".join(_("« {label} »").format(label=one) for one in known)
    return meant(given, known) + _(" Valeurs possibles : {values}.").format(values=words)
