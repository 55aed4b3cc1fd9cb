"""What does not hold together in a contract, told in sentences, with the clauses meant to be opened."""

from typing import Any

from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Doubtful
from registry.contracts.clauses.views import DoubtView, name_clause, name_instrument
from registry.contracts.vocabulary import ClauseAct, Doubt
from registry.kernel.words import _, mark, ngettext
from registry.web.templating import say_day

_DOUBTS = {
    Doubt.UNSIGNED: mark("{which} : l’acte n’est pas signé, la clause ne lie donc encore personne."),
    Doubt.BEFORE_CONTRACT: mark("{which} : signé le {first}, avant le contrat qu’il modifie. Vérifiez les deux dates."),
    Doubt.BEFORE_SIGNATURE: mark(
        "{which} : la clause s’appliquerait dès le {first}, avant la signature du contrat, le {last}. Vérifiez les "
        "deux dates."
    ),
    Doubt.AFTER_END: mark("{which} : la clause commencerait le {first}, quand le contrat ne lie plus personne."),
    Doubt.SAME_DAY: mark(
        "{which} : plusieurs actes en décident pour le même jour, le {first}. Le dernier numéro l’emporte."
    ),
    Doubt.OF_NOTHING: mark(
        "{which} : l’acte change ou supprime une clause qui n’est pas au contrat le {first}. Ajoutez-la d’abord, ou "
        "corrigez l’acte."
    ),
    Doubt.OVERLAP: mark(
        "{which} : deux clauses du même genre visent les mêmes jeux du {first} au {last}. Faites-en une seule, ou "
        "dites par un avenant laquelle cesse."
    ),
    Doubt.GAP: mark("{which} : rien ne s’applique du {first} au {last}, entre deux versions de la clause."),
}


_MOST_LINKS = 3
"""An act that is not signed may carry thirty clauses: the page lists them below."""


def doubt_view(doubt: Doubtful, written: Written, *, but: int | None = None) -> DoubtView:
    """What does not hold together, with the way to each clause meant; none to the clause `but`, whose page it is."""
    rows = {row.clause_id: row for row in (written.stipulations[number] for number in doubt.ids)}
    if len(rows) > _MOST_LINKS:
        return DoubtView(say_doubt(doubt, written), [])
    links = [(_name(row, written), f"/contrats/clauses/{clause}") for clause, row in rows.items() if clause != but]
    return DoubtView(say_doubt(doubt, written), links)


def say_doubt(doubt: Doubtful, written: Written) -> str:
    """What does not hold together, in a sentence that says which clauses and which acts."""
    rows = [written.stipulations[number] for number in doubt.ids]
    names = dict.fromkeys(name_clause(written.clauses[row.clause_id]) for row in rows)
    acts = dict.fromkeys(name_instrument(written.amendments.get(row.amendment_id)) for row in rows)
    which = f"{', '.join(names)} ({', '.join(acts)})"
    sentence = _(_DOUBTS[doubt.doubt])
    if doubt.doubt is Doubt.OVERLAP:
        which = _(" et ").join(_name(row, written) for row in rows)
    if doubt.doubt is Doubt.SAME_DAY and len(acts) == 1:
        return _(
            "{which} : cet acte en dit plusieurs choses pour le même jour, le {first}. La dernière saisie l’emporte "
            "(« {act} ») : annulez celles qui sont de trop."
        ).format(which=which, first=say_day(doubt.first), act=ClauseAct(rows[-1].act).label)
    if doubt.doubt is Doubt.UNSIGNED and len(names) > 1:
        return ngettext(
            "%(which)s n’est pas signé : la clause qu’il porte ne lie encore personne.",
            "%(which)s n’est pas signé : les %(num)s clauses qu’il porte ne lient encore personne.", len(names),
        ) % {"which": ", ".join(acts), "num": len(names)}  # fmt: skip
    if doubt.number is not None:
        which = _("Avenant n° {number}").format(number=doubt.number)
        if doubt.doubt is Doubt.AFTER_END:
            sentence = _("{which} : signé le {first}, quand le contrat ne lie plus personne. Vérifiez les deux dates.")
    last = _("sans terme connu") if doubt.last is None else say_day(doubt.last)
    return sentence.format(which=which, first=say_day(doubt.first), last=last)


def _name(row: Any, written: Written) -> str:
    """A clause by its name, told from others of the same: by its act and its article there, else by its number."""
    act = name_instrument(written.amendments.get(row.amendment_id))
    article = row.article or _("clause n° {number}").format(number=row.clause_id)
    return f"« {name_clause(written.clauses[row.clause_id])} » ({act}, {article})"
