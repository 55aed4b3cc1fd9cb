"""What each reader of the overview has to do, by their role: a referent their own bodies, legal staff the texts.

Who watches over all of it, a data protection officer or an administrator, is told everything.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from registry.compliance.engine import engine_of
from registry.compliance.listing.rules import Facet
from registry.compliance.panels import SHEETS
from registry.compliance.queries import Found, count_all, find_findings
from registry.compliance.views import FINDINGS
from registry.compliance.vocabulary import Verdict
from registry.contracts.queries import ContractFilter, count_by_state, find_contracts_page
from registry.contracts.rules import term_of
from registry.contracts.vocabulary import ContractState
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, current_locale, mark
from registry.platform.lists import load_list
from registry.processing.narrowing import DUE, UNREAD, unread_before
from registry.processing.oversight.queries import find_unprotected, find_unread
from registry.processing.oversight.views import Chapter, ToDo
from registry.web.templating import say_day
from registry.web.visits import Visit

SHOWN = 5
_OPEN = (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE)
_WATCHES = frozenset({Role.ADMINISTRATOR, Role.DPO, Role.AUDITOR})
_LEGAL = _WATCHES | {Role.LEGAL}
_BODIES = _WATCHES | {Role.STEWARD, Role.DIRECTOR, Role.READER, Role.ARCHIVIST}


def chapters_for(visit: Visit, names: Mapping[int, str]) -> list[Chapter]:
    """The chapters of the visitor's roles that hold something to do, or that say that nothing is left.

    `names` are those of the organisations the visitor sees.
    """
    roles = {role for role, bodies in visit.visitor.grants.items() if bodies}
    counts = Counter[tuple[str, Verdict]]()
    for policy_id, verdict, number in count_all(visit.session, visit.today):
        counts[policy_id, verdict] = number
    made = [build(visit, counts, names) for told, build in _CHAPTERS if told & roles]
    return [one for one in made if one is not None]


_Build = Callable[[Visit, Counter[tuple[str, Verdict]], Mapping[int, str]], Chapter | None]


def _unread(visit: Visit, _counts: Counter[tuple[str, Verdict]], _names: Mapping[int, str]) -> Chapter:
    total, rows = find_unread(visit.session, unread_before(visit.today), SHOWN)
    items = [
        ToDo(
            name,
            f"{owner} · " + (_("revue le {day}").format(day=say_day(day)) if day is not None else _("jamais revue")),
            f"/traitements/{number}",
        )
        for number, name, owner, day in rows
    ]
    return Chapter(
        "a-relire", _("Fiches à relire"), _("usage : une fois l’an"), total, items, f"/traitements?{UNREAD}={DUE}"
    )


def _of_policies(anchor: str, title: str, article: str, *policy_ids: str) -> _Build:
    """A chapter made of what some policies find: not kept first, then what they wait for."""

    def build(visit: Visit, counts: Counter[tuple[str, Verdict]], names: Mapping[int, str]) -> Chapter:
        total = sum(counts[policy_id, verdict] for policy_id in policy_ids for verdict in _OPEN)
        found = find_findings(
            visit.session, visit.today, policy_ids=frozenset(policy_ids), gravest_first=True, limit=SHOWN
        )
        open_ = [one for one in found if one.verdict in _OPEN]
        # A rule that can be read no more is no choice of the list.
        known = [one for one in policy_ids if engine_of(visit.session).catalogue.find(one) is not None]
        asked = [(Facet.POLICY, one) for one in known] + [(Facet.VERDICT, one) for one in _OPEN]
        listed = f"{FINDINGS}?{urlencode(asked)}" if known else ""
        return Chapter(anchor, _(title), _(article), total, _told(visit, open_, names), listed)

    return build


def _told(visit: Visit, found: Sequence[Found], bodies: Mapping[int, str]) -> list[ToDo]:
    subjects = [(one.subject_kind, one.subject_id) for one in found]
    known = engine_of(visit.session).names_of(visit.session, subjects)
    return [
        ToDo(
            known.get((one.subject_kind, one.subject_id), "?"),
            f"{bodies.get(one.organisation_id, '')} · {one.verdict.label}",
            SHEETS[one.subject_kind].format(id=one.subject_id),
        )
        for one in found
    ]


def _transfers(visit: Visit, _counts: Counter[tuple[str, Verdict]], _names: Mapping[int, str]) -> Chapter:
    total, rows = find_unprotected(visit.session, SHOWN)
    countries = load_list("countries")
    items = [
        ToDo(name, countries.label(country, current_locale()), f"/traitements/{number}#transferts")
        for number, name, country in rows
    ]
    return Chapter("transferts", _("Transferts sans garantie"), _("RGPD art. 44 à 49"), total, items, "")


def _contracts(visit: Visit, _counts: Counter[tuple[str, Verdict]], names: Mapping[int, str]) -> Chapter | None:
    if not visit.visitor.may(Permission.CONTRACTS_CONTRACT_READ):
        return None
    total = count_by_state(visit.session, today=visit.today)[ContractState.ENDING]
    ending = ContractFilter(states=frozenset({ContractState.ENDING}))
    rows = find_contracts_page(visit.session, ending, today=visit.today, limit=SHOWN)
    items = [
        ToDo(
            one.object,
            f"{names.get(one.organisation_id, '')} · " + _("finit le {day}").format(day=say_day(last)),
            f"/contrats/{one.id}",
        )
        for one in rows
        if (last := term_of(one).last_on(visit.today)) is not None
    ]
    return Chapter("contrats", _("Contrats qui finissent dans l’année"), "", total, items, "/contrats?etat=ending")


_CHAPTERS: tuple[tuple[frozenset[Role], _Build], ...] = (
    (_BODIES, _of_policies("aipd", mark("Analyses d’impact à mener ou à trier"), mark("RGPD art. 35"), "RGPD-15")),
    (_BODIES, _unread),
    (_BODIES, _of_policies("information", mark("Personnes à informer"), mark("RGPD art. 13 et 14"), "RGPD-10")),
    (_BODIES, _of_policies("durees", mark("Conservation à dire ou à finir"), mark("RGPD art. 5 §1 e"), "SOB-03")),
    (_LEGAL, _of_policies("textes", mark("Bases légales sans texte cité"), mark("RGPD art. 6 §3"), "RGPD-04")),
    (_LEGAL, _transfers),
    (_LEGAL, _of_policies("refus", mark("Refus à motiver"), mark("CRPA L311-14 et L322-5"), "OD-23", "OD-25")),
    (_LEGAL, _contracts),
)
"""Each chapter, with the roles it is for."""
