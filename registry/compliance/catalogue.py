"""The policies compiled: the environment their conditions live in, and which of them bind on a day."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

from cel_expr_python import cel

from registry.compliance.decisions.held import NOTHING_DECIDED, Decided, Validation
from registry.compliance.expressions import ExpressionError, Node, UnboundedError, read_expression
from registry.compliance.policy import Fact, Pack, Policy, PolicyError, PolicyVersion, meant, possible
from registry.compliance.vocabulary import FactType, Force, SubjectKind
from registry.kernel.dates import plus_days, plus_months
from registry.kernel.delays import Delay, deadline
from registry.kernel.words import _
from registry.legal.rules import Citation, KnownText

PRESENT = "__present"
UNBOUND = object()
"""Stands for a fact that was never recorded, where subjects are compared by their facts."""
MOST_RECALLED = 5_000
"""Of what was found before, how much is kept at hand: a few megabytes."""
BLOCKING_FINDINGS = "dataset.blocking_findings"
"""The fact that the engine makes itself, of what the other policies said of the same subject."""
_LISTED = "lists."
_FORBIDDEN = (("has", "has()"), ("null", "null"), ("today", "today"))
_FUNCTIONS = frozenset({"day", "plusDays", "plusMonths", "deadline", "size"})
"""All a condition may call: what CEL brings besides would read no clock of ours, or hide a fact from « missing »."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")


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

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The facts it asks about, in order."""
        return tuple(sorted({name for part in self._parts for name in part.facts}))

    @cached_property
    def counts_findings(self) -> bool:
        """Whether it asks how many blocking findings the others made: it is judged after them."""
        return BLOCKING_FINDINGS in self.names

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The code lists it names, as an activation holds them."""
        named = {name for part in self._parts for name in part.node.names() if name.startswith(_LISTED)}
        return tuple(sorted(named))

    @cached_property
    def values_of(self) -> Callable[[Mapping[str, Any]], Any]:
        """What it asks about, out of facts of which each is given: subjects alike in it are judged alike."""
        return itemgetter(*self.names) if self.names else lambda _facts: ()

    @property
    def _parts(self) -> list[Part]:
        return [part for part in (self.when, self.require, self.deadline, self.valid_until) if part is not None]


