"""What other rooms record of a dataset, as the desk names it and leads to it."""

from registry.kernel.words import mark

BESIDE = {
    "decision": (mark("Décision de publication"), "/publication/du-jeu/{id}"),
    "disclosure_text": (mark("Texte qui permet de publier malgré le secret"), "/publication/du-jeu/{id}"),
    "licence_homologation": (mark("Licence homologuée par l’État pour ces données"), "/publication/du-jeu/{id}"),
    "redaction": (mark("Preuve d’occultation"), "/publication/du-jeu/{id}/occultation"),
    "refusal_ground": (mark("Exception légale à la publication"), "/publication/du-jeu/{id}"),
    "refusal_reviewed_on": (mark("Refus de publier réexaminé le"), "/publication/du-jeu/{id}"),
    "reuse": (mark("Conditions de réutilisation"), "/publication/du-jeu/{id}/reutilisation"),
    "secrets": (mark("Secrets protégés que le jeu contient"), "/publication/du-jeu/{id}"),
    "uses": (mark("Croisement permis pour chaque source"), "{sheet}#amont"),
    "least_count_per_cell": (mark("Effectif minimal par cellule"), "{sheet}/clauses"),
    "anonymity_guarantee": (mark("Garantie écrite d’anonymat du fournisseur"), "{sheet}/clauses"),
    "secrets_reviewed": (mark("Secrets relus par le service juridique"), "/publication/du-jeu/{id}"),
    "activities": (mark("Registre des traitements"), "/traitements/du-jeu/{id}"),
    "moves": (mark("Étapes"), "{sheet}/etape"),
    "visa": (mark("Visa"), "{sheet}/etape"),
    "evidence": (mark("Preuves"), "{sheet}#preuves"),
    "retention": (mark("Conservation"), "/conservation/du-jeu/{id}"),
}
"""What is recorded of a dataset beside its sheet: how it is called, and where it is filled."""
