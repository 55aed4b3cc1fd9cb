"""The closed lists of essential data, and what is found wrong in a contract of the national format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.kernel.words import Labelled, mark

ESSENTIAL, IN_TWO_MONTHS, COHERENT = "DSP-11", "DSP-12", "DSP-14"
"""The policies that essential data may breach: published late, an amendment published late, a file that is wrong."""


class Fault(Labelled):
    """What may be wrong in the essential data of a contract: what, and what to do about it.

    Law: CCP L3131-1 and R3131-1; order of 22 December 2022 (schema 2.0.3); the keys of SIRET and the order of days are
    checks of ours, which the schema does not make.
    """

    MISSING = "missing", mark("Le champ « {place} », obligatoire, manque : complétez-le.")
    UNKNOWN = "unknown", mark("Le champ « {place} » n’est pas du format national : corrigez son nom, ou retirez-le.")
    NOT_AN_OBJECT = "not-an-object", mark("« {place} » devrait contenir des champs : refaites-le au format national.")
    NOT_A_LIST = "not-a-list", mark("« {place} » devrait être une liste : refaites-la au format national.")
    NOT_A_TEXT = "not-a-text", mark("« {place} » devrait être un texte, entre guillemets : corrigez-le.")
    NOT_A_NUMBER = "not-a-number", mark("« {place} » devrait être un nombre, sans guillemets : corrigez-le.")
    NOT_WHOLE = "not-whole", mark("« {place} » vaut {said} : donnez un nombre entier.")
    TOO_SMALL = "too-small", mark("« {place} » vaut {said} : le minimum est {least}.")
    TOO_LONG = "too-long", mark("« {place} » compte {length} caractères : {most} au plus, raccourcissez-le.")
    EMPTY = "empty", mark("« {place} » est vide : complétez-le.")
    TWICE = "twice", mark("« {place} » répète la même valeur : ôtez le doublon.")
    NOT_LISTED = "not-listed", mark("« {place} » vaut « {said} », hors de la liste : {choices}.")
    SIRET_FORM = "siret-form", mark("« {place} » vaut « {said} » : un SIRET compte quatorze chiffres. Corrigez-le.")
    SIRET_KEY = "siret-key", mark("La clé du SIRET {said} (« {place} ») est fausse : un chiffre est mal recopié.")
    NOT_A_DAY = (
        "not-a-day",
        mark("« {place} » vaut « {said} », qui n’est pas une date possible : écrivez-la AAAA-MM-JJ."),
    )
    CONTRACT_TWICE = (
        "contract-twice",
        mark(
            "Ce contrat figure {count} fois dans le fichier, aux rangs {ranks} parmi les concessions de vos "
            "organisations : il n’est enregistré qu’une fois. Ne gardez que sa dernière publication."
        ),
    )
    PUBLISHED_BEFORE_SIGNED = (
        "published-before-signed",
        mark(
            "Les données sont dites publiées le {published}, avant la signature du contrat, le "
            "{signed} : corrigez la date fausse."
        ),
    )
    STARTS_BEFORE_SIGNED = (
        "starts-before-signed",
        mark(
            "L’exécution commencerait le {starts}, avant la signature du contrat, le {signed} : "
            "corrigez la date fausse."
        ),
    )
    PUBLISHED_LATE = (
        "published-late",
        mark(
            "Les données sont publiées le {published}, alors que l’exécution commence le {starts} : "
            "elles doivent l’être avant (CCP R3131-1). Vérifiez les deux dates ; justes, le retard "
            "reste constaté."
        ),
    )
    CHANGE_TWICE = (
        "change-twice",
        mark(
            "Deux modifications portent le numéro {number} : donnez à chacune le sien, dans l’ordre de leur signature."
        ),
    )
    CHANGE_BEFORE_CONTRACT = (
        "change-before-contract",
        mark(
            "La modification n° {number} est dite signée le {changed}, avant le contrat, le {signed} : "
            "corrigez la date fausse."
        ),
    )
    CHANGE_OUT_OF_ORDER = (
        "change-out-of-order",
        mark(
            "La modification n° {number}, signée le {changed}, précède la n° {before}, signée le "
            "{earlier} : numérotez-les dans l’ordre de leur signature."
        ),
    )
    CHANGE_PUBLISHED_BEFORE_SIGNED = (
        "change-published-before-signed",
        mark(
            "La modification n° {number} est dite publiée le {published}, avant sa signature, le "
            "{changed} : corrigez la date fausse."
        ),
    )
    CHANGE_PUBLISHED_LATE = (
        "change-published-late",
        mark(
            "La modification n° {number}, signée le {changed}, est publiée le {published} : elle "
            "devait l’être au plus tard le {last}, dans les deux mois (CCP R3131-1). Vérifiez les deux "
            "dates ; justes, le retard reste constaté."
        ),
    )
    EXECUTION_BEFORE_SIGNED = (
        "execution-before-signed",
        mark(
            "Des données d’exécution sont dites publiées le {published}, avant la signature du "
            "contrat, le {signed} : corrigez la date fausse."
        ),
    )


_OF_DAYS = frozenset(
    {
        Fault.NOT_A_DAY, Fault.PUBLISHED_BEFORE_SIGNED, Fault.STARTS_BEFORE_SIGNED, Fault.PUBLISHED_LATE,
        Fault.CHANGE_BEFORE_CONTRACT, Fault.CHANGE_OUT_OF_ORDER, Fault.CHANGE_PUBLISHED_BEFORE_SIGNED,
        Fault.CHANGE_PUBLISHED_LATE, Fault.EXECUTION_BEFORE_SIGNED,
    }
)  # fmt: skip
_RULES = {Fault.PUBLISHED_LATE: ESSENTIAL, Fault.CHANGE_PUBLISHED_LATE: IN_TWO_MONTHS}


@dataclass(frozen=True)
class Incoherence:
    """One thing wrong in the essential data of a contract: where, what, and the values its sentence quotes."""

    fault: Fault
    place: str
    details: Mapping[str, str | int | date] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The policy it breaches."""
        return _RULES.get(self.fault, COHERENT)

    @property
    def is_of_days(self) -> bool:
        """Whether it is about days that do not agree, or are none; else about what the schema asks."""
        return self.fault in _OF_DAYS


class EssentialAction(Labelled):
    """What an import of essential data does with one contract."""

    CREATE = "create", mark("À enregistrer")
    ATTACH = "attach", mark("À rattacher à un contrat enregistré")
    ADD = "add", mark("À compléter de ce qui s’ajoute")
    UNCHANGED = "unchanged", mark("Sans changement")
    DIFFERS = "differs", mark("Diffère de ce qui est enregistré : rien n’est écrit")
    REFUSED = "refused", mark("Ne peut être enregistré")


class EssentialImportState(Labelled):
    """Where an import of essential data stands."""

    PREVIEWED = "previewed", mark("Aperçu prêt, rien n’est écrit")
    APPLIED = "applied", mark("Appliqué")
    ABANDONED = "abandoned", mark("Abandonné")
