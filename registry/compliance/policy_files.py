"""Reading policies from their files: typed, checked, or refused with file, line and what was meant."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from registry.compliance.catalogue import Catalogue
from registry.compliance.policy import (
    CONDITIONS,
    STRICT,
    Case,
    Fact,
    Line,
    Pack,
    Policy,
    PolicyError,
    PolicyVersion,
    meant,
    possible,
)
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


class Choice(BaseModel):
    """Another value that a body chose for a parameter of ours, from a day on, and why."""

    model_config = STRICT

    value: int
    decided_on: date
    reason: Line


CHOICES = "parametres.yaml"
"""The file of a local folder that holds choices, by policy and parameter."""


def load_catalogue(folder: Path, local: Path | None = None) -> Catalogue:
    """Every policy of a folder, with its facts, lists and delays; and those of a local one, with its choices.

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
    packs = {
        name: _valid(Pack, content, place / "packs.yaml", name)
        for place in (folder, *([local] if local else []))
        for name, content in _read_known(place / "packs.yaml").items()
    }
    titled = _read_known(local / "packs.yaml") if local is not None else {}
    if local is not None and (taken := sorted({path.parent.name for path in folder.glob("*/*.yaml")} & titled.keys())):
        problem = _("« {name} » est un domaine du logiciel : prenez un autre nom.").format(name=taken[0])
        raise _placed(local / "packs.yaml", taken[:1], problem)
    choices = _read_choices(local / CHOICES) if local is not None else {}
    catalogue = Catalogue(
        policies=(),
        facts=facts,
        lists=_lists(folder / "lists"),
        delays={name: Delay(one.count, one.unit, one.carried, one.law, one.article) for name, one in delays.items()},
        packs=packs,
        texts=[KnownText(name, one.title, one.nature, one.names, one.read_on) for name, one in texts.items()],
    )
    own = [path for path in sorted(folder.glob("*/*.yaml")) if path.parent.name not in _NO_POLICIES]
    theirs = sorted(local.glob("*/*.yaml")) if local is not None else []
    read = [
        *(read_policy(path, catalogue, choices) for path in own),
        *(read_policy(path, catalogue) for path in theirs),
    ]
    catalogue.policies = sorted((policy for policy, _path in read), key=lambda policy: policy.id)
    paths: dict[str, Path] = {}
    for policy, path in read:
        if policy.id in paths:
            raise _placed(path, ("id",), _("le numéro {number} est déjà pris.").format(number=policy.id))
        paths[policy.id] = path
    catalogue.paths = paths
    catalogue.local = frozenset(policy.id for policy, path in read if path in theirs)
    catalogue.chosen = frozenset(choices)
    for number in choices:
        if number not in paths or number in catalogue.local:
            problem = _("aucune règle du logiciel ne porte le numéro « {number} ».").format(number=number)
            raise _placed(local / CHOICES if local else Path(), (number,), problem + meant(number, paths))
    catalogue.files = {number: f"{path.parent.name}/{path.name}" for number, path in paths.items()}
    return catalogue


Choices = Mapping[str, tuple[Path, Mapping[str, Sequence[Choice]]]]
"""The choices made on policies, by number and parameter, the oldest first, each with the file that makes them."""


def _read_choices(path: Path) -> Choices:
    return {
        number: (path, {name: _choices_of(said, path, number, name) for name, said in _fields(made, path, number)})
        for number, made in _fields(_read_known(path), path)
    }


def _choices_of(said: Any, path: Path, number: str, name: str) -> list[Choice]:
    """One choice, or several from different days."""
    if not isinstance(said, list):
        return [_valid(Choice, said, path, number, name)]
    made = [_valid(Choice, one, path, number, name, place) for place, one in enumerate(said)]
    days = [one.decided_on for one in made]
    if days != sorted(set(days)):
        raise _placed(path, (number, name), _("les choix d’un paramètre vont du plus ancien au plus récent."))
    return made