@dataclass
class Catalogue:
    """Every policy with the facts they may ask about, compiled once."""

    policies: Sequence[Policy]
    facts: Mapping[str, Fact]
    lists: Mapping[str, tuple[str, ...]]
    delays: Mapping[str, Delay]
    texts: Sequence[KnownText] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    packs: Mapping[str, Pack] = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    """The numbers of the policies that the body wrote itself."""
    chosen: frozenset[str] = frozenset()
    """The numbers of ours of which it chose a parameter."""
    refusal: str = ""
    """Why the body's own policies are not followed as they stand; nothing where they are."""
    lost: frozenset[str] = frozenset()
    """The numbers of the policies that can be read no more: what they found stands, until somebody mends them."""
    decided: Decided = NOTHING_DECIDED
    """What the body decided about rules: those it adopted, those a jurist validated."""
    said: dict[tuple[str, str], str] = field(default_factory=dict)
    """Conditions in words, by version and language: a sheet says each of them again."""
    cited: dict[str, tuple[Citation, ...]] = field(default_factory=dict)
    """The articles each version cites, by its digest: to read them all again took 9 ms a request."""
    _parts: dict[tuple[str, bool], Part] = field(default_factory=dict)
    _compiled: dict[str, Compiled] = field(default_factory=dict)
    _in_force: dict[tuple[SubjectKind, date], tuple[tuple[Policy, PolicyVersion, Compiled], ...]] = field(
        default_factory=dict, init=False
    )
    _recalled: tuple[tuple[date, date], dict[Any, Any]] | None = field(default=None, init=False)

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
        variables = {name: kinds[fact.type] for name, fact in self.facts.items() if not fact.presence_only}
        variables |= {f"{name}{PRESENT}": cel.Type.BOOL for name, fact in self.facts.items() if fact.has_presence}
        variables |= {f"lists.{name}": cel.Type.List(cel.Type.STRING) for name in self.lists}
        stamp, whole = cel.Type.TIMESTAMP, cel.Type.INT
        functions = [
            _function("day", [cel.Type.STRING], lambda said: as_stamp(date.fromisoformat(said))),
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

    def find(self, policy_id: str) -> Policy | None:
        """The policy of that number, if this catalogue holds it."""
        return self._by_id.get(policy_id)

    @cached_property
    def _by_id(self) -> dict[str, Policy]:
        return {policy.id: policy for policy in self.policies}

    def pack_of(self, policy_id: str) -> str:
        """The name of the pack a policy came in; nothing where it came in none."""
        return self.files.get(policy_id, "").partition("/")[0]

    def pack_title(self, pack: str) -> str:
        """What a pack gathers, in the reader's language; its own name where nothing titles it."""
        return self.packs[pack].name() if pack in self.packs else pack

    def find_text(self, policy_id: str, digest: str) -> tuple[Policy, PolicyVersion] | None:
        """The policy and the version of that digest, if this catalogue still holds them as they were."""
        policy = self._by_id.get(policy_id)
        versions = policy.versions if policy is not None else ()
        return next(
            ((policy, version) for version in versions if policy is not None and policy.digest_of(version) == digest),
            None,
        )

    def validation_of(self, policy: Policy, version: PolicyVersion) -> Validation | None:
        """Who answers for a version's text, and since when: what was decided here before what its file says."""
        decision = self.decided.validation_of(policy, version)
        if decision is not None:
            return Validation(decision.decided_on, decision.decided_as, decision) if decision.validates else None
        return Validation(version.validated_on, version.validated_by) if version.validated_on is not None else None

    def label(self, fact: str) -> str:
        """A fact's name in the reader's language; its plain name where this catalogue no longer knows it."""
        declared = self.facts.get(fact)
        return declared.title() if declared is not None else fact

    @cached_property
    def held(self) -> frozenset[SubjectKind]:
        """The kinds of subject of which some room records anything: of the others, every fact is awaited."""
        return frozenset(subject_of(name) for name, fact in self.facts.items() if not fact.awaited)

    def awaited_by(self, version: PolicyVersion) -> tuple[str, ...]:
        """The facts a version asks about that no room records yet."""
        asked = dict.fromkeys(name.removesuffix(PRESENT) for name in self.compiled(version).names)
        return tuple(name for name in asked if self.facts[name].awaited)

    def waits(self, policy: Policy, version: PolicyVersion) -> bool:
        """Whether a version judges nobody yet: what it speaks of, or a fact it asks about, is not recorded."""
        return policy.subject not in self.held or bool(self.awaited_by(version))

    def waiting(self, law_of: date) -> list[tuple[Policy, PolicyVersion]]:
        """The policies whose version of a day binds and judges nobody yet."""
        return [
            (policy, version)
            for policy in self.policies
            for version in policy.versions
            if version.applies_on(law_of) and self.waits(policy, version)
        ]

    def in_force(self, kind: SubjectKind, law_of: date) -> list[tuple[Policy, PolicyVersion]]:
        """Each policy that judges a kind of subject, with the version that binds on a day."""
        return [(policy, version) for policy, version, _compiled in self.compiled_in_force(kind, law_of)]

    def binding(self, kind: SubjectKind, law_of: date) -> frozenset[str]:
        """The numbers of the policies on a kind of subject that bind in law on a day: those a breach breaks."""
        found = self.in_force(kind, law_of)
        return frozenset(policy.id for policy, _version in found if policy.force is Force.OBLIGATION)

    def compiled_in_force(self, kind: SubjectKind, law_of: date) -> tuple[tuple[Policy, PolicyVersion, Compiled], ...]:
        """The same, ready to be evaluated."""
        found = self._in_force.get((kind, law_of))
        if found is None:
            found = tuple(
                (policy, version, self.compiled(version))
                for policy in self.policies
                if policy.subject is kind
                for version in policy.versions
                if version.applies_on(law_of) and not self.waits(policy, version)
            )
            self._in_force[(kind, law_of)] = found
        return found

    def recalled(self, today: date, law_of: date) -> dict[Any, Any]:
        """What was found of the subjects judged last on a day, under the law of a day: most change in little."""
        known = self._recalled
        if known is None or known[0] != (today, law_of) or len(known[1]) > MOST_RECALLED:
            known = self._recalled = (today, law_of), {}
        return known[1]

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
        known = self._parts.get((source, gives_day))
        if known is None:
            known = self._parts[source, gives_day] = self._compile(source, gives_day=gives_day)
        return known

    def _compile(self, source: str, *, gives_day: bool) -> Part:
        for sign, shown in _FORBIDDEN:
            if re.search(rf"(?<![\w.]){sign}(?![\w.])", _TEXTS.sub("''", source)):
                raise PolicyError(
                    _("« {shown} » n’a pas sa place dans une condition (voir policies/README.md).").format(shown=shown)
                )
        try:
            node = read_expression(source)
        except UnboundedError as error:
            raise PolicyError(str(error)) from error
        except ExpressionError as error:
            raise PolicyError(_("condition illisible près de {place}").format(place=error)) from error
        for name in node.names():
            if name not in self.environment_names:
                raise PolicyError(
                    _("fait inconnu : « {name} ».").format(name=name) + meant(name, self.environment_names, cutoff=0.6)
                )
        self._check_words(node)
        part = self._compile_part(source, node)
        given, wanted = part.program.return_type().name(), "TIMESTAMP" if gives_day else "BOOL"
        if given != wanted:
            wanted_words = _("une date") if gives_day else _("oui ou non")
            said = _("la formule doit donner {wanted}, elle donne « {given} ».")
            raise PolicyError(said.format(wanted=wanted_words, given=_type_in_words(given)))
        return part

    def _check_words(self, node: Node) -> None:
        """What CEL takes for any text: the name of a function or of a delay, a value of a closed list."""
        if node.kind == "call":
            if node.text not in _FUNCTIONS:
                raise PolicyError(
                    _("fonction inconnue : « {name} ».").format(name=node.text) + meant(node.text, _FUNCTIONS)
                )
            if node.text == "day" and not _is_day(node):
                raise PolicyError(_("« day » prend un jour entre apostrophes : day('2016-10-09')."))
            if node.text == "deadline" and node.parts and node.parts[-1].text not in self.delays:
                name = node.parts[-1].text
                raise PolicyError(_("délai inconnu : « {name} ».").format(name=name) + meant(name, self.delays))
            if node.text == "deadline" and node.parts and self.delays[node.parts[-1].text].unit == "hours":
                raise PolicyError(
                    _("le délai « {name} » se compte en heures : une règle se juge au jour.").format(
                        name=node.parts[-1].text
                    )
                )
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
                        + possible(said.text, fact.values)
                    )

    @cached_property
    def unbound(self) -> dict[str, Any]:
        """Every fact, none of them recorded."""
        return dict.fromkeys(self.environment_names, UNBOUND)

    @cached_property
    def environment_names(self) -> frozenset[str]:
        """Every name a condition may use."""
        present = {f"{name}{PRESENT}" for name, fact in self.facts.items() if fact.has_presence}
        valued = {name for name, fact in self.facts.items() if not fact.presence_only}
        return frozenset(valued) | present | {f"lists.{name}" for name in self.lists}

    def _compile_part(self, source: str, node: Node) -> Part:
        try:
            program = self.environment.compile(source[node.start : node.end])
        except RuntimeError as error:
            raise PolicyError(_("condition refusée : {problem}").format(problem=_in_words(str(error)))) from error
        parts: tuple[Part, ...] = ()
        if node.kind in {"and", "or", "not"}:
            parts = tuple(self._compile_part(source, part) for part in node.parts)
        return Part(node, program, frozenset(name for name in node.names() if not name.startswith(_LISTED)), parts)


