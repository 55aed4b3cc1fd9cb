"""The words of a record of processing: how each heading is told, and the article that asks for it."""

from .values import Heading, State

HEADINGS = {
    Heading.PURPOSE: ("Finalités", "art. 30 §1 b"),
    Heading.BASIS: ("Base légale", "art. 6"),
    Heading.BEHALF: ("Pour le compte de", "art. 30 §2 a"),
    Heading.DATA: ("Personnes et données", "art. 30 §1 c"),
    Heading.RECIPIENTS: ("Destinataires", "art. 30 §1 d"),
    Heading.TRANSFERS: ("Transferts hors de l’EEE", "art. 30 §1 e"),
    Heading.RETENTION: ("Durées de conservation", "art. 30 §1 f"),
    Heading.SECURITY: ("Mesures de sécurité", "art. 30 §1 g"),
}
_AS_PROCESSOR = {
    Heading.PURPOSE: ("Catégories de traitements effectués", "art. 30 §2 b"),
    Heading.TRANSFERS: ("Transferts hors de l’EEE", "art. 30 §2 c"),
    Heading.SECURITY: ("Mesures de sécurité", "art. 30 §2 d"),
}
_NONE = {
    Heading.RECIPIENTS: "Aucun destinataire : néant déclaré.",
    Heading.TRANSFERS: "Aucun transfert : néant déclaré.",
    Heading.SECURITY: "Aucune mesure : néant déclaré.",
}
STATES = {State.SAID: "Renseignée", State.NONE: "Néant déclaré", State.TO_COMPLETE: "À compléter"}
COLOURS = {State.SAID: "#2f6b4a", State.NONE: "#c3cad5", State.TO_COMPLETE: "#dba93a"}

REDACTED = (
    "Les mesures de sécurité (RGPD, art. 30 §1 g et §2 d) et leurs pièces ne figurent pas dans cette édition ni dans "
    "les fichiers qui l’accompagnent : leur communication porterait atteinte à la sécurité des systèmes d’information "
    "de l’administration (CRPA, art. L311-5, 2° d)."
)


def heading(which: Heading, *, as_processor: bool) -> tuple[str, str]:
    """A heading's name and its article, on a sheet of article 30 §1 or §2."""
    return (_AS_PROCESSOR if as_processor else HEADINGS).get(which, HEADINGS[which])


def none_declared(which: Heading) -> str:
    """What is read where a heading was said to have nothing."""
    return _NONE.get(which, "Néant déclaré.")


def counted(number: int, one: str, several: str) -> str:
    """So many things, in words that agree."""
    return f"{number} {one if number < 2 else several}"
