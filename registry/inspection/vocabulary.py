"""What an inspection sees in a column, how sure it is, and why: codes and counts, never a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.kernel.words import Labelled, _, mark


class TableFormat(Labelled):
    """The formats of a file that can be inspected."""

    CSV = "csv", mark("Tableau CSV")
    XLSX = "xlsx", mark("Classeur XLSX")
    ODS = "ods", mark("Classeur ODS")
    PARQUET = "parquet", mark("Table Parquet")


class PersonalSign(Labelled):
    """What shows that a column tells of people; the value is a code of `policies/lists/personal_signs.yaml`."""

    NIR = "nir", mark("Numéro de sécurité sociale (NIR)")
    IBAN = "iban", mark("Compte bancaire (IBAN)")
    SOLE_TRADER = "sole-trader", mark("Siren ou Siret d’entrepreneur individuel")
    PHONE = "phone", mark("Numéro de téléphone")
    MAILBOX = "mailbox", mark("Adresse électronique d’une personne")
    PLATE = "plate", mark("Plaque d’immatriculation")
    BIRTH_DATE = "birth-date", mark("Date de naissance")
    PERSON_NAME = "person-name", mark("Nom de personne")
    HOME_ADDRESS = "home-address", mark("Adresse d’une personne")
    IP_ADDRESS = "ip-address", mark("Adresse IP")
    FREE_TEXT = "free-text", mark("Texte libre qui cite des personnes")
    HEADER = "header", mark("Mot de l’en-tête")


class Confidence(Labelled):
    """How sure a suggestion is, the surest first."""

    HIGH = "high", mark("Très probable")
    MEDIUM = "medium", mark("Probable")
    LOW = "low", mark("À vérifier")


class ReasonCode(Labelled):
    """Why something is suggested; counts stand where braces are."""

    NIR_KEY = "nir-key", mark("NIR dont la clé est juste : {found} sur {sampled} valeurs lues")
    NIR_CORSICA = "nir-corsica", mark("dont nés en Corse (2A, 2B) : {corsica}")
    NIR_NO_KEY = "nir-no-key", mark("forme d’un NIR sans sa clé (13 chiffres) : {found} sur {sampled} valeurs lues")
    IBAN_KEY = "iban-key", mark("IBAN dont la clé est juste : {found} sur {sampled} valeurs lues")
    IBAN_HOLDER = (
        "iban-holder",
        mark("le fichier ne dit pas si le titulaire est une personne ou un organisme : à vérifier"),
    )
    SIREN_KEY = "siren-key", mark("Siren ou Siret dont la clé est juste : {found} sur {sampled} valeurs lues")
    SIREN_NAMES = "siren-names", mark("une colonne de noms de personnes les accompagne, sans raison sociale de société")
    SIREN_FORM = "siren-form", mark("une colonne dit la forme « entrepreneur individuel » ; lignes : {form}")
    SIREN_UNSURE = (
        "siren-unsure",
        mark("le fichier ne dit pas la forme juridique : la base Sirene seule le ferait, rien n’y est demandé"),
    )
    PHONE_VALID = "phone-valid", mark("numéros de téléphone qui existent : {found} sur {sampled} valeurs lues")
    PHONE_MOBILE = "phone-mobile", mark("dont mobiles, qu’une personne porte sur elle : {mobile}")
    PHONE_PLACES = "phone-places", mark("ce sont peut-être des standards : rien d’autre ne nomme de personnes")
    MAILBOX_PERSONS = "mailbox-persons", mark("adresses d’une personne : {found} sur {sampled} valeurs lues")
    MAILBOX_SERVICES = "mailbox-services", mark("boîtes de service à côté (contact@, mairie@…) : {services}")
    PLATE_FORM = (
        "plate-form",
        mark("forme d’une plaque (SIV depuis 2009, ou ancienne) : {found} sur {sampled} valeurs lues"),
    )
    PLATE_FLEET = "plate-fleet", mark("une plaque mène à son titulaire, sauf pour les véhicules de la collectivité")
    BIRTH_HEADER = (
        "birth-header",
        mark("l’en-tête dit une naissance, et ce sont des dates : {found} sur {sampled} valeurs lues"),
    )
    BIRTH_YEARS = "birth-years", mark("de la plus ancienne à la plus récente : {years} ans")
    BIRTH_SPREAD = (
        "birth-spread",
        mark("auprès de noms, des dates réparties sur {years} ans comme des âges : {found} sur {sampled} valeurs lues"),
    )
    NAME_HEADER = "name-header", mark("l’en-tête annonce le nom d’une personne")
    NAME_FIRST_NAMES = "name-first-names", mark("prénoms courants : {found} sur {sampled} valeurs lues")
    NAME_FORM = (
        "name-form",
        mark("forme d’un nom de personne (prénom courant, civilité, capitales) : {found} sur {sampled} valeurs lues"),
    )
    NAME_BESIDE = "name-beside", mark("une colonne de prénoms est à côté")
    NAME_WITH_ADDRESS = "name-with-address", mark("une adresse se trouve sur la même ligne")
    ADDRESS_FORM = "address-form", mark("forme d’une adresse postale : {found} sur {sampled} valeurs lues")
    ADDRESS_NAMES = "address-names", mark("des noms de personnes sont sur les mêmes lignes")
    IP_FORM = "ip-form", mark("adresses IP : {found} sur {sampled} valeurs lues")
    IP_PRIVATE = "ip-private", mark("dont d’un réseau privé, qui désignent un poste de travail : {private}")
    IN_TEXT = (
        "in-text",
        mark(
            "textes qui contiennent un numéro de téléphone, une adresse électronique ou un NIR : {found} sur {sampled}"
        ),
    )
    IN_TEXT_NAMES = (
        "in-text-names",
        mark("textes qui nomment quelqu’un (« Mme », « M. » et un nom) : {found} sur {sampled} valeurs lues"),
    )
    HEADER_WORD = "header-word", mark("l’en-tête le laisse penser ; les valeurs ne prouvent rien")
    HEADER_SAYS = "header-says", mark("l’en-tête le dit aussi")


@dataclass(frozen=True)
class Reason:
    """One reason, with the counts its sentence needs."""

    code: ReasonCode
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The reason in the reader's language."""
        return _(self.code.phrase).format(**self.counts)


