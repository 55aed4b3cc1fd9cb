"""What does not hold together in a contract, told in sentences."""

from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Doubtful
from registry.contracts.clauses.views import name_clause, name_instrument
from registry.contracts.vocabulary import Doubt
from registry.kernel.words import _, mark, ngettext
from registry.web.templating import say_day

_DOUBTS = {
    Doubt.UNSIGNED: mark("{which} : l’acte n’est pas signé, la clause ne lie donc encore personne."),
    Doubt.BEFORE_CONTRACT: mark("{which} : signé le {first}, avant le contrat qu’il modifie. Vérifiez les deux dates."),
    Doubt.AFTER_END: mark("{which} : la clause commencerait le {first}, quand le contrat ne lie plus personne."),
    Doubt.SAME_DAY: mark(
        "{which} : deux actes en décident pour le même jour, le {first}. Le dernier numéro l’emporte."
    ),
    Doubt.OF_NOTHING: mark(
        "{which} : l’acte change ou supprime une clause qui n’est pas au contrat le {first}. Ajoutez-la d’abord, ou "
        "corrigez l’acte."
    ),
    Doubt.OVERLAP: mark(
        "{which} : deux clauses du même genre visent les mêmes jeux du {first} au {last}. Dites laquelle l’emporte, ou "
        "faites-en une seule."
    ),
    Doubt.GAP: mark("{which} : rien ne s’applique du {first} au {last}, entre deux versions de la clause."),
}


def say_doubt(doubt: Doubtful, written: Written) -> str:
    """What does not hold together, in a sentence that says which clause and which acts."""
    rows = [written.stipulations[number] for number in doubt.ids]
    names = dict.fromkeys(name_clause(written.clauses[row.clause_id]) for row in rows)
    acts = dict.fromkeys(name_instrument(written.amendments.get(row.amendment_id)) for row in rows)
    which = f"{', '.join(names)} ({', '.join(acts)})"
    sentence = _(_DOUBTS[doubt.doubt])
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