_TYPES = {
    "bool": FactType.BOOLEAN,
    "string": FactType.STRING,
    "int": FactType.INTEGER,
    "double": FactType.DOUBLE,
    "google.protobuf.timestamp": FactType.DATE,
    "timestamp": FactType.DATE,
}
_MISAPPLIED = re.compile(r"no matching overload for '([^']*)' applied to '\((.*)\)'")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")


def _type_in_words(said: str) -> str:
    """A type of the library that compiles, as people say it."""
    name = said.strip().lower()
    return (FactType.STRINGS if name.startswith("list") else _TYPES.get(name, FactType.STRING)).label


def _in_words(refusal: str) -> str:
    """Why the library refuses a condition, which it says in English: what it is given that does not go together."""
    if (found := _MISAPPLIED.search(refusal)) is not None:
        kinds = [_("« {label} »").format(label=_type_in_words(one)) for one in found[2].split(", ")]
        said = _("« {sign} » ne s’applique pas à {kinds}. Vérifiez de quel genre est chaque fait.")
        return said.format(sign=found[1].strip("_@"), kinds=_(" et ").join(kinds))
    if (found := _UNDECLARED.search(refusal)) is not None:
        # Every name was checked before: what is left is a function that takes another number of values.
        return _("« {name} » n’attend pas ce nombre de valeurs.").format(name=found[1])
    return _("elle ne se lit pas ; vérifiez ses nombres et ses apostrophes.")


def subject_of(fact: str) -> SubjectKind:
    """What a fact is about, from its name."""
    return SubjectKind(fact.partition(".")[0])


def _is_day(call: Node) -> bool:
    """Whether what `day` is given is a day, written as one."""
    said = call.parts[0] if len(call.parts) == 1 else call
    return said.kind == "value" and _DAY.fullmatch(said.text) is not None and _exists(said.text)


def _exists(said: str) -> bool:
    try:
        return bool(date.fromisoformat(said))
    except ValueError:
        return False


def as_stamp(day: date) -> datetime:
    """A civil day as CEL holds it: midnight UTC of that day."""
    return datetime.combine(day, time.min, UTC)


def _function(name: str, parameters: list[Any], act: Any) -> Any:
    overload = cel.Overload(
        f"{name}_of_day", return_type=cel.Type.TIMESTAMP, parameters=parameters, is_member=False, impl=act
    )
    return cel.FunctionDecl(name, [overload])
