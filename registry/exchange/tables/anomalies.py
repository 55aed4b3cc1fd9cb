"""What is wrong or doubtful in a table that could be read: one sentence each, with what to do."""

from registry.exchange.vocabulary import Severity
from registry.kernel.words import mark

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTICE

TABLE_ANOMALIES: dict[str, tuple[Severity, str]] = {
    "table-header": (
        _N, mark("L’en-tête est pris à la ligne {value} ; les lignes au-dessus ne sont pas lues."),
    ),
    "table-sheet": (
        _N, mark("Une seule feuille est lue : « {value} »."),
    ),
    "table-sheets-left": (
        _N, mark("Ces feuilles ne sont pas lues : {value}. Si l’une d’elles tient aussi des jeux, importez-la à part."),
    ),
    "table-merged": (
        _N, mark("Des cellules sont fusionnées ({value}) : leur valeur est reprise pour chacune de leurs lignes. "
                 "Vérifiez-le."),
    ),
    "table-windows": (
        _N, mark("Le fichier n’est pas en UTF-8 : il a été lu dans l’encodage de Windows ({value}). Vérifiez les "
                 "accents."),
    ),
    "table-accents": (
        _W, mark("Des accents sont abîmés, par exemple « {value} » : le fichier a été enregistré deux fois dans des "
                 "encodages différents. Exportez-le de nouveau en UTF-8."),
    ),
    "table-identifiers": (
        _N, mark("Lignes sans identifiant : {value}. Le registre en forme un du titre et de l’organisation, le même "
                 "à chaque import ; si l’un des deux change, il y verra un nouveau jeu. Une colonne d’identifiants "
                 "l’évite."),
    ),
    "table-columns-same": (
        _N, mark("Plusieurs colonnes remplissent le même champ : {value}. La première valeur trouvée est reprise."),
    ),
    "row-title-missing": (
        _E, mark("Cette ligne n’a pas de titre : donnez-en un, tel qu’un habitant le comprend."),
    ),
    "row-duplicate": (
        _E, mark("Une ligne au-dessus porte déjà l’identifiant « {value} » : gardez-en une, ou donnez à chacune le "
                 "sien."),
    ),
    "row-same-title": (
        _E, mark("Une ligne au-dessus a le même titre et la même organisation (« {value} »), et aucune n’a "
                 "d’identifiant : distinguez leurs titres, ou donnez-leur un identifiant."),
    ),
    "row-date-invalid": (
        _W, mark("« {value} » n’est pas une date : écrivez-la JJ/MM/AAAA."),
    ),
    "row-date-serial": (
        _N, mark("« {value} » est le numéro d’un jour de tableur : il est lu comme tel. Donnez à la cellule le format "
                 "d’une date."),
    ),
    "row-date-short": (
        _N, mark("« {value} » n’a que deux chiffres d’année : vérifiez le siècle."),
    ),
    "row-value-unknown": (
        _W, mark("« {value} » n’est pas dans la liste de ce champ : choisissez une de ses valeurs."),
    ),
    "row-number-invalid": (
        _W, mark("« {value} » n’est pas un nombre entier."),
    ),
    "row-duration-invalid": (
        _W, mark("« {value} » n’est pas une durée : écrivez un nombre de mois, ou « 5 ans »."),
    ),
    "row-siret-invalid": (
        _W, mark("« {value} » n’est pas un SIRET : quatorze chiffres, dont le dernier est une clé."),
    ),
    "row-address-invalid": (
        _W, mark("« {value} » n’est pas une adresse web complète : écrivez-la avec https://."),
    ),
    "row-email-invalid": (
        _W, mark("« {value} » n’est pas une adresse électronique."),
    ),
    "row-formats-alone": (
        _W, mark("Des formats sont donnés ({value}), mais aucune adresse : donnez celle de la page ou du fichier, "
                 "pour qu’ils soient repris."),
    ),
    "row-files-count": (
        _N, mark("La ligne annonce {value} fichiers, et en décrit un autre nombre : le registre garde ceux qu’elle "
                 "décrit."),
    ),
    "row-open-no": (
        _N, mark("« {value} » : le jeu n’est pas ouvert, mais on ne sait pas s’il est restreint ou non public. "
                 "Choisissez son niveau d’accès."),
    ),
    "row-access-unknown": (
        _N, mark("« {value} » n’est pas un niveau d’accès connu : le texte est gardé dans les droits. Choisissez le "
                 "niveau d’accès."),
    ),
    "row-beyond": (
        _W, mark("Cette ligne a des cellules après la dernière colonne (« {value} ») : un séparateur est sans doute "
                 "de trop, ou un texte n’est pas entre guillemets."),
    ),
    "row-error": (
        _W, mark("Cette cellule montre une erreur de calcul ({value}) : corrigez la formule ou tapez la valeur."),
    ),
    "owner-unknown": (
        _W, mark("« {value} » n’est pas une organisation de ce registre, ou pas une de celles pour qui vous "
                 "importez : le jeu va à l’organisation choisie pour l’import."),
    ),
    "owner-several": (
        _W, mark("Plusieurs organisations s’appellent « {value} » : le jeu va à l’organisation choisie pour l’import. "
                 "Donnez le SIREN."),
    ),
    "owner-brought": (
        _N, mark("Ce jeu est à son organisation depuis l’import n° {value}. Pour qu’il aille à l’autre, défaites cet "
                 "import, puis importez de nouveau le fichier."),
    ),
    "owner-differs": (
        _N, mark("Le fichier donne ce jeu à « {value} », le registre à une autre organisation : il y reste."),
    ),
    "system-unknown": (
        _W, mark("« {value} » n’est pas un système d’information de ce registre : inscrivez-le, puis importez de "
                 "nouveau."),
    ),
}  # fmt: skip
