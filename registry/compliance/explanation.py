"""A policy in words: its condition, the facts with their values, the verdict as its force allows to say it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from registry.compliance.catalogue import PRESENT, Catalogue
from registry.compliance.decisions.held import Validation
from registry.compliance.engine import Engine
from registry.compliance.evaluation import as_day, unmet
from registry.compliance.expressions import Node, read_expression
from registry.compliance.policy import Policy, PolicyVersion
from registry.compliance.settling import Way
from registry.compliance.vocabulary import FactType, Force, Verdict
from registry.kernel.dates import plus_days
from registry.kernel.words import _, current_locale, mark, ngettext
from registry.organisations.views import FIELD_LABELS
from registry.organisations.vocabulary import OrganisationKind
from registry.web.templating import say_day, say_number

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
    "in": mark("{left} : {right}"),
}
_ON_DAYS = {
    "<": mark("{left} avant {right}"),
    "<=": mark("{left} au plus tard {right}"),
    ">": mark("{left} après {right}"),
    ">=": mark("{left} au plus tôt {right}"),
}
_CALLS = {
    "plusDays": mark("{left} plus {right} jours"),
    "plusMonths": mark("{left} plus {right} mois"),
    "deadline": mark("le dernier jour du délai compté depuis {left} ({right})"),
    "size": mark("le nombre de valeurs de {left}"),
}
_BEFORE = {"plusDays": mark("{right} jours avant {left}"), "plusMonths": mark("{right} mois avant {left}")}
_SETS = {
    "lists.licences_homologated": mark("une licence de la liste réglementaire"),
    "lists.licences_homologated_software": mark("une licence de logiciel de la liste réglementaire"),
}

VALUE_WORDS: dict[str, Callable[[str], str]] = {
    "organisation.kind": lambda code: OrganisationKind(code).label,
}
"""How the codes a fact may hold are said, by the fact's name; the rooms whose codes they are add theirs."""
FIELD_NAMES: dict[str, Mapping[str, str]] = {"organisation": FIELD_LABELS}
"""How the fields of each kind of subject are named on its sheet; the rooms whose sheets they are add theirs."""


def verdict_word(force: Force, verdict: Verdict) -> str:
    """The verdict as a reader is told it: only an obligation can be « non conforme »."""
    if verdict is Verdict.COMPLIANT:
        return _(_WORDS[force][0])
    if verdict is Verdict.NON_COMPLIANT:
        return _(_WORDS[force][1])
    return verdict.label


def days_in_words(version: PolicyVersion, today: date) -> str:
    """From which day on a version binds, and until which one: seen from today."""
    first, last = say_day(version.effective_from), version.effective_until
    if last is not None and last < today:
        return _("du {first} au {last}").format(first=first, last=say_day(last))
    begun = version.effective_from <= today
    said = (_("depuis le {day}") if begun else _("à partir du {day}")).format(day=first)
    return _("{since}, jusqu’au {day}").format(since=said, day=say_day(last)) if last is not None else said


def validation_in_words(found: Validation | None, by: str = "") -> str:
    """Since when a version is validated, by which role, and `by` whom; or that a jurist has still to do it."""
    if found is None:
        return _("à valider par le service juridique")
    day = say_day(found.on)
    if found.role is None:
        return _("validée le {day}").format(day=day)
    if by:
        return _("validée le {day} par {name} ({role})").format(day=day, name=by, role=found.role.label)
    return _("validée le {day} ({role})").format(day=day, role=found.role.label)


def say_refusal(problem: str) -> str:
    """Why the policies that a body wrote are not followed as they stand, and what is."""
    return _(
        "Les règles locales ne sont pas suivies telles qu’elles sont écrites : les dernières prises en compte restent "
        "en vigueur. {problem}"
    ).format(problem=problem)


def verdict_shape(force: Force, verdict: Verdict) -> str:
    """The sign that goes with the word: what breaks no law does not bear that of a breach."""
    return "not-followed" if verdict is Verdict.NON_COMPLIANT and force is not Force.OBLIGATION else str(verdict)


def turning_in_words(force: Force, now: Verdict, into: Verdict | None, day: date | None, today: date) -> str:
    """The last day of what a finding reads, and into what it turns on the next; nothing for one that does not."""
    if into is None or day is None or day <= today:
        return ""
    said = (
        _("Vaut jusqu’au {last} ; « {verdict} » à partir du {day}") if now is Verdict.COMPLIANT
        else _("Échéance le {last} ; « {verdict} » à partir du {day}")
    )  # fmt: skip
    return said.format(last=say_day(plus_days(day, -1)), verdict=verdict_word(force, into), day=say_day(day))


def expired_in_words(force: Force, day: date | None) -> str:
    """The last day that a rule left, and since when it is breached: from the next day on."""
    if day is None:
        return ""
    return _("L’échéance était le {last} ; « {verdict} » depuis le {day}").format(
        last=say_day(plus_days(day, -1)), verdict=verdict_word(force, Verdict.NON_COMPLIANT), day=say_day(day)
    )


