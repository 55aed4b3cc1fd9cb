"""The policies as loaded from their files: read, typed, compiled, or refused with file, line and what was meant."""

import difflib
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from cel_expr_python import cel
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.compliance.expressions import ExpressionError, Node, read_expression
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
from registry.kernel.dates import plus_days, plus_months
from registry.kernel.delays import Delay, deadline
from registry.kernel.permissions import Role
from registry.kernel.words import _, current_locale

Model = TypeVar("Model", bound=BaseModel)

PRESENT = "__present"
_STRICT = ConfigDict(extra="forbid", frozen=True)
_FORBIDDEN = (("has", "has()"), ("null", "null"), ("today", "today"))
_FUNCTIONS = frozenset({"plusDays", "plusMonths", "deadline", "size"})
"""All a condition may call: what CEL brings besides would read no clock of ours, or hide a fact from « missing »."""

_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
Line = Annotated[str, Field(min_length=1)]


class PolicyError(ValueError):
    """A policy, a fact or a delay is malformed: file, line, and what was meant, in one sentence."""

    def __init__(self, problem: str, file: str = "", line: int = 0) -> None:
        self.problem, self.file, self.line = problem, file, line
        placed = _("{file}, ligne {line} : {problem}").format(file=file, line=line, problem=problem)
        super().__init__(placed if file else problem)


class Fact(BaseModel):
    """One thing policies may ask about: its type, its French name, and where people record it."""

    model_config = _STRICT

    type: FactType
    label: str
    label_en: str
    room: str
    field: str
    may_be_absent: bool = False
    values: tuple[str, ...] = ()

    def title(self) -> str:
        """The fact's name in the reader's language."""
        return self.label if current_locale() == "fr" else self.label_en


