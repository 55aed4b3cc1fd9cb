"""What is wrong or doubtful in a file that could be read: one sentence each, with what to do."""

from dataclasses import dataclass, field

from registry.exchange.tables.anomalies import TABLE_ANOMALIES
from registry.exchange.vocabulary import Anomaly, Severity
from registry.kernel.words import _, mark

QUOTED = 200
MOST = 50_000

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE

ANOMALIES: dict[str, tuple[Severity, str]] = {
    "access-right-nearest": (
        _N, mark("« {value} » est repris comme « non public », le niveau d’accès le plus proche : vérifiez-le."),
    ),
    "access-right-unknown": (
        _N, mark("« {value} » n’est pas un niveau d’accès connu (public, restreint, non public) : le texte est "
                 "gardé dans les droits, choisissez le niveau d’accès."),
    ),
    "address-invalid": (
        _W, mark("« {value} » n’est pas une adresse web complète (https://…) : corrigez-la dans le catalogue "
                 "d’origine."),
    ),
    "address-repaired": (
        _N, mark("L’adresse « {value} » contenait des caractères interdits, remplacés par leur code : vérifiez "
                 "qu’elle fonctionne."),
    ),
    "answer-partial": (
        _W, mark("La réponse du portail n’est qu’une partie de ses fiches ({value}) : importez aussi la suite, ou "
                 "donnez l’adresse du portail, dont le registre suit les pages."),
    ),
    "availability-unknown": (
        _W, mark("« {value} » n’est pas une disponibilité prévue connue (temporaire, expérimentale, disponible, "
                 "stable) : choisissez-la après l’import."),
    ),
    "byte-size-invalid": (
        _W, mark("« {value} » n’est pas une taille en octets : indiquez un nombre entier."),
    ),
    "catalogue-several": (
        _N, mark("Le fichier décrit plusieurs catalogues ; les jeux sont tous lus, la description reprise est "
                 "celle de « {value} »."),
    ),
    "characters-removed": (
        _N, mark("Des caractères de commande illisibles ont été retirés de « {value} »."),
    ),
    "checksum-incomplete": (
        _W, mark("L’empreinte « {value} » n’a pas d’algorithme connu ou n’est pas en hexadécimal : elle n’est "
                 "pas reprise."),
    ),
    "contact-several": (
        _N, mark("Plusieurs contacts sont donnés ; celui-ci n’est pas repris : « {value} »."),
    ),
    "locked-field": (
        _N, mark("La fiche garde ce champ des imports : la valeur du fichier n’est pas reprise. Pour la prendre, "
                 "levez la garde sur la fiche."),
    ),
    "count-invalid": (
        _W, mark("« {value} » n’est pas un nombre de lignes : indiquez un nombre entier."),
    ),
    "dataset-absent": (
        _W, mark("Le catalogue annonce ce jeu sans le décrire dans le fichier : {value}. S’il est sur une autre "
                 "page, importez-la aussi."),
    ),
    "dataset-none": (
        _E, mark("Le fichier est du RDF correct, mais ne décrit aucun jeu de données (dcat:Dataset) : vérifiez "
                 "que c’est l’export du catalogue."),
    ),
    "date-invalid": (
        _W, mark("« {value} » n’est pas une date possible : écrivez-la AAAA-MM-JJ dans le catalogue d’origine."),
    ),
    "date-partial": (
        _N, mark("« {value} » ne donne pas le jour ; le premier jour de la période est repris : vérifiez-le."),
    ),
    "date-to-come": (
        _W, mark("La date « {value} » est à venir : elle n’est pas reprise. Corrigez-la dans le catalogue d’origine."),
    ),
    "date-too-early": (
        _W, mark("La date « {value} » est antérieure à 1700 : elle n’est pas reprise. Corrigez-la dans le catalogue "
                 "d’origine."),
    ),
    "distribution-absent": (
        _W, mark("Cette distribution est citée mais n’est pas décrite dans le fichier : {value}."),
    ),
    "distribution-orphan": (
        _W, mark("Cette distribution n’est rattachée à aucun jeu de données : {value}. Ajoutez le lien "
                 "dcat:distribution dans le catalogue d’origine."),
    ),
    "distribution-orphan-nameless": (
        _W, mark("Une distribution sans nom n’est rattachée à aucun jeu de données. Ajoutez le lien "
                 "dcat:distribution dans le catalogue d’origine."),
    ),
    "distribution-without-address": (
        _W, mark("La distribution « {value} » n’a pas d’adresse (dcat:accessURL ou dcat:downloadURL) : elle "
                 "n’est pas reprise."),
    ),
    "email-invalid": (
        _W, mark("« {value} » n’est pas une adresse électronique : corrigez le contact."),
    ),
    "encoding-wrong": (
        _N, mark("Le fichier déclare l’encodage « {value} » mais il est écrit en UTF-8 : il a été lu en UTF-8."),
    ),
    "envelope-partial": (
        _W, mark("La réponse du géocatalogue n’est qu’une partie de ses fiches ({value}) : importez aussi les "
                 "réponses suivantes."),
    ),
    "files-elsewhere": (
        _N, mark("Cette réponse ne donne pas les fichiers du jeu, mais l’adresse où ils sont ({value}) : ceux du "
                 "registre restent. Pour les lire, importez /api/1/datasets/."),
    ),
    "export-annulled": (
        _N, mark("La fiche « {value} » est annulée dans l’export : elle n’est pas reprise."),
    ),
    "export-cell": (
        _W, mark("« {value} » ne se lit pas dans cette colonne : écrivez une date AAAA-MM-JJ, un nombre entier, oui ou "
                 "non, selon ce que dit la notice de l’export."),
    ),
    "format-unknown": (
        _N, mark("Le format « {value} » n’est pas dans la liste des types de fichiers : il est gardé tel quel, "
                 "mais son ouverture ne peut pas être jugée."),
    ),
    "frequency-unknown": (
        _W, mark("« {value} » n’est pas une fréquence de mise à jour connue : choisissez-la après l’import."),
    ),
    "held-elsewhere": (
        _N, mark("Cet identifiant est déjà tenu par {value} : l’import en fera un second jeu, ici. S’il s’agit du "
                 "même, importez le catalogue pour cet organisme."),
    ),
    "hvd-category-unknown": (
        _W, mark("« {value} » n’est pas une catégorie de données de forte valeur du règlement (UE) 2023/138."),
    ),
    "identifier-duplicate": (
        _W, mark("Un autre jeu du fichier porte déjà l’identifiant « {value} » : celui-ci est repris sous une "
                 "autre adresse. Faites corriger le catalogue d’origine, pour que l’import suivant les reconnaisse."),
    ),
    "identifier-missing": (
        _W, mark("Ce jeu n’a ni adresse ni identifiant ; « {value} » en tient lieu, mais un changement le ferait "
                 "prendre pour un nouveau jeu. Faites ajouter dcterms:identifier."),
    ),
    "identifier-relative": (
        _N, mark("L’adresse « {value} » est incomplète (relative) : elle n’identifie le jeu que dans ce fichier."),
    ),
    "identifier-several": (
        _N, mark("Plusieurs identifiants sont donnés ; « {value} » n’est pas repris."),
    ),
    "known-otherwise": (
        _N, mark("Aucune fiche ne porte cet identifiant, mais celle de « {value} » est le même jeu sous un autre nom : "
                 "elle est reprise, et garde son identifiant."),
    ),
    "language-unknown": (
        _W, mark("« {value} » n’est pas une langue de la liste (codes ISO 639-1)."),
    ),
    "licence-unknown": (
        _N, mark("La licence « {value} » n’est pas dans la liste : elle est gardée telle quelle. Vérifiez si elle "
                 "est homologuée (CRPA, art. D323-2-1)."),
    ),
    "media-type-invalid": (
        _W, mark("« {value} » n’est pas un type de média (texte/sous-type)."),
    ),
    "more": (
        _N, mark("{value} autres anomalies du fichier ne sont pas détaillées."),
    ),
    "outline-too-long": (
        _N, mark("L’emprise dessinée du jeu est trop longue pour le registre : elle n’est pas reprise."),
    ),
    "page-partial": (
        _W, mark("Ce fichier n’est qu’une page d’un catalogue plus long ; la suite est ici : {value}. Importez "
                 "aussi les autres pages, ou demandez un export complet."),
    ),
    "parts-kept": (
        _N, mark("La fiche a été décrite ici à la main : ces interfaces ou ces champs du fichier ne sont pas repris. "
                 "Comparez-les sur la fiche."),
    ),
    "period-reversed": (
        _W, mark("La période couverte finit avant de commencer ({value}) : elle n’est pas reprise."),
    ),
    "period-unknown": (
        _W, mark("« {value} » n’est pas une période lisible : donnez un début et une fin, AAAA-MM-JJ."),
    ),
    "portal-none": (
        _E, mark("La réponse du portail est correcte, mais ne donne aucun jeu de données : vérifiez l’adresse et ses "
                 "filtres."),
    ),
    "record-again": (
        _N, mark("Le portail donne deux fois le jeu « {value} » : la première fiche est reprise."),
    ),
    "record-without-identifier": (
        _W, mark("Le jeu « {value} » n’a pas d’identifiant dans la réponse du portail : il n’est pas repris."),
    ),
    "text-shortened": (
        _N, mark("Ce texte dépasse la longueur admise et a été coupé : « {value} »."),
    ),
    "title-markup": (
        _N, mark("Ce titre contenait des balises, qui ont été retirées : « {value} »."),
    ),
    "title-missing": (
        _E, mark("Ce jeu de données n’a pas de titre : faites ajouter dcterms:title dans le catalogue d’origine."),
    ),
    "title-other-language": (
        _N, mark("Ce titre est aussi donné dans une autre langue, qui n’est pas reprise : « {value} »."),
    ),
    "too-many": (
        _W, mark("Il y a plus de valeurs que le registre n’en garde ; « {value} » et les suivantes ne sont pas "
                 "reprises."),
    ),
    "value-unreadable": (
        _W, mark("« {value} » n’est pas un texte lisible ici : la valeur n’est pas reprise."),
    ),
    "value-several": (
        _N, mark("Plusieurs valeurs sont données où une seule est attendue ; « {value} » n’est pas reprise."),
    ),
    **TABLE_ANOMALIES,
}  # fmt: skip


