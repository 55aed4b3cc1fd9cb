"""A policy in words: its condition, the facts with their values, the verdict as its force allows to say it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.compliance.catalogue import PRESENT, Catalogue
from registry.compliance.expressions import Node, read_expression
from registry.compliance.policy import PolicyVersion
from registry.compliance.vocabulary import FactType, Force, Verdict
from registry.kernel.words import _, mark

_WORDS: Mapping[Force, tuple[str, str]] = {
    Force.OBLIGATION: (mark("Conforme"), mark("Non conforme")),
    Force.RECOMMENDATION: (mark("Suivie"), mark("Non suivie")),
    Force.GOOD_PRACTICE: (mark("Suivie"), mark("Non suivie")),
    Force.WATCH: (mark("Prête"), mark("À préparer")),
}
_SIGNS = {
    "==": mark("{left} : {right}"),
    "!=": mark("{left} autre que {right}"),
    "<": mark("{left} inférieur à {right}"),
    "<=": mark("{left} au plus {right}"),
    ">": mark("{left} supérieur à {right}"),
    ">=": mark("{left} au moins {right}"),
    "in": mark("{left} parmi {right}"),
}
_CALLS = {
    "plusDays": mark("{0} plus {1} jours"),
    "plusMonths": mark("{0} plus {1} mois"),
    "size": mark("le nombre de valeurs de {0}"),
}


def verdict_word(force: Force, verdict: Verdict) -> str:
    """The verdict as a reader is told it: only an obligation can be « non conforme »."""
    if verdict is Verdict.COMPLIANT:
        return _(_WORDS[force][0])
    if verdict is Verdict.NON_COMPLIANT:
        return _(_WORDS[force][1])
    return verdict.label


def fact_in_words(catalogue: Catalogue, name: str, value: Any) -> tuple[str, str]:
    """A fact's name and value in words; nothing for what only says that another fact is there."""
    if name.endswith(PRESENT):
        label = catalogue.facts[name.removesuffix(PRESENT)].title()
        return (label, "" if value else _("sans objet (déclaré)"))
    declared = catalogue.facts[name]
    return declared.title(), _value_in_words(value)


def _value_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or _("aucune valeur")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(value)


def condition_in_words(catalogue: Catalogue, version: PolicyVersion) -> str:
    """What a version asks, in one or two sentences."""
    asked = _say(catalogue, read_expression(version.require))
    if version.when is None:
        return _("Il faut : {asked}.").format(asked=asked)
    applies = _say(catalogue, read_expression(version.when))
    return _("Si {applies}, il faut : {asked}.").format(applies=applies, asked=asked)


def _say(catalogue: Catalogue, node: Node) -> str:
    if node.kind == "and":
        return _(" et ").join(_inside(catalogue, part) for part in node.parts if not _says_only_presence(node, part))
    if node.kind == "or":
        return _(" ou ").join(_inside(catalogue, part) for part in node.parts)
    if node.kind == "not":
        return _not(catalogue, node.parts[0])
    if node.kind in _SIGNS:
        left, right = (_say(catalogue, part) for part in node.parts)
        return _(_SIGNS[node.kind]).format(left=left, right=right)
    if node.kind == "call":
        if node.text in _CALLS:
            return _(_CALLS[node.text]).format(*(_say(catalogue, part) for part in node.parts))
        return _("{what} (délai « {name} »)").format(
            what=_say(catalogue, node.parts[0]), name=node.parts[-1].text
        )
    if node.kind == "list":
        return ", ".join(_say(catalogue, part) for part in node.parts)
    if node.kind == "name":
        return _name(catalogue, node.text)
    if node.text.lstrip("-").replace(".", "").isdigit():
        return node.text
    return _("« {label} »").format(label=node.text)


def _inside(catalogue: Catalogue, part: Node) -> str:
    said = _say(catalogue, part)
    return f"({said})" if part.kind in {"or", "and"} and len(part.parts) > 1 else said


def _says_only_presence(node: Node, part: Node) -> bool:
    """« the licence is known, and is one of… »: the second half says it all."""
    if part.kind != "name" or not part.text.endswith(PRESENT):
        return False
    fact = part.text.removesuffix(PRESENT)
    return any(fact in set(other.names()) for other in node.parts if other is not part)


def _not(catalogue: Catalogue, inner: Node) -> str:
    if inner.kind == "name":
        fact = catalogue.facts.get(inner.text.removesuffix(PRESENT))
        if fact is not None:
            if inner.text.endswith(PRESENT):
                return _("« {label} » n’existe pas").format(label=fact.title())
            return _("« {label} » : non").format(label=fact.title())
    return _("non ({said})").format(said=_say(catalogue, inner))


def _name(catalogue: Catalogue, name: str) -> str:
    if name.startswith("lists."):
        return _("la liste « {name} »").format(name=name.removeprefix("lists.").replace("_", " "))
    fact = catalogue.facts[name.removesuffix(PRESENT)]
    if name.endswith(PRESENT):
        return _("« {label} » renseigné").format(label=fact.title())
    if fact.type is FactType.BOOLEAN:
        return _("« {label} » : oui").format(label=fact.title())
    return _("« {label} »").format(label=fact.title())
