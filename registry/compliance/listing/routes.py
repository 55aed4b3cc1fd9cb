"""The page of findings: facets that count what they would list, and a ready list for each role."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.engine import Engine, engine_of
from registry.compliance.listing.counting import count_alike
from registry.compliance.listing.queries import Place, count_within, find_listed, weight_of
from registry.compliance.listing.rules import Chosen, Facet, Tally, count_cells
from registry.compliance.listing.showing import subject_lines
from registry.compliance.listing.views import FindingsPage
from registry.compliance.queries import GRAVEST_FIRST
from registry.compliance.views import DIRECTED, FINDINGS, MINE
from registry.compliance.vocabulary import Force, Holding, Principle, Severity, Stake, SubjectKind, Verdict
from registry.kernel.errors import NotFound
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, mark, ngettext
from registry.organisations.queries import find_organisations
from registry.web.forms import read_number
from registry.web.templating import say_number
from registry.web.visits import Visit, route

READ = Permission.COMPLIANCE_FINDING_READ
SHOWN = 100
_WHOLE = "contrat"
"""What narrows the list, in its address, to a contract with what is judged apart of it."""
_LABELS = {
    Facet.VERDICT: mark("Constat"),
    Facet.FORCE: mark("Force"),
    Facet.SEVERITY: mark("Gravité"),
    Facet.PACK: mark("Domaine"),
    Facet.STAKE: mark("Enjeu"),
    Facet.PRINCIPLE: mark("Principe"),
    Facet.KIND: mark("Genre de fiche"),
    Facet.ROLE: mark("Qui peut y remédier"),
    Facet.HELD: mark("Écart"),
    Facet.POLICY: mark("Règle"),
    Facet.ORGANISATION: mark("Organisation"),
}
_OPEN = frozenset({Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE})
"""What is left to do."""
_MINE = frozenset({Role.STEWARD})
_BODIES = {MINE: Role.STEWARD, DIRECTED: Role.DIRECTOR}
"""What stands for bodies in an address, and the role that the visitor holds on them."""
_NAMED = {MINE: mark("Celles dont vous êtes référent ou référente"), DIRECTED: mark("Celles que vous dirigez")}
MOST_UNFOLDED = 8
"""How many bodies may be chosen before their list is folded behind their number."""


@route("GET", FINDINGS, READ)
def show_findings(visit: Visit) -> Response[Any]:
    """The findings within the visitor's rights, the gravest first, narrowed by facets."""
    engine = engine_of(visit.session)
    bodies = {body.id: body.name for body in find_organisations(visit.session)}
    chosen = _chosen(visit, engine, bodies)
    ready = _ready(visit)
    whole, name = _whole(visit, engine)
    within = [(_WHOLE, str(whole))] if whole is not None else []
    subjects = engine.whole_of(visit.session, SubjectKind.CONTRACT, whole) if whole is not None else None
    cells = (
        count_alike(visit.session, visit.today)
        if subjects is None
        else count_within(visit.session, visit.today, subjects)
    )
    own, *others = count_cells(cells, engine.catalogue, chosen, *(choice for _words, _said, choice in ready))
    after = _place(visit.query("apres"))
    found, more = find_listed(
        visit.session, visit.today, chosen, own.listed, engine.catalogue, after=after, limit=SHOWN,
        within=subjects,
    )  # fmt: skip
    said = [(facet, one) for facet in Facet for one in dict.fromkeys(visit.query_all(facet))]
    here = _address([*within, *said])
    following = ""
    if more:
        last = found[-1]
        force, severity = weight_of(engine.catalogue, last.policy_id)
        place = f"{last.verdict}.{force}.{severity}.{last.organisation_id}.{last.policy_id}.{last.id}"
        following = f"{here}{'&' if '?' in here else '?'}apres={place}"
    page = FindingsPage(
        total=own.total,
        rows=subject_lines(visit, engine, found, bodies),
        facets=_facets(engine, bodies, chosen, own, _named_by_a_word(visit)),
        ready=[
            (_("{words} ({number})").format(words=words, number=say_number(tally.total)), _address([*within, *pairs]))
            for (words, pairs, _choice), tally in zip(ready, others, strict=True)
        ],
        here=here,
        narrowed=bool(chosen),
        whole=(whole, name) if whole is not None else None,
        first_address=here if after is not None else "",
        next_address=following,
    )
    return visit.page("compliance/findings.html", page)