def sentence(code: str, value: str) -> str:
    """What an anomaly says, in the reader's language."""
    return _(ANOMALIES[code][1]).format(value=value)


def shortened(text: str, limit: int = QUOTED) -> str:
    """A value as it is quoted in a sentence: on one line, cut where it is long."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def made(code: str, subject: str, path: str, value: str, *, line: int | None = None, column: str = "") -> Anomaly:
    """One anomaly, said."""
    quoted = shortened(value)
    return Anomaly(
        severity=ANOMALIES[code][0], code=code, subject=subject, path=path, message=sentence(code, quoted),
        value=quoted, line=line, column=column,
    )  # fmt: skip


@dataclass
class Anomalies:
    """The anomalies of one file, in the order they were met."""

    found: list[Anomaly] = field(default_factory=list)
    unsaid: int = 0

    def add(self, code: str, subject: str, path: str, value: str, *, line: int | None = None, column: str = "") -> None:
        """Notes one anomaly of a record, or of the file where the subject is empty."""
        if len(self.found) >= MOST:
            self.unsaid += 1
            return
        self.found.append(made(code, subject, path, value, line=line, column=column))

    def close(self) -> list[Anomaly]:
        """Every anomaly, with a last line for those that are not detailed."""
        if self.unsaid:
            message = sentence("more", str(self.unsaid))
            self.found.append(
                Anomaly(
                    severity=Severity.NOTICE, code="more", subject="", path="", message=message,
                    value=str(self.unsaid),
                )
            )  # fmt: skip
        return self.found
