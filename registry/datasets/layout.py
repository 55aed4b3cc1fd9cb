"""How the form of a sheet is laid out: its sections, and for each field how it is typed, its help and its article."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.kernel.words import _, mark


@dataclass(frozen=True)
class FormField:
    """One field of the form.

    `kind` is the component that shows it: text, url, area, lines (one value a line), date, number, select, choice
    (all shown), checks (several).
    """

    name: str
    kind: str
    hint: str = ""
    law: str = ""
    rows: int = 2

    def help(self) -> str:
        """Its help in the reader's language."""
        return _(self.hint) if self.hint else ""

    def article(self) -> str:
        """The article it comes from, in the reader's language."""
        return _(self.law) if self.law else ""


@dataclass(frozen=True)
class Section:
    """A part of the form, under an anchor; a folded one holds what is seldom filled."""

    anchor: str
    title: str
    fields: Sequence[FormField]
    folded: bool = False

    @property
    def label(self) -> str:
        """Its heading in the reader's language."""
        return _(self.title)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(field.name for field in self.fields)


SECTIONS: tuple[Section, ...] = (
    Section(
        "essentiel",
        mark("L’essentiel"),
        (
            FormField(
                "title",
                "text",
                mark("Tel qu’un habitant le comprend. Exemple : Bornes de recharge pour véhicules électriques."),
            ),
            FormField(
                "description",
                "area",
                mark("Ce que contient le jeu, à quoi il sert, ses limites : trois phrases."),
                "CRPA R322-7",
                rows=4,
            ),
            FormField("acronym", "text", mark("Si le jeu est connu sous un sigle. Exemple : BAL, DECP.")),
            FormField("keywords", "lines", mark("Un par ligne. Exemple : voirie."), rows=3),
            FormField("themes", "checks"),
            FormField(
                "publisher_name", "text", mark("Qui publie, tel que le réutilisateur doit le citer."), "CRPA L322-1"
            ),
            FormField("origin", "select", mark("Produit ici, reçu d’un délégataire ou d’un partenaire, ou croisé.")),
            FormField(
                "nature",
                "select",
                mark(
                    "Certains jeux sont nommés par une loi : elle leur demande davantage. "
                    "« Autre » dit qu’aucune ne nomme celui-ci."
                ),
            ),
            FormField(
                "information_system_id", "select", mark("Le logiciel où vivent ces données."), mark("RGPD art. 32")
            ),
        ),
    ),
    Section(
        "donnees-personnelles",
        mark("Données personnelles"),
        (
            FormField(
                "personal_data",
                "choice",
                mark("Toute information sur une personne identifiée ou identifiable."),
                mark("RGPD art. 4"),
            ),
            FormField(
                "publication_ground",
                "select",
                mark("Nécessaire si des données personnelles sont en ligne."),
                "CRPA L312-1-2",
            ),
            FormField(
                "publication_ground_reference",
                "text",
                mark("L’article, la délibération ou le recueil du consentement."),
            ),
            FormField(
                "publishable_category",
                "select",
                mark("Celle des catégories de l’article qui permet de publier sans anonymiser, si c’est le fondement."),
                "CRPA D312-1-3",
            ),
            FormField(
                "anonymisation_method",
                "area",
                mark("Comment les personnes cessent d’être identifiables. Exemple : agrégation par IRIS, seuil de 11."),
                mark("RGPD considérant 26"),
            ),
            FormField(
                "anonymisation_proof",
                "text",
                mark("Où se trouve l’étude ou la méthode : adresse, référence du document."),
            ),
            FormField(
                "sensitivity",
                "select",
                mark("Le tort que ferait une fuite, même sans donnée personnelle. Exemple : plans de réseaux."),
                mark("Loi SREN art. 31"),
            ),
            FormField(
                "statistical_secrecy",
                "select",
                mark("Ce que le secret statistique laisse sortir."),
                mark("Loi n° 51-711 art. 6"),
            ),
        ),
    ),
    Section(
        "acces",
        mark("Accès et mise à jour"),
        (
            FormField("access_rights", "choice", mark("À qui les données sont données aujourd’hui.")),
            FormField(
                "licence",
                "select",
                mark("Licence Ouverte 2.0 ou ODbL : les deux de la liste réglementaire."),
                "CRPA D323-2-1",
            ),
            FormField("frequency", "select", mark("Le rythme annoncé au réutilisateur."), "CRPA L322-1"),
            FormField("modified", "date", "", "CRPA L322-1"),
            FormField("issued", "date", mark("Le jour où le jeu fut mis en ligne.")),
            FormField("landing_page", "url", mark("La page qui présente le jeu.")),
            FormField("documentation", "lines", mark("Une adresse par ligne.")),
            FormField("conforms_to", "lines", mark("Une adresse par ligne. Exemple : celle d’un schéma de données.")),
            FormField(
                "reuser_warning",
                "url",
                mark("La page qui rappelle au réutilisateur que le RGPD s’applique."),
                "CRPA L322-2",
            ),
            FormField(
                "declared_absent",
                "checks",
                mark("Cochez ce qui n’existe pas : un champ vide non coché reste « à compléter »."),
            ),
        ),
    ),
    Section(
        "conservation",
        mark("Conservation et volume"),
        (
            FormField(
                "retention_months", "number", mark("En mois. Exemple : 60 pour cinq ans."), mark("RGPD art. 5 §1 e")
            ),
            FormField(
                "retention_trigger",
                "text",
                mark("Ce qui fait partir le délai. Exemple : la clôture du dossier."),
                mark("RGPD art. 5 §1 e"),
            ),
            FormField(
                "final_disposition",
                "select",
                mark("Ce que deviennent les données ensuite, avec l’accord des archives."),
                mark("Code du patrimoine L212-2"),
            ),
            FormField("records_count", "number", mark("Le nombre de lignes, à peu près.")),
            FormField("volume_note", "text", mark("Tel qu’on le dit. Exemple : 12 Go, 40 000 images.")),
            FormField(
                "last_use_review",
                "date",
                mark("Le jour où l’on s’est demandé, la dernière fois, si ce jeu sert encore."),
            ),
        ),
        folded=True,
    ),
    Section(
        "complements",
        mark("Couverture, provenance, forte valeur"),
        (
            FormField("spatial", "lines", mark("Un lieu par ligne.")),
            FormField("spatial_granularity", "select", mark("Le plus petit territoire que les données distinguent.")),
            FormField("temporal_start", "date"),
            FormField("temporal_end", "date"),
            FormField("provenance", "area", mark("D’où viennent les données et comment elles sont faites.")),
            FormField("creator_name", "text", mark("S’il n’est pas l’éditeur.")),
            FormField("creator_siret", "text", mark("Les quatorze chiffres de son SIRET.")),
            FormField("contact_service", "text", mark("Le service qui répond aux questions.")),
            FormField("contact_url", "url", mark("La page où l’on peut lui écrire.")),
            FormField("version_label", "text"),
            FormField("rights", "area", mark("Ce que la licence ne dit pas : droits de tiers, conditions d’accès.")),
            FormField(
                "third_party_rights",
                "select",
                mark("Photographies, plans d’un bureau d’études, données achetées : qui d’autre y a des droits ?"),
                "CRPA L321-2",
            ),
            FormField("applicable_legislation", "lines", mark("Une adresse par ligne.")),
            FormField("local_themes", "lines", mark("Un par ligne.")),
            FormField("hvd_categories", "checks", "", mark("Règlement (UE) 2023/138")),
            FormField("inspire_themes", "checks", "", mark("Directive 2007/2/CE")),
            FormField("languages", "checks"),
        ),
        folded=True,
    ),
    Section(
        "pilotage",
        mark("Pilotage"),
        (
            FormField("stakes", "checks", mark("Ce qui est en jeu pour la collectivité.")),
            FormField("principles", "checks"),
            FormField("quality_notes", "area", mark("Ce qu’on sait de l’exactitude, des manques, des doublons.")),
            FormField("notes", "area", mark("Ce que le prochain référent doit savoir.")),
            FormField(
                "locked_fields",
                "checks",
                mark("Les champs cochés gardent leur valeur, quoi que dise le catalogue importé."),
            ),
        ),
        folded=True,
    ),
)
"""The whole form, in order."""