def _whole(visit: Visit, engine: Engine) -> tuple[int | None, str]:
    """The contract that the address narrows the list to, with what is judged apart of it; its name.

    Raises: NotFound when the visitor reads none such.
    """
    said = visit.query(_WHOLE)
    if not said:
        return None, ""
    number = read_number(said)
    names = engine.names_of(visit.session, [(SubjectKind.CONTRACT, number)]) if number is not None else {}
    if number is None or not names:
        raise NotFound(_("Ce contrat n’existe pas, ou vos droits ne vous le montrent pas."))
    return number, names[SubjectKind.CONTRACT, number]


def _place(said: str) -> Place | None:
    """The place an address gives; none is the beginning."""
    try:
        verdict, force, severity, body, policy_id, number = said.split(".")
        weight = Verdict(verdict), Force(force), Severity(severity)
    except ValueError:
        return None
    of, read = read_number(body), read_number(number)
    return None if of is None or read is None else (*weight, of, policy_id, read)


def _chosen(visit: Visit, engine: Engine, bodies: Mapping[int, str]) -> Chosen:
    """The values the address names, of the facets it names.

    Raises: NotFound for a value that is none: a list of something else would be taken for what was asked.
    """
    known = {facet: {value for value, _words in said} for facet, said in _values(engine).items()}
    known[Facet.ORGANISATION] = set(map(str, bodies))
    chosen: dict[Facet, frozenset[str]] = {}
    for facet in Facet:
        said = {one for one in visit.query_all(facet) if one}
        if facet is Facet.ORGANISATION:
            held = [visit.visitor.grants.get(role, frozenset()) for word, role in _BODIES.items() if word in said]
            # A role held on a body that is no more chooses nothing: only what was typed may be wrong.
            named = {str(one) for own in held for one in own if one in bodies} | (said - _BODIES.keys())
            if held and not named:
                raise NotFound(_("Cette liste est vide : vous ne tenez ce rôle sur aucune organisation."))
            said = named
        if not said <= known[facet]:
            wrong = sorted(said - known[facet])[0]
            raise NotFound(
                _("« {value} » n’est pas un choix de « {facet} » : partez de la page des constats.").format(
                    value=wrong, facet=_(_LABELS[facet])
                )
            )
        if said:
            chosen[facet] = frozenset(said)
    return chosen


def _values(engine: Engine) -> dict[Facet, list[tuple[str, str]]]:
    """Every value a facet knows, with its words, in the order they are shown."""
    catalogue = engine.catalogue
    policies = sorted(catalogue.policies, key=lambda policy: policy.id)
    packs = dict.fromkeys([*catalogue.packs, *(catalogue.pack_of(one.id) for one in policies)])
    return {
        Facet.VERDICT: _labelled(GRAVEST_FIRST),
        Facet.FORCE: _labelled(Force),
        Facet.SEVERITY: _labelled(Severity),
        Facet.PACK: [(one, catalogue.pack_title(one)) for one in packs],
        Facet.STAKE: _labelled(Stake),
        Facet.PRINCIPLE: _labelled(Principle),
        Facet.KIND: _labelled(engine.subjects),
        Facet.ROLE: _labelled(Role),
        Facet.HELD: _labelled(Holding),
        Facet.POLICY: [(one.id, f"{one.id} · {one.name()}") for one in policies],
    }


def _labelled(values: Iterable[Any]) -> list[tuple[str, str]]:
    return [(str(one), one.label) for one in values]


