"""Reading policies from their files: typed, checked, or refused with file, line and what was meant."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from registry.compliance.catalogue import Catalogue
from registry.compliance.policy import STRICT, Case, Fact, Line, Pack, Policy, PolicyError, PolicyVersion, meant
from registry.compliance.vocabulary import Evidence, FactType, VersionStatus
from registry.kernel.delays import Delay
from registry.kernel.words import _, mark
from registry.legal.rules import KnownText
from registry.legal.vocabulary import TextNature

Model = TypeVar("Model", bound=BaseModel)


class _Delays(BaseModel):
    model_config = STRICT

    law: str
    article: str
    evidence: Evidence
    count: int
    unit: Literal["hours", "days", "months"]
    carried: bool
    note: str | None = None


class _Text(BaseModel):
    model_config = STRICT

    title: Line
    nature: TextNature
    names: tuple[Line, ...] = ()
    read_on: date | None = None


_NO_POLICIES = frozenset({"activities", "lists", "mappings", "templates"})
"""Folders of data that hold no policy: code lists, mappings of inventories, templates of activities and of sheets."""


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
    named = folder / "texts.yaml"
    texts = {name: _valid(_Text, content, named, name) for name, content in _read_known(named).items()}
    titled = folder / "packs.yaml"
    packs = {
        name: _valid(Pack, content, titled, name)
        for name, content in (_read(titled) if titled.exists() else {}).items()
    }
    catalogue = Catalogue(
        policies=(),
        facts=facts,
        lists=_lists(folder / "lists"),
        delays={name: Delay(one.count, one.unit, one.carried, one.law, one.article) for name, one in delays.items()},
        packs=packs,
        texts=[KnownText(name, one.title, one.nature, one.names, one.read_on) for name, one in texts.items()],
    )
    read = [
        read_policy(path, catalogue) for path in sorted(folder.glob("*/*.yaml")) if path.parent.name not in _NO_POLICIES
    ]
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
                hint = meant(name, catalogue.facts)
                raise _placed(path, where, _("fait inconnu : « {name} ».").format(name=name) + hint)
            if value is None and not fact.may_be_absent:
                raise _placed(path, where, _("« {name} » ne peut pas être absent.").format(name=name))
            if value is not None and not _fits(fact, value):
                problem = _("« {value} » n’est pas une valeur de {name}.").format(value=value, name=name)
                raise _placed(path, where, problem + (meant(str(value), fact.values) if fact.values else ""))
        for name in case.missing or ():
            if name not in catalogue.facts:
                problem = _("fait inconnu : « {name} ».").format(name=name) + meant(name, catalogue.facts)
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


def _read_known(path: Path) -> dict[str, Any]:
    """What a file holds that a folder of policies may do without."""
    return _read(path) if path.exists() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        loader = yaml.CSafeLoader(path.read_text("utf-8"))
        node = loader.get_single_node()
        content = loader.construct_document(node) if node is not None else None
    except FileNotFoundError as error:
        raise PolicyError(_("Le fichier {file} manque.").format(file=path.name)) from error
    except UnicodeDecodeError as error:
        raise PolicyError(_("le fichier n’est pas un texte en UTF-8."), _shown(path), 1) from error
    except (yaml.YAMLError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or _("cette date n’existe pas au calendrier.")
        line = where.line + 1 if where is not None else _line_of_impossible_date(path)
        raise PolicyError(_("YAML illisible : {problem}").format(problem=problem), _shown(path), line) from error
    if not isinstance(content, dict):
        raise PolicyError(_("le fichier doit contenir des champs, un par ligne."), _shown(path), 1)
    _refuse_repeated(node, path)
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
        if "facts" in where:  # What follows the fact's name is the kind of value that was tried.
            where = where[: where.index("facts") + 2]
        name = str(next((step for step in reversed(where) if isinstance(step, str)), ""))
        raise _placed(path, where, _explain(model, problem, name)) from error


def _explain(model: type[BaseModel], problem: Any, name: str) -> str:
    if problem["type"] == "extra_forbidden":
        return _("champ inconnu : « {name} ».").format(name=name) + meant(name, _field_names(model))
    if problem["type"] == "missing":
        return _("il manque le champ « {name} ».").format(name=name)
    known = re.findall(r"'([^']*)'", str(problem.get("ctx", {}).get("expected", "")))
    if known:
        given = str(problem.get("input"))
        words = [_("« {label} »").format(label=one) for one in known]
        said = _(" ou ").join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
        sentence = _("« {name} » attend {expected}, pas « {given} ».").format(name=name, expected=said, given=given)
        return sentence + meant(given, known)
    if "facts" in problem["loc"]:
        return _("« {name} » attend une valeur simple ou une liste de textes.").format(name=name)
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    wanted = next((_(words) for start, words in _WANTED if problem["type"].startswith(start)), _("une autre valeur"))
    return _("« {name} » attend {expected}.").format(name=name, expected=wanted)


_WANTED = (
    ("string_pattern", mark("un numéro comme « OD-05 »")),
    ("string", mark("un texte, qui ne peut pas être vide")),
    ("date", mark("une date, année-mois-jour")),
    ("bool", mark("« true » ou « false »")),
    ("int", mark("un nombre entier")),
    ("tuple", mark("une liste entre crochets")),
    ("too_short", mark("au moins une valeur")),
    ("dict", mark("des champs, un par ligne")),
    ("model", mark("des champs, un par ligne")),
)
"""What a field wants, by the beginning of the kind of its fault."""


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
