"""How the form of an activity is laid out: its sections, and for each field how it is typed, its help, its article."""

from registry.datasets.layout import FormField, Section
from registry.kernel.words import mark

SECTIONS: tuple[Section, ...] = (
    Section(
        "essentiel",
        mark("L’essentiel"),
        (
            FormField(
                "name",
                "text",
                mark("Tel que les services l’appellent. Exemple : Inscription à la cantine."),
            ),
            FormField(
                "purpose",
                "area",
                mark("À quoi sert ce traitement, en une phrase que tout habitant comprend."),
                mark("RGPD art. 30 §1 b"),
            ),
            FormField("sub_purposes", "area", mark("Une par ligne. Exemple : facturer les repas."), rows=3),
            FormField("status", "choice"),
            FormField(
                "role",
                "choice",
                mark("Pour le compte de qui les données sont traitées."),
                mark("RGPD art. 4 (7) et (8)"),
            ),
            FormField(
                "joint_controllers",
                "area",
                mark("Nom et coordonnées de chacun, s’ils décident ensemble."),
                mark("RGPD art. 26 et 30 §1 a"),
            ),
            FormField("department", "text", mark("Le service qui s’en sert au quotidien.")),
            FormField("reference", "text", mark("Le numéro de la fiche dans votre registre, s’il y en a un.")),
            FormField("started_on", "date"),
            FormField("ended_on", "date", mark("La fiche reste au registre après la fin du traitement.")),
            FormField("reviewed_on", "date", mark("Le jour où la fiche fut relue en entier, la dernière fois.")),
        ),
    ),
    Section(
        "base",
        mark("Base légale"),
        (
            FormField("lawful_basis", "choice", mark("Une seule, choisie avant de commencer."), mark("RGPD art. 6 §1")),
            FormField("basis_note", "area", mark("En une phrase."), mark("RGPD art. 5 §2")),
            FormField(
                "public_mission",
                "truth",
                mark("L’intérêt légitime ne vaut pas pour ce que l’autorité publique fait dans ses missions."),
                mark("RGPD art. 6 §1, dernier alinéa"),
            ),
            FormField(
                "founding_text",
                "area",
                mark("L’article de loi, de code ou de règlement. Une délibération l’applique, elle ne suffit pas."),
                mark("RGPD art. 6 §3"),
            ),
            FormField("founding_text_on", "date"),
            FormField("founding_text_url", "url"),
            FormField("consent_proof", "area", mark("Où se trouve la trace de chaque accord."), mark("RGPD art. 7 §1")),
            FormField("consent_withdrawal", "area", mark("Aussi simple que de consentir."), mark("RGPD art. 7 §3")),
        ),
    ),
    Section(
        "sensibles",
        mark("Données sensibles, infractions, numéro de sécurité sociale"),
        (
            FormField("article9_conditions", "checks", "", mark("RGPD art. 9 §2")),
            FormField(
                "article9_text", "area", mark("Nécessaire pour les points b, g, h, i et j."), mark("RGPD art. 9 §2")
            ),
            FormField("offences_text", "area", "", mark("RGPD art. 10 ; loi 78-17 art. 46")),
            FormField("offences_necessity", "area", "", mark("Loi 78-17 art. 46")),
            FormField("nir_text", "area", mark("La rubrique du décret, ou l’exception."), mark("Loi 78-17 art. 30")),
        ),
        folded=True,
    ),
    Section(
        "donnees",
        mark("Personnes et données"),
        (
            FormField("people_count", "number", mark("À peu près. Exemple : 1200.")),
            FormField("data_origins", "checks", "", mark("RGPD art. 14 §2 f")),
            FormField("data_origin_note", "area"),
        ),
    ),
    Section(
        "algorithme",
        mark("Décision fondée sur un algorithme"),
        (
            FormField(
                "automated_decision",
                "choice",
                mark("Un calcul de quotient, un classement, une affectation comptent."),
                mark("RGPD art. 22 ; loi 78-17 art. 47"),
            ),
            FormField(
                "algorithm_notice", "area", mark("Elle est due à peine de nullité."), "CRPA L311-3-1, R311-3-1-1"
            ),
            FormField("algorithm_explained", "truth", "", mark("Loi 78-17 art. 47")),
            FormField("human_review", "truth", "", mark("Loi 78-17 art. 47")),
        ),
        folded=True,
    ),
    Section(
        "information",
        mark("Information et droits des personnes"),
        (
            FormField(
                "notice_text",
                "area",
                mark("Ce que lit la personne, ou l’endroit où elle le lit."),
                mark("RGPD art. 13 et 14"),
                rows=4,
            ),
            FormField("notice_url", "url"),
            FormField("notice_reviewed_on", "date"),
            FormField("rights_channel", "text", mark("L’adresse ou la page où l’on écrit."), mark("RGPD art. 12 §2")),
        ),
    ),
    Section(
        "securite",
        mark("Sécurité"),
        (
            FormField(
                "security_measures",
                "checks",
                mark("Ces mesures ne figurent pas dans l’édition communicable."),
                mark("RGPD art. 30 §1 g et 32"),
            ),
            FormField("security_note", "area", mark("Une description générale suffit."), rows=4),
        ),
    ),
    Section(
        "complements",
        mark("Compléments"),
        (
            FormField(
                "declared_absent",
                "checks",
                mark("Cochez ce qui n’existe pas : un champ vide non coché reste « à compléter »."),
            ),
            FormField("notes", "area"),
        ),
        folded=True,
    ),
)
"""The whole form, in order."""

TRUTHS = tuple(field.name for section in SECTIONS for field in section.fields if field.kind == "truth")
SEVERAL = tuple(field.name for section in SECTIONS for field in section.fields if field.kind == "checks")
ABSENCES = (
    "recipients", "processors", "transfers", "lawful_basis",
    "founding_text", "consent_proof", "consent_withdrawal", "article9_conditions", "article9_text", "offences_text",
    "nir_text", "notice_text", "notice_reviewed_on", "algorithm_notice", "reviewed_on",
)  # fmt: skip
"""What an activity may be declared not to have."""
SELDOM_FILLED = frozenset(
    {
        "article9_conditions", "article9_text", "offences_text", "offences_necessity", "nir_text", "consent_proof",
        "consent_withdrawal", "algorithm_notice", "algorithm_explained", "human_review", "joint_controllers",
        "ended_on", "founding_text_url", "data_origin_note", "notes", "declared_absent", "sub_purposes", "reference",
        "notice_url",
    }
)  # fmt: skip
"""Fields whose emptiness is no gap: most activities have nothing to say there."""