def _named_by_a_word(visit: Visit) -> dict[str, frozenset[str]]:
    """The words of the address that stand for bodies, each with theirs."""
    said = set(visit.query_all(Facet.ORGANISATION))
    return {
        word: frozenset(map(str, visit.visitor.grants.get(role, ()))) for word, role in _BODIES.items() if word in said
    }


def _facets(
    engine: Engine, bodies: Mapping[int, str], chosen: Chosen, tally: Tally, named: Mapping[str, frozenset[str]]
) -> list[dict[str, Any]]:
    """The facets that tell findings apart: values that would list nothing are left out, unless chosen.

    Bodies that a word of the address chose are ticked by that word: the form sends it back, not all of them.
    """
    values = _values(engine)
    values[Facet.ORGANISATION] = [(str(number), name) for number, name in bodies.items()]
    shown = []
    for facet in Facet:
        picked, counts = chosen.get(facet, frozenset()), tally.by_value[facet]
        lines = [
            (code, _("{words} ({number})").format(words=words, number=say_number(counts[code])), code in picked)
            for code, words in values[facet]
            if counts[code] or code in picked
        ]
        folded = ""
        if facet is Facet.ORGANISATION:
            of_words = frozenset().union(*named.values())
            lines = [
                *(
                    (word, _("{words} ({number})").format(
                        words=_(_NAMED[word]), number=say_number(sum(counts[one] for one in own))), True)
                    for word, own in named.items()
                ),
                *((code, words, ticked and code not in of_words) for code, words, ticked in lines),
            ]  # fmt: skip
            if len(picked) > MOST_UNFOLDED:
                folded = ngettext("%(num)s organisation choisie", "%(num)s organisations choisies", len(picked))
                folded %= {"num": say_number(len(picked))}
        if len(lines) > 1 or picked:
            shown.append({"name": facet, "label": _(_LABELS[facet]), "values": lines, "folded": folded})
    return shown


def _ready(visit: Visit) -> Sequence[tuple[str, list[tuple[str, str]], Chosen]]:
    """The lists ready for the visitor's roles: words, what its address says, and what each chooses."""
    grants = visit.visitor.grants
    obligations, breach = frozenset({Force.OBLIGATION}), frozenset({Verdict.NON_COMPLIANT})
    lists: list[tuple[str, Chosen, str]] = [
        (_("Tout"), {}, ""),
        (_("Manquements"), {Facet.VERDICT: breach, Facet.FORCE: obligations}, ""),
        (_("À compléter"), {Facet.VERDICT: frozenset({Verdict.TO_COMPLETE}), Facet.FORCE: obligations}, ""),
        *([(_("Les miens"), {Facet.VERDICT: _OPEN, Facet.ROLE: _MINE}, MINE)] if Role.STEWARD in grants else []),
        *(
            (_("À revoir : {role}").format(role=role.label), {Facet.VERDICT: _OPEN, Facet.ROLE: frozenset({role})}, "")
            for role in (Role.LEGAL, Role.DPO)
            if role in grants
        ),
        *(
            [(_("Vos services"), {Facet.VERDICT: breach, Facet.FORCE: obligations}, DIRECTED)]
            if Role.DIRECTOR in grants
            else []
        ),
        (_("Sous écart"), {Facet.HELD: frozenset(Holding) - {Holding.NONE}}, ""),
    ]
    made: list[tuple[str, list[tuple[str, str]], Chosen]] = []
    for words, choice, word in lists:
        pairs: list[tuple[str, str]] = [(facet, one) for facet in Facet for one in sorted(choice.get(facet, ()))]
        pairs += [(Facet.ORGANISATION, word)] if word else []
        bodies = {Facet.ORGANISATION: frozenset(map(str, grants[_BODIES[word]]))} if word else {}
        made.append((words, pairs, {**choice, **bodies}))
    return made


def _address(pairs: list[tuple[str, str]]) -> str:
    return f"{FINDINGS}?{urlencode(pairs)}" if pairs else FINDINGS


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_findings,)
