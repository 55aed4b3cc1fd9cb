"""The words of a compliance report: how a verdict, a force or a level of evidence is told to a reader."""

from datetime import date

from registry.compliance.deviations.rules import has_expired
from registry.compliance.deviations.vocabulary import DeviationState
from registry.compliance.vocabulary import Evidence, Force, Severity, Verdict
from registry.reporting.vocabulary import Change

UNDER_LEGAL_REVIEW = "À valider par le service juridique"

_WORDS = {
    Force.OBLIGATION: ("Conforme", "Non conforme"),
    Force.RECOMMENDATION: ("Suivie", "Non suivie"),
    Force.GOOD_PRACTICE: ("Suivie", "Non suivie"),
    Force.WATCH: ("Prête", "À préparer"),
}
_TITLES = {
    Force.OBLIGATION: "Obligations",
    Force.RECOMMENDATION: "Recommandations",
    Force.GOOD_PRACTICE: "Bonnes pratiques",
    Force.WATCH: "Veille : textes à venir",
}
_NOTES = {
    Force.RECOMMENDATION: "Un texte recommande, il n’oblige pas : ne pas suivre ces règles n’enfreint aucune loi.",
    Force.GOOD_PRACTICE: "Aucun texte ne l’impose : ne pas suivre ces règles n’enfreint aucune loi.",
    Force.WATCH: "Ces textes ne sont pas en vigueur : rien n’est encore dû.",
}
_EVIDENCE = {
    Evidence.TEXT_READ: "L’article lui-même a été lu, dans la version citée.",
    Evidence.DOCTRINE_READ: "Une autorité (CADA, CNIL, ministère…) l’explique ; l’article n’a pas été relu.",
    Evidence.SECONDARY: "Un commentaire ou un cabinet le rapporte ; l’article n’a pas été relu.",
    Evidence.CODE_READ: "Un logiciel public l’applique ainsi ; aucun texte n’a été lu.",
    Evidence.INTERVIEW: "Des agents de la collectivité l’ont dit ; aucun texte n’a été lu.",
    Evidence.MEMORY: "Connaissance générale, non vérifiée.",
}
_SHAPES = {
    Verdict.COMPLIANT: "●",
    Verdict.NON_COMPLIANT: "▲",
    Verdict.TO_COMPLETE: "◆",
    Verdict.NOT_APPLICABLE: "○",
}
COLOURS = {
    Verdict.COMPLIANT: "#2f6b4a",
    Verdict.NON_COMPLIANT: "#a3302a",
    Verdict.TO_COMPLETE: "#dba93a",
    Verdict.NOT_APPLICABLE: "#c3cad5",
}
_CHANGES = {
    Change.WORSE: "Ce qui allait, ou n’était qu’à compléter, et ne va plus",
    Change.APPEARED: "Ce que le rapport précédent n’avait pas à constater : un sujet ou une règle de plus",
    Change.MENDED: "Ce qui n’allait pas et qui est fait",
    Change.EASED: "Ce qui n’était pas conforme et qui n’est plus qu’à compléter",
    Change.GONE: "Ce qui n’allait pas et n’a plus lieu d’être : un sujet ou une règle de moins",
}
_GRAVEST_FIRST = (Severity.BLOCKING, Severity.MAJOR, Severity.MINOR)


def verdict_word(force: Force, verdict: Verdict) -> str:
    """The verdict as a reader is told it: only an obligation can be « non conforme »."""
    followed, not_followed = _WORDS[force]
    return {
        Verdict.COMPLIANT: followed,
        Verdict.NON_COMPLIANT: not_followed,
        Verdict.TO_COMPLETE: "À compléter",
        Verdict.NOT_APPLICABLE: "Sans objet",
    }[verdict]


def deviation_word(state: DeviationState, expires_on: date, day: date) -> str:
    """Where a deviation stands on a day."""
    last = f"{expires_on:%d/%m/%Y}"
    if state is DeviationState.ASKED:
        return f"Écart demandé jusqu’au {last}, à décider"
    return f"Écart expiré le {last}" if has_expired(state, expires_on, day) else f"Écart assumé jusqu’au {last}"


def change_meaning(change: Change) -> str:
    """What it means that a finding so changed."""
    return _CHANGES[change]


def severity_word(severity: Severity, count: int) -> str:
    """The gravity of so many breaches, as an adjective that agrees."""
    word = severity.label.lower()
    return f"{word}s" if count > 1 else word


def force_title(force: Force) -> str:
    """The rules of a force, together."""
    return _TITLES[force]


def force_note(force: Force) -> str:
    """What not following a rule of this force means, where no law is broken."""
    return _NOTES[force]


def evidence_meaning(evidence: Evidence) -> str:
    """On what a reading of the law rests, in a sentence."""
    return _EVIDENCE[evidence]


def shape(verdict: Verdict) -> str:
    """The sign that goes with a verdict, so that colour is never alone to tell it."""
    return _SHAPES[verdict]


def counted(force: Force, verdict: Verdict, count: int) -> str:
    """So many subjects of a verdict, in words that agree."""
    word = verdict_word(force, verdict).lower()
    if count > 1 and not word.startswith("à "):
        word = " ".join(part if part == "non" else f"{part}s" for part in word.split())
    return f"{count} {word}"