@dataclass(frozen=True)
class Suggestion:
    """That a column holds personal data of a category, how sure that is and why.

    `column` counts from 0; `category` is a code of `policies/lists/personal_categories.yaml`. Units: `found` and
    `sampled` in filled values of the sample.
    """

    column: int
    sign: PersonalSign
    category: str
    confidence: Confidence
    reasons: tuple[Reason, ...]
    found: int
    sampled: int

    @property
    def share(self) -> float:
        """The part of the values sampled that bear the sign, from 0 to 1."""
        return self.found / self.sampled if self.sampled else 0.0


@dataclass(frozen=True)
class InspectedColumn:
    """One column: what it is called (its letter, where the table has no header), how many sampled cells are filled."""

    name: str
    filled: int


@dataclass(frozen=True)
class Inspected:
    """What was seen of one table: its columns and what they suggest, and nothing of what they hold.

    `is_whole` where every line was gone through, `is_cut` where columns were left out, `is_refused` where a table of a
    database could not be read, which leaves it empty. Units: `rows` in lines gone
    through, `sampled` in lines kept for the time of the reading.
    """

    table: str
    columns: Sequence[InspectedColumn]
    suggestions: Sequence[Suggestion]
    rows: int
    sampled: int
    has_header: bool = True
    is_whole: bool = True
    is_cut: bool = False
    merged: int = 0
    is_refused: bool = False


class LineKind(Labelled):
    """What a line of a table is, where small groups are looked for."""

    ONE = "one", mark("Une personne, un foyer ou une entreprise")
    TOTAL = "total", mark("Un total : une colonne compte les personnes ou les entreprises")


MOST_COMBINED, MOST_TOGETHER = 8, 3
"""How many columns are combined, and how many at a time: what somebody may already know of somebody else."""


@dataclass(frozen=True)
class SmallGroups:
    """Columns whose values together make groups, of which some are too small; none is the whole table.

    Units: `groups` and `small` in groups, `lines` in lines of those that are small.
    """

    columns: Sequence[str]
    groups: int
    small: int
    lines: int


@dataclass(frozen=True)
class CountedTable:
    """What makes small groups in one table: the columns looked at, those that do, and nothing of what they hold.

    `aside` are those where nearly each line has a value of its own, which group nobody; `is_whole` where every line was
    gone through, `is_cut` where columns were left out. `unread` is how many figures are no whole number.
    """

    table: str
    rows: int
    columns: Sequence[str]
    found: Sequence[SmallGroups]
    aside: Sequence[str] = ()
    is_whole: bool = True
    is_cut: bool = False
    unread: int = 0


@dataclass(frozen=True)
class SampledColumn:
    """A column while it is read: its header and the values of the sample, forgotten with it."""

    name: str
    values: Sequence[str]