def waiting_in_words(day: date | None, today: date) -> str:
    """The last day that a rule left for what nobody knows yet: past it, what is unknown is still no breach."""
    if day is None:
        return ""
    said = (
        _("Échéance le {last} ; ce qu’on ignore alors reste à compléter") if day > today
        else _("L’échéance est passée : c’était le {last} ; tant qu’on ignore si c’est fait, cela reste à compléter")
    )  # fmt: skip
    return said.format(last=say_day(plus_days(day, -1)))


def facts_in_words(catalogue: Catalogue, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a finding rests on: that a fact is there is said where its value is not."""
    return [
        fact_in_words(catalogue, name, value)
        for name, value in facts.items()
        if not (name.endswith(PRESENT) and name.removesuffix(PRESENT) in facts)
    ]


def fact_in_words(catalogue: Catalogue, name: str, value: Any) -> tuple[str, str]:
    """A fact's name and value in words."""
    if name.endswith(PRESENT):
        return (catalogue.label(name.removesuffix(PRESENT)), _("renseigné") if value else _("aucun (déclaré)"))
    return catalogue.label(name), _value_in_words(name, as_day(catalogue, name, value))


def _value_in_words(name: str, value: Any) -> str:
    said = _words_of(name)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, date):
        return say_day(value) if value < date.max else _("sans terme")
    if isinstance(value, list | tuple):
        return ", ".join(said(str(one)) for one in value) or _("aucune valeur")
    if isinstance(value, int | float):
        return say_number(value)
    return said(str(value))


def _words_of(name: str) -> Callable[[str], str]:
    """How the codes of a fact are said; one that its list no longer holds is shown as it is."""
    words = VALUE_WORDS.get(name, str)

    def say(code: str) -> str:
        try:
            return words(code)
        except (KeyError, ValueError):
            return code

    return say


def asked_in_words(catalogue: Catalogue, fact: str) -> str:
    """What is to be filled for a fact to be known: the field's name on its sheet; the fact's own where it has none."""
    declared = catalogue.facts.get(fact)
    name = FIELD_NAMES.get(fact.partition(".")[0], {}).get(declared.field) if declared is not None else None
    return _(name) if name else catalogue.label(fact)


def awaited_in_words(engine: Engine, policy: Policy, version: PolicyVersion) -> str:
    """Why a version judges nobody yet: what the registry does not hold, and which room will; nothing if it judges."""
    catalogue = engine.catalogue
    if not catalogue.waits(policy, version):
        return ""
    by_room: dict[str, list[str]] = {}
    for name in catalogue.awaited_by(version):
        label = _("« {label} »").format(label=catalogue.label(name))
        by_room.setdefault(catalogue.facts[name].room, []).append(label)
    rooms = [
        _("{facts} (partie {room})").format(facts=", ".join(labels), room=_(engine.rooms.get(room, room)))
        for room, labels in by_room.items()
    ]
    said = _(" ; ").join(rooms) or _("« {label} »").format(label=policy.subject.label)
    return _("Pas encore vérifiée : le registre ne tient pas encore {facts}.").format(facts=said)


def filling_in_words(fact: str, others: Iterable[Way], label: Callable[[str], str]) -> str:
    """What is to be filled, and what would do instead of it."""
    said = [_(" avec ").join(dict.fromkeys(_("« {label} »").format(label=label(one)) for one in way)) for way in others]
    own = _("« {label} »").format(label=label(fact))
    return _("Renseigner {fields}").format(fields=_(" ou ").join(dict.fromkeys([own, *said])))


def unmet_in_words(
    catalogue: Catalogue, version: PolicyVersion, facts: Mapping[str, Any]
) -> list[tuple[str, list[str]]]:
    """What is known not to be met of what a version requires, each in words with the facts it is about."""
    return [
        (_say(catalogue, part.node), list(dict.fromkeys(name.removesuffix(PRESENT) for name in sorted(part.facts))))
        for part in unmet(catalogue, version, facts)
    ]


def condition_in_words(catalogue: Catalogue, version: PolicyVersion) -> str:
    """What a version asks, of whom, by which day and until when, in sentences."""
    key = (version.digest, current_locale())
    if key not in catalogue.said:
        catalogue.said[key] = _condition_in_words(catalogue, version)
    return catalogue.said[key]


def _condition_in_words(catalogue: Catalogue, version: PolicyVersion) -> str:
    asked = _say(catalogue, read_expression(version.require))
    if version.when is None:
        said = [_("Il faut : {asked}.").format(asked=asked)]
    else:
        applies = _say(catalogue, read_expression(version.when))
        said = [_("Si {applies}, il faut : {asked}.").format(applies=applies, asked=asked)]
    if version.deadline is not None:
        day = _say(catalogue, read_expression(version.deadline))
        # A requirement that compares with the deadline has already told it.
        if day not in asked:
            said.append(_("Dernier jour pour le faire : {day}.").format(day=day))
    if version.unknown_waits:
        said.append(_("Passé ce jour, ce qu’on ignore reste à compléter."))
    if version.valid_until is not None:
        day = _say(catalogue, read_expression(version.valid_until))
        said.append(_("Cela vaut jusqu’à : {day}.").format(day=day))
    return " ".join(said)


