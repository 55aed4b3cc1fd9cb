"""How the parts of an activity are laid out: one page each, a block for each row, and what each field is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.datasets.layout import FormField
from registry.kernel.words import _, mark


@dataclass(frozen=True)
class PartPage:
    """The page of one kind of part: the name of the part in the form, its heading, what it is for, its fields."""

    name: str
    title: str
    lead: str
    law: str
    row: str
    fields: Sequence[FormField]

    @property
    def label(self) -> str:
        """Its heading in the reader's language."""
        return _(self.title)

    @property
    def words(self) -> str:
        """What it is for, in the reader's language."""
        return _(self.lead)

    @property
    def article(self) -> str:
        """Its source of law, in the reader's language."""
        return _(self.law)

    @property
    def row_label(self) -> str:
        """What one row is called, in the reader's language."""
        return _(self.row)


PART_PAGES: Mapping[str, PartPage] = {
    "donnees": PartPage(
        "data",
        mark("Personnes, données et durées"),
        mark("Une ligne pour chaque couple : quelles personnes, quelles données, combien de temps, et ensuite."),
        mark("RGPD art. 30 §1 c et f, art. 5 §1 e"),
        mark("Personnes et données"),
        (
            FormField("people_category", "select"),
            FormField("data_category", "select"),
            FormField("precision", "text", mark("Ce que c’est au juste. Exemple : nom, adresse, quotient familial.")),
            FormField("retention_months", "number", mark("En mois, tant que le service s’en sert. Exemple : 12.")),
            FormField("retention_trigger", "text", mark("Ce qui fait partir le délai.")),
            FormField("intermediate_months", "number", mark("En mois, gardées à part pour un contrôle ou un recours.")),
            FormField("final_disposition", "select"),
            FormField("retention_ground", "text", mark("Le texte ou le référentiel qui donne la durée.")),
        ),
    ),
    "destinataires": PartPage(
        "recipients",
        mark("Destinataires"),
        mark("Qui reçoit ces données, dans la collectivité et au-dehors."),
        mark("RGPD art. 30 §1 d"),
        mark("Destinataire"),
        (
            FormField("name", "text", mark("Un service ou un organisme, pas une personne.")),
            FormField("kind", "select"),
            FormField("received", "text", mark("Ce qu’il reçoit, et pourquoi.")),
        ),
    ),
    "transferts": PartPage(
        "transfers",
        mark("Transferts hors de l’Union"),
        mark("Chaque envoi, hébergement ou accès depuis un pays, et ce qui le permet."),
        mark("RGPD art. 30 §1 e, art. 44 à 49"),
        mark("Transfert"),
        (
            FormField("country", "select"),
            FormField("recipient", "text", mark("L’organisme qui reçoit ou consulte les données.")),
            FormField("safeguard", "select", "", mark("RGPD art. 45 à 49")),
            FormField("document", "text", mark("Où se trouve la pièce qui le prouve.")),
        ),
    ),
    "droits": PartPage(
        "rights",
        mark("Droits ajustés"),
        mark("Les droits se déduisent de la base légale. Notez ici les exceptions, avec leur raison."),
        mark("RGPD art. 15 à 23"),
        mark("Droit"),
        (
            FormField("right", "select"),
            FormField("applies", "choice"),
            FormField("reason", "text", mark("Le texte ou la situation qui le justifie.")),
        ),
    ),
    "systemes": PartPage(
        "systems",
        mark("Systèmes d’information"),
        mark("Les logiciels et les lieux où vivent ces données."),
        mark("RGPD art. 32"),
        mark("Système d’information"),
        (FormField("information_system_id", "select"),),
    ),
    "mandants": PartPage(
        "principals",
        mark("Pour le compte de"),
        mark("Les communes et organismes pour lesquels ce traitement est fait."),
        mark("RGPD art. 30 §2 a"),
        mark("Organisation"),
        (FormField("principal_id", "select"),),
    ),
    "jeux": PartPage(
        "datasets",
        mark("Jeux de données concernés"),
        mark("Les jeux que ce traitement emploie ou produit, et lesquels de leurs champs."),
        mark("RGPD art. 30"),
        mark("Jeu de données"),
        (
            FormField("dataset_id", "select"),
            FormField("fields", "checks", mark("Sans choix, tout le jeu est concerné.")),
        ),
    ),
}
"""Each kind of part by its word in an address."""

PART_LABELS: Mapping[str, str] = {
    "people_category": mark("Personnes"),
    "data_category": mark("Données"),
    "precision": mark("Précisions"),
    "retention_months": mark("Durée d’usage (mois)"),
    "retention_trigger": mark("Départ de la durée"),
    "intermediate_months": mark("Archivage intermédiaire (mois)"),
    "final_disposition": mark("Sort final"),
    "retention_ground": mark("Source de la durée"),
    "kind": mark("Nature"),
    "received": mark("Ce qu’il reçoit"),
    "country": mark("Pays"),
    "recipient": mark("Destinataire"),
    "safeguard": mark("Ce qui permet le transfert"),
    "document": mark("Pièce"),
    "right": mark("Droit"),
    "applies": mark("S’applique"),
    "reason": mark("Raison"),
    "information_system_id": mark("Système d’information"),
    "principal_id": mark("Organisation"),
    "dataset_id": mark("Jeu de données"),
    "fields": mark("Champs concernés"),
}
"""The names of the fields of the parts; `name` is said by the row itself."""