class PolicyVersion(BaseModel):
    """What a policy asks during a time, and the law it rests on.

    `when` says whom it concerns (everybody if empty), `require` what must be so. `deadline` is the last day
    on which an unmet requirement is not yet a breach; `valid_until` the last day on which a met one still is.
    """

    model_config = _STRICT

    effective_from: date
    effective_until: date | None = None
    status: VersionStatus
    text: Line
    article: Line
    address: str | None = None
    evidence: Evidence
    validated_on: date | None = None
    when: str | None = None
    require: Line
    deadline: str | None = None
    valid_until: str | None = None
    note: str | None = None

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of this version's canonical JSON."""
        said = json.dumps(self.stored(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def stored(self) -> dict[str, Any]:
        """This version as JSON keeps it."""
        return self.model_dump(mode="json")

    def applies_on(self, day: date) -> bool:
        """Whether this version binds on a day."""
        begun = self.effective_from <= day
        over = self.effective_until is not None and self.effective_until < day
        return begun and not over and self.status is not VersionStatus.PROPOSED


class Case(BaseModel):
    """An example with its expected verdict, in a French sentence. A fact given as `null` is known to be absent."""

    model_config = _STRICT

    says: Line
    today: date
    facts: dict[str, bool | int | float | date | str | list[str] | None]
    expect: Verdict
    missing: tuple[str, ...] | None = None


class Policy(BaseModel):
    """One rule: the compliant state as its title, how it binds, who owes what, its versions and its cases."""

    model_config = _STRICT

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

    def stored(self) -> dict[str, Any]:
        """The policy without its versions and cases, as JSON keeps it."""
        return self.model_dump(mode="json", exclude={"versions", "cases"})

    def name(self) -> str:
        """The title in the reader's language."""
        return self.title if current_locale() == "fr" else self.title_en

    def what_to_do(self) -> str:
        """The remedy in the reader's language."""
        return self.remedy if current_locale() == "fr" else self.remedy_en


class _Delays(BaseModel):
    model_config = _STRICT

    law: str
    article: str
    evidence: Evidence
    count: int
    unit: Literal["days", "months"]
    carried: bool
    note: str | None = None


@dataclass(frozen=True)
class Part:
    """A part of a condition, ready to be evaluated, with the facts it names."""

    node: Node
    program: Any
    facts: frozenset[str]
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Compiled:
    """A version ready to be evaluated."""

    when: Part | None
    require: Part
    deadline: Part | None
    valid_until: Part | None


@dataclass
class Catalogue:
    """Every policy with the facts they may ask about, compiled once."""

    policies: Sequence[Policy]
    facts: Mapping[str, Fact]
    lists: Mapping[str, tuple[str, ...]]
    delays: Mapping[str, Delay]
    files: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    _compiled: dict[str, Compiled] = field(default_factory=dict)
    _in_force: dict[tuple[SubjectKind, date], tuple[tuple[Policy, PolicyVersion, Compiled], ...]] = field(
        default_factory=dict
    )

    @cached_property
    def environment(self) -> Any:
        """The CEL environment: each fact with its type, the lists, and our functions on dates."""
        kinds = {
            FactType.BOOLEAN: cel.Type.BOOL,
            FactType.ENUM: cel.Type.STRING,
            FactType.STRING: cel.Type.STRING,
            FactType.INTEGER: cel.Type.INT,
            FactType.DOUBLE: cel.Type.DOUBLE,
            FactType.DATE: cel.Type.TIMESTAMP,
            FactType.STRINGS: cel.Type.List(cel.Type.STRING),
        }
        variables = {name: kinds[fact.type] for name, fact in self.facts.items()}
        variables |= {f"{name}{PRESENT}": cel.Type.BOOL for name, fact in self.facts.items() if fact.may_be_absent}
        variables |= {f"lists.{name}": cel.Type.List(cel.Type.STRING) for name in self.lists}
        stamp, whole = cel.Type.TIMESTAMP, cel.Type.INT
        functions = [
            _function("plusDays", [stamp, whole], lambda day, days: as_stamp(plus_days(day.date(), days))),
            _function("plusMonths", [stamp, whole], lambda day, months: as_stamp(plus_months(day.date(), months))),
            _function(
                "deadline",
                [stamp, cel.Type.STRING],
                lambda day, name: as_stamp(deadline(day.date(), self.delays[name])),
            ),
        ]
        return cel.NewEnv(variables=variables, functions=functions)

    @cached_property
    def bindings(self) -> dict[str, list[str]]:
        """The lists, as an activation holds them."""
        return {f"lists.{name}": list(codes) for name, codes in self.lists.items()}

    def get(self, policy_id: str) -> Policy:
        """The policy of that number.

        Raises: KeyError.
        """
        return self._by_id[policy_id]

    def has(self, policy_id: str) -> bool:
        """Whether a policy bears that number."""
        return policy_id in self._by_id

    @cached_property
    def _by_id(self) -> dict[str, Policy]:
        return {policy.id: policy for policy in self.policies}

    def get_version(self, policy_id: str, digest: str) -> PolicyVersion | None:
        """The version of that digest, if this catalogue still holds it."""
        versions = self._by_id[policy_id].versions if policy_id in self._by_id else ()
        return next((version for version in versions if version.digest == digest), None)

    def in_force(self, kind: SubjectKind, law_of: date) -> list[tuple[Policy, PolicyVersion]]:
        """Each policy on a kind of subject with the version that binds on a day."""
        return [(policy, version) for policy, version, _compiled in self.compiled_in_force(kind, law_of)]

    def compiled_in_force(self, kind: SubjectKind, law_of: date) -> tuple[tuple[Policy, PolicyVersion, Compiled], ...]:
        """The same, ready to be evaluated."""
        found = self._in_force.get((kind, law_of))
        if found is None:
            found = tuple(
                (policy, version, self.compiled(version))
                for policy in self.policies
                if policy.subject is kind
                for version in policy.versions
                if version.applies_on(law_of)
            )
            self._in_force[(kind, law_of)] = found
        return found

    def compiled(self, version: PolicyVersion) -> Compiled:
        """A version's conditions, compiled once."""
        known = self._compiled.get(version.digest)
        if known is None:
            known = Compiled(
                when=self.compile(version.when) if version.when else None,
                require=self.compile(version.require),
                deadline=self.compile(version.deadline, gives_day=True) if version.deadline else None,
                valid_until=self.compile(version.valid_until, gives_day=True) if version.valid_until else None,
            )
            self._compiled[version.digest] = known
        return known

    def compile(self, source: str, *, gives_day: bool = False) -> Part:
        """A condition and each of its boolean parts, ready to be evaluated; with `gives_day`, the formula of a day.

        Raises: PolicyError, saying what was meant where a name, a value or a delay is unknown.
        """
        for sign, shown in _FORBIDDEN:
            if re.search(rf"(?<![\w.]){sign}(?![\w.])", _TEXTS.sub("''", source)):
                raise PolicyError(
                    _("« {shown} » n’a pas sa place dans une condition (voir policies/README.md).").format(shown=shown)
                )
        try:
            node = read_expression(source)
        except ExpressionError as error:
            raise PolicyError(_("condition illisible près de {place}").format(place=error)) from error
        for name in node.names():
            if name not in self.environment_names:
                raise PolicyError(
                    _("fait inconnu : « {name} ».").format(name=name) + _hint(name, self.environment_names, cutoff=0.6)
                )
        self._check_words(node)
        part = self._compile_part(source, node)
        given, wanted = part.program.return_type().name(), "TIMESTAMP" if gives_day else "BOOL"
        if given != wanted:
            wanted_words = _("une date") if gives_day else _("oui ou non")
            raise PolicyError(
                _("la formule doit donner {wanted}, elle donne « {given} ».").format(
                    wanted=wanted_words, given=given.lower()
                )
            )
        return part

    def _check_words(self, node: Node) -> None:
        """What CEL takes for any text: the name of a function or of a delay, a value of a closed list."""
        if node.kind == "call":
            if node.text not in _FUNCTIONS:
                raise PolicyError(
                    _("fonction inconnue : « {name} ».").format(name=node.text) + _hint(node.text, _FUNCTIONS)
                )
            if node.text == "deadline" and node.parts and node.parts[-1].text not in self.delays:
                name = node.parts[-1].text
                raise PolicyError(_("délai inconnu : « {name} ».").format(name=name) + _hint(name, self.delays))
        if node.kind in {"==", "!=", "in"}:
            self._check_values(node)
        for part in node.parts:
            self._check_words(part)

    def _check_values(self, node: Node) -> None:
        for one, other in (node.parts, node.parts[::-1]):
            fact = self.facts.get(one.text) if one.kind == "name" else None
            if fact is None or not fact.values:
                continue
            for said in other.parts if other.kind == "list" else (other,):
                if said.kind == "value" and said.text not in fact.values:
                    raise PolicyError(
                        _("« {value} » n’est pas une valeur de {name}.").format(value=said.text, name=one.text)
                        + _hint(said.text, fact.values)
                    )

    @cached_property
    def environment_names(self) -> frozenset[str]:
        """Every name a condition may use."""
        present = {f"{name}{PRESENT}" for name, fact in self.facts.items() if fact.may_be_absent}
        return frozenset(self.facts) | present | {f"lists.{name}" for name in self.lists}

    def _compile_part(self, source: str, node: Node) -> Part:
        try:
            program = self.environment.compile(source[node.start : node.end])
        except RuntimeError as error:
            said = str(error).partition("ERROR: ")[2].partition(" [INVALID")[0].splitlines()[0]
            raise PolicyError(
                _("condition refusée : {problem}").format(problem=said.partition(": ")[2] or said)
            ) from error
        parts: tuple[Part, ...] = ()
        if node.kind in {"and", "or", "not"}:
            parts = tuple(self._compile_part(source, part) for part in node.parts)
        return Part(node, program, frozenset(name for name in node.names() if not name.startswith("lists.")), parts)


def _hint(name: str, known: Collection[str], *, cutoff: float = 0.5) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    return _(" Vouliez-vous dire « {near} » ?").format(near=near[0]) if near else ""


def as_stamp(day: date) -> datetime:
    """A civil day as CEL holds it: midnight UTC of that day."""
    return datetime.combine(day, time.min, UTC)


def _function(name: str, parameters: list[Any], act: Any) -> Any:
    overload = cel.Overload(
        f"{name}_of_day", return_type=cel.Type.TIMESTAMP, parameters=parameters, is_member=False, impl=act
    )
    return cel.FunctionDecl(name, [overload])


def load_catalogue(folder: Path) -> Catalogue:
    """Every policy of a folder, with its facts, lists and delays.

    Raises: PolicyError with file, line and what was meant; nothing is half-loaded.
    """
    facts = {
        name: _valid(Fact, content, folder / "facts.yaml", name)
        for name, content in _read(folder / "facts.yaml").items()
    }
    delays = {
        name: _valid(_Delays, content, folder / "delays.yaml", name)
        for name, content in _read(folder / "delays.yaml").items()
    }
    catalogue = Catalogue(
        policies=(),
        facts=facts,
        lists=_lists(folder / "lists"),
        delays={name: Delay(one.count, one.unit, one.carried) for name, one in delays.items()},
    )
    read = [read_policy(path, catalogue) for path in sorted(folder.glob("*/*.yaml")) if path.parent.name != "lists"]
    catalogue.policies = sorted((policy for policy, _path in read), key=lambda policy: policy.id)
    paths: dict[str, Path] = {}
    for policy, path in read:
        if policy.id in paths:
            raise _placed(path, ("id",), _("le numéro {number} est déjà pris.").format(number=policy.id))
        paths[policy.id] = path
    catalogue.paths = paths
    catalogue.files = {number: f"{path.parent.name}/{path.name}" for number, path in paths.items()}
    return catalogue


def read_policy(path: Path, catalogue: Catalogue) -> tuple[Policy, Path]:
    """One policy file, checked against a catalogue's facts.

    Raises: PolicyError with file, line and what was meant.
    """
    content = _read(path)
    policy = _valid(Policy, content, path)
    for number, version in enumerate(policy.versions):
        for name in ("when", "require", "deadline", "valid_until"):
            source = getattr(version, name)
            if source is not None:
                try:
                    catalogue.compile(source, gives_day=name in {"deadline", "valid_until"})
                except PolicyError as error:
                    raise _placed(path, ("versions", number, name), f"{name} : {error.problem}") from error
    _check_dates(policy, path)
    for number, case in enumerate(policy.cases):
        for name, value in case.facts.items():
            where = ("cases", number, "facts", name)
            fact = catalogue.facts.get(name)
            if fact is None:
                hint = _hint(name, catalogue.facts)
                raise _placed(path, where, _("fait inconnu : « {name} ».").format(name=name) + hint)
            if value is None and not fact.may_be_absent:
                raise _placed(path, where, _("« {name} » ne peut pas être absent.").format(name=name))
            if value is not None and not _fits(fact, value):
                problem = _("« {value} » n’est pas une valeur de {name}.").format(value=value, name=name)
                raise _placed(path, where, problem + (_hint(str(value), fact.values) if fact.values else ""))
        for name in case.missing or ():
            if name not in catalogue.facts:
                problem = _("fait inconnu : « {name} ».").format(name=name) + _hint(name, catalogue.facts)
                raise _placed(path, ("cases", number, "missing"), problem)
    return policy, path


def _check_dates(policy: Policy, path: Path) -> None:
    """Each version ends after it begins, and no two bind on the same day."""
    for number, version in enumerate(policy.versions):
        where = ("versions", number, "effective_from")
        last = version.effective_until
        if last is not None and last < version.effective_from:
            raise _placed(path, where, _("la version finit avant de commencer."))
        for other in policy.versions[:number]:
            if VersionStatus.PROPOSED in {version.status, other.status}:
                continue
            begun, over = other.effective_from, other.effective_until
            if begun <= (last or date.max) and version.effective_from <= (over or date.max):
                raise _placed(path, where, _("deux versions seraient en vigueur le même jour."))


_FITTING: Mapping[FactType, tuple[type, ...]] = {
    FactType.BOOLEAN: (bool,),
    FactType.ENUM: (str,),
    FactType.STRING: (str,),
    FactType.INTEGER: (int,),
    FactType.DOUBLE: (int, float),
    FactType.DATE: (date,),
    FactType.STRINGS: (list, tuple),
}


def _fits(fact: Fact, value: Any) -> bool:
    """Whether an example gives a fact a value of its type, from its list if it has one."""
    if isinstance(value, bool) and fact.type is not FactType.BOOLEAN:
        return False
    return isinstance(value, _FITTING[fact.type]) and (not fact.values or value in fact.values)


def _lists(folder: Path) -> dict[str, tuple[str, ...]]:
    """Each code list, and for each of its flags the codes that bear it: `lists.licences_homologated`."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.glob("*.yaml")):
        codes = _read(path).get("codes", {})
        found[path.stem] = tuple(str(code) for code in codes)
        for flag in sorted({name for content in codes.values() for name, value in content.items() if value is True}):
            found[f"{path.stem}_{flag}"] = tuple(code for code, content in codes.items() if content.get(flag) is True)
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError as error:
        raise PolicyError(_("Le fichier {file} manque.").format(file=path.name)) from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark is not None else _line_of_impossible_date(path)
        raise PolicyError(_("YAML illisible : {problem}").format(problem=problem), _shown(path), line) from error
    if not isinstance(content, dict):
        raise PolicyError(_("le fichier doit contenir des champs, un par ligne."), _shown(path), 1)
    _refuse_repeated(yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader), path)
    return content


def _line_of_impossible_date(path: Path) -> int:
    """The line of a date the calendar does not have: YAML refuses it without saying where."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        for found in re.findall(rb"\b\d{4}-\d{2}-\d{2}\b", line):
            try:
                date.fromisoformat(found.decode())
            except ValueError:
                return number
    return 1


def _refuse_repeated(node: Any, path: Path) -> None:
    """A field written twice: YAML would keep the last one in silence."""
    seen: set[str] = set()
    for one in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in one if isinstance(one, tuple) else (one,):
            _refuse_repeated(inner, path)
        if isinstance(one, tuple):
            name = str(one[0].value)
            if name in seen:
                problem = _("le champ « {name} » est écrit deux fois.").format(name=name)
                raise PolicyError(problem, _shown(path), one[0].start_mark.line + 1)
            seen.add(name)


def _valid(model: type[Model], content: Any, path: Path, *inside: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = error.errors()
        # A misspelt field is also a missing one: its own line is where the eye must go.
        problem = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
        where = (*inside, *problem["loc"])
        name = str(next((step for step in reversed(where) if isinstance(step, str)), ""))
        raise _placed(path, where, _explain(model, problem, name)) from error


def _explain(model: type[BaseModel], problem: Any, name: str) -> str:
    if problem["type"] == "extra_forbidden":
        return _("champ inconnu : « {name} ».").format(name=name) + _hint(name, _field_names(model))
    if problem["type"] == "missing":
        return _("il manque le champ « {name} ».").format(name=name)
    expected = problem.get("ctx", {}).get("expected")
    if expected:
        return _("« {name} » attend {expected}, pas « {given} ».").format(
            name=name, expected=expected, given=problem.get("input")
        )
    return _("« {name} » : valeur refusée ({problem}).").format(name=name, problem=problem["msg"])


def _field_names(model: type[BaseModel]) -> list[str]:
    names = set(model.model_fields)
    if model is Policy:
        names |= set(PolicyVersion.model_fields) | set(Case.model_fields)
    return sorted(names)


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _placed(path: Path, where: Sequence[Any], problem: str) -> PolicyError:
    return PolicyError(problem, _shown(path), line_of(path, where))


def line_of(path: Path, where: Sequence[Any]) -> int:
    """The line of the value a path of keys leads to, or of the nearest one above it."""
    node = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    line = 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def every_fact(part: Part | None) -> Iterator[str]:
    """The facts a condition names."""
    if part is not None:
        yield from part.facts