def _say(catalogue: Catalogue, node: Node) -> str:
    if node.kind in {"and", "or"}:
        shown = _shown(node)
        if len(shown) == 1:
            return _say(catalogue, shown[0])
        return (_(", et ") if node.kind == "and" else _(" ou ")).join(_inside(catalogue, part) for part in shown)
    if node.kind == "not":
        return _not(catalogue, node.parts[0])
    if node.kind in _SIGNS:
        return _compare(catalogue, node, node.kind)
    if node.kind == "call":
        return _call(catalogue, node)
    if node.kind == "name":
        return _name(catalogue, node.text)
    return _value(node.text, str)


def _call(catalogue: Catalogue, node: Node) -> str:
    if node.text == "day":
        return _("le {date}").format(date=say_day(date.fromisoformat(node.parts[0].text)))
    right = _delay(catalogue, node.parts[1].text) if node.text == "deadline" else ""
    said = [_say(catalogue, part) for part in node.parts]
    if node.text in _BEFORE and said[-1].startswith("-"):
        return _(_BEFORE[node.text]).format(left=said[0], right=said[-1].removeprefix("-"))
    return _(_CALLS[node.text]).format(left=said[0], right=right or said[-1])


def _shown(node: Node) -> list[Node]:
    """The parts that say something: « the licence is known, and is one of… » is said by its second half."""
    return [part for part in node.parts if node.kind == "or" or not _says_only_presence(node, part)]


def _inside(catalogue: Catalogue, part: Node) -> str:
    said = _say(catalogue, part)
    return f"({said})" if part.kind in {"or", "and"} and len(_shown(part)) > 1 else said


def _says_only_presence(node: Node, part: Node) -> bool:
    if part.kind != "name" or not part.text.endswith(PRESENT):
        return False
    fact = part.text.removesuffix(PRESENT)
    return any(fact in set(other.names()) for other in node.parts if other is not part)


def _compare(catalogue: Catalogue, node: Node, sign: str) -> str:
    left, right = node.parts
    if left.kind == "call" and left.text == "size" and sign == ">" and right.text == "0":
        return _("au moins une valeur dans {left}").format(left=_say(catalogue, left.parts[0]))
    fact = catalogue.facts.get(left.text) if left.kind == "name" else None
    words = _ON_DAYS if fact is not None and fact.type is FactType.DATE and sign in _ON_DAYS else _SIGNS
    if right.kind in {"list", "value"}:
        said = _words_of(left.text)
        values = [_value(one.text, said) for one in (right.parts if right.kind == "list" else (right,))]
        return _(words[sign]).format(left=_say(catalogue, left), right=_(" ou ").join(values))
    return _(words[sign]).format(left=_say(catalogue, left), right=_say(catalogue, right))


def _value(text: str, said: Callable[[str], str]) -> str:
    if text.lstrip("-").replace(".", "", 1).isdigit():
        return say_number(float(text))
    return _("« {label} »").format(label=said(text))


def _not(catalogue: Catalogue, inner: Node) -> str:
    if inner.kind == "name":
        fact = catalogue.facts.get(inner.text.removesuffix(PRESENT))
        if fact is not None:
            if inner.text.endswith(PRESENT):
                return _("« {label} » n’existe pas").format(label=fact.title())
            return _("« {label} » : non").format(label=fact.title())
    if inner.kind in {"==", "in"}:
        return _compare(catalogue, inner, "!=")
    return _("non ({said})").format(said=_say(catalogue, inner))


def _delay(catalogue: Catalogue, name: str) -> str:
    """A delay as its text counts it."""
    delay = catalogue.delays.get(name)
    if delay is None:
        return name
    if delay.unit == "days":
        return ngettext("{count} jour", "{count} jours", delay.count).format(count=delay.count)
    return ngettext("{count} mois", "{count} mois", delay.count).format(count=delay.count)


def _name(catalogue: Catalogue, name: str) -> str:
    if name in _SETS:
        return _(_SETS[name])
    if name.startswith("lists."):
        return _("la liste « {name} »").format(name=name.removeprefix("lists.").replace("_", " "))
    label, fact = catalogue.label(name.removesuffix(PRESENT)), catalogue.facts.get(name)
    if name.endswith(PRESENT):
        return _("« {label} » renseigné").format(label=label)
    if fact is not None and fact.type is FactType.BOOLEAN:
        return _("« {label} » : oui").format(label=label)
    return _("« {label} »").format(label=label)