FORM_FIELDS = {field.name: field for section in SECTIONS for field in section.fields}
"""Each field of the form by its name."""

_APART = frozenset({"title", "declared_absent", "information_system_id"})
SHOWN = (
    *(field.name for section in SECTIONS for field in section.fields if field.name not in _APART),
    "identifier",
    "uri",
)
"""The fields that the sheet tells one after another, in the order of its form; the others have a place of their own."""

SELDOM_FILLED = frozenset(
    {
        "acronym", "anonymisation_method", "applicable_legislation", "contact_service", "creator_siret", "identifier",
        "inspire_themes", "local_themes", "locked_fields", "notes", "principles", "publication_ground",
        "publication_ground_reference", "publishable_category", "reuser_warning", "rights", "stakes", "uri",
        "version_label", "volume_note",
    }
)  # fmt: skip
"""Fields whose emptiness is no gap: most datasets have nothing to say there."""

LOCKABLE = tuple(
    field.name
    for section in SECTIONS
    for field in section.fields
    if field.name not in {"declared_absent", "locked_fields", "information_system_id"}
)
"""The fields that a steward may keep from imports."""

OF_A_SERVICE: tuple[FormField, ...] = (
    FormField("title", "text"),
    FormField("endpoint_url", "url", mark("L’adresse qu’un programme appelle.")),
    FormField(
        "endpoint_description", "url", mark("Sa description lisible par une machine : OpenAPI, GetCapabilities.")
    ),
    FormField("licence", "select"),
)
"""The fields of an interface that the form shows."""

LAW_FIELDS = (
    "personal_data", "publication_ground", "publication_ground_reference", "publishable_category",
    "anonymisation_method", "anonymisation_proof", "sensitivity", "statistical_secrecy", "licence",
    "third_party_rights", "reuser_warning", "retention_months", "retention_trigger", "final_disposition",
)  # fmt: skip
"""What legal staff answer for on a sheet: may it be published, on which ground, under which terms, for how long."""