def _fields(said: Any, path: Path, *inside: str) -> list[tuple[str, Any]]:
    """What stands under each name.

    Raises: PolicyError where there is nothing, or where a name is no text.
    """
    if not isinstance(said, dict) or (inside and not said):
        raise _placed(path, inside, _("« {name} » attend des champs, un par ligne.").format(name=inside[-1]))
    for name in said:
        if not isinstance(name, str):
            raise _placed(path, (*inside, name), _("« {name} » n’est pas un nom.").format(name=name))
    return list(said.items())


def _chosen(content: dict[str, Any], made: tuple[Path, Mapping[str, Sequence[Choice]]]) -> dict[str, Any]:
    """A policy's file with the values a body chose: a version that binds on the day of a choice is another from it."""
    path, choices = made
    number, versions = str(content["id"]), list(content["versions"])
    for name, of_parameter in choices.items():
        if not any(name in (one.get("parameters") or {}) for one in versions):
            known = {known for one in versions for known in (one.get("parameters") or {})}
            problem = _("{number} n’a pas de paramètre « {name} ».").format(number=number, name=name)
            raise _placed(path, (number, name), problem + meant(name, known))
        ours = {one["parameters"][name]["value"] for one in versions if name in (one.get("parameters") or {})}
        for choice in of_parameter:
            versions = [
                part
                for one in versions
                for part in (
                    _split(one, name, choice, ours, partial(_placed, path, (number, name)))
                    if name in (one.get("parameters") or {})
                    else [one]
                )
            ]
    return {**content, "versions": versions}


def _split(
    version: dict[str, Any], name: str, choice: Choice, ours: set[int], refuse: Callable[[str], PolicyError]
) -> list[dict[str, Any]]:
    """A version until the day before a choice, and from that day on: as it was where it ended before."""
    last, parameter = version.get("effective_until"), version["parameters"][name]
    if last is not None and last < choice.decided_on:
        return [version]
    least, most = parameter["at_least"], parameter["at_most"]
    if not least <= choice.value <= most:
        raise refuse(_("« value » doit être entre {least} et {most}.").format(least=least, most=most))
    if choice.value == parameter["value"]:
        raise refuse(_("{value} est déjà la valeur : il n’y a rien à choisir.").format(value=choice.value))
    words = _("Choix de la collectivité, le {day} : {value} au lieu de {ours} ({what}). Motif : {reason}")
    said = words.format(
        day=f"{choice.decided_on:%d/%m/%Y}", value=choice.value, ours=", ".join(map(str, sorted(ours))),
        what=parameter["label"], reason=choice.reason,
    )  # fmt: skip
    # Its plain words speak of our number: the exact condition says theirs.
    kept = {field: value for field, value in version.items() if field not in {"plain", "plain_en"}}
    chosen = {
        **kept,
        "effective_from": max(version["effective_from"], choice.decided_on),
        "parameters": {**version["parameters"], name: {**parameter, "value": choice.value}},
        "note": " ".join(filter(None, (version.get("note"), said))),
    }
    if version["effective_from"] >= choice.decided_on:
        return [chosen]
    return [{**version, "effective_until": choice.decided_on - timedelta(days=1)}, chosen]


def read_policy(path: Path, catalogue: Catalogue, choices: Choices | None = None) -> tuple[Policy, Path]:
    """One policy file, checked against a catalogue's facts, with the values a body chose for its parameters.

    Raises: PolicyError with file, line and what was meant.
    """
    content = _read(path)
    policy = _valid(Policy, content, path)
    if choices and policy.id in choices:
        policy = _valid(Policy, _chosen(content, choices[policy.id]), path)
    for number, version in enumerate(policy.versions):
        for name in CONDITIONS:
            source = getattr(version, name)
            if source is not None:
                try:
                    catalogue.compile(source, gives_day=name in {"deadline", "valid_until"})
                except PolicyError as error:
                    raise _placed(path, ("versions", number, name), f"{name} : {error.problem}") from error
    _check_dates(policy, path)
    _check_cases(policy, path, catalogue)
    return policy, path


def _check_cases(policy: Policy, path: Path, catalogue: Catalogue) -> None:
    """Each case gives known facts values that they may have."""
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
                raise _placed(path, where, problem + (possible(str(value), fact.values) if fact.values else ""))
        for name in case.missing or ():
            if name not in catalogue.facts:
                problem = _("fait inconnu : « {name} ».").format(name=name) + meant(name, catalogue.facts)
                raise _placed(path, ("cases", number, "missing"), problem)


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
        if node is not None:
            _refuse_repeated(node, path)
        content = loader.construct_document(node) if node is not None else None
    except PolicyError:
        raise
    except FileNotFoundError as error:
        raise PolicyError(_("Le fichier {file} manque.").format(file=path.name)) from error
    except UnicodeDecodeError as error:
        raise PolicyError(_("le fichier n’est pas un texte en UTF-8."), _shown(path), 1) from error
    except (yaml.YAMLError, ValueError) as error:
        problem, line = _unread(error, path)
        raise PolicyError(_("YAML illisible : {problem}").format(problem=problem), _shown(path), line) from error
    if not isinstance(content, dict):
        raise PolicyError(_("le fichier doit contenir des champs, un par ligne."), _shown(path), 1)
    return content


_UNREAD = (
    ("expected ',' or ']'", mark("il manque « , » ou « ] » à une liste.")),
    ("expected ',' or '}'", mark("il manque « , » ou « } » à une liste de champs.")),
    ("end of stream", mark("un guillemet ou une apostrophe n’est pas refermé.")),
    ("'-' indicator", mark("les éléments d’une liste ne sont pas alignés : vérifiez les retraits.")),
    ("mapping values", mark("deux-points de trop, ou retrait inégal : mettez entre guillemets un texte qui en a.")),
    ("cannot start any token", mark("ce signe ne commence aucune valeur : mettez-la entre guillemets.")),
    ("tab character", mark("une tabulation sert de retrait : mettez des espaces.")),
    ("expected ':'", mark("il manque « : » après le nom d’un champ.")),
    ("expected key", mark("un champ est mal placé : vérifiez les retraits et les guillemets.")),
    ("for the tag", mark("« ! » ne commence aucune valeur : mettez-la entre guillemets.")),
    ("another document", mark("« --- » ne coupe pas un fichier de règle.")),
)
"""What the library that reads YAML says in English, by a part of it, and what is to be mended."""


def _unread(error: Exception, path: Path) -> tuple[str, int]:
    """Why a file does not read, and on which line."""
    if isinstance(error, yaml.reader.ReaderError):
        return _("un caractère qui ne s’écrit pas s’y trouve."), path.read_bytes()[: error.position].count(b"\n") + 1
    if not isinstance(error, yaml.MarkedYAMLError):
        return _("cette date n’existe pas au calendrier."), _line_of_impossible_date(path)
    said = error.problem or ""
    # What is never closed is seen at the end of the file: the eye must go where it was opened.
    at = error.context_mark if "end of stream" in said and error.context_mark is not None else error.problem_mark
    words = next((_(sentence) for part, sentence in _UNREAD if part in said), None)
    return words or _("vérifiez les retraits et les guillemets."), at.line + 1 if at is not None else 1


def _line_of_impossible_date(path: Path) -> int:
    """The line of a date the calendar does not have: YAML refuses it without saying where."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        for found in re.findall(rb"\b\d{4}-\d{2}-\d{2}\b", line):
            try:
                date.fromisoformat(found.decode())
            except ValueError:
                return number
    return 1


def _refuse_repeated(node: Any, path: Path, met: set[int] | None = None) -> None:
    """A field written twice: YAML would keep the last in silence. A value told by a mark: it may hold itself."""
    met = set() if met is None else met
    if id(node) in met:
        problem = _("les marques de YAML (« & », « * ») ne sont pas lues : écrivez la valeur.")
        raise PolicyError(problem, _shown(path), node.start_mark.line + 1)
    met.add(id(node))
    seen: set[str] = set()
    for one in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in one if isinstance(one, tuple) else (one,):
            _refuse_repeated(inner, path, met)
        if isinstance(one, tuple):
            name = str(one[0].value)
            if name in seen:
                problem = _("le champ « {name} » est écrit deux fois.").format(name=name)
                raise PolicyError(problem, _shown(path), one[0].start_mark.line + 1)
            seen.add(name)


def _valid(model: type[Model], content: Any, path: Path, *inside: str | int) -> Model:
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
