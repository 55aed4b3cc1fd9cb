"""The words that records kept elsewhere use, and what they stand for here: pure."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from registry.kernel.sort_keys import sort_key
from registry.kernel.words import use_translations
from registry.platform.lists import load_list
from registry.processing.vocabulary import (
    OF_A_PART,
    ONE_OF,
    SOME_OF,
    ActivityStatus,
    LawfulBasis,
    ProcessingRole,
    RecipientKind,
    TransferSafeguard,
)
from registry.processing.wording import LISTS, LISTS_OF_PARTS
from registry.web.words import LOCALES, translations_for

CHOICES: Mapping[str, Any] = {**ONE_OF, **SOME_OF, **OF_A_PART}
"""The closed list behind each field of an activity, or of a part of one."""
_NO_WORD = re.compile(r"[\W_]+")
_NOTHING = frozenset(
    {"", "neant", "non concerne", "sans objet", "aucun", "aucune", "non", "so", "s o", "n a", "na", "non applicable",
     "pas de transfert", "pas de transferts", "aucun transfert", "rien"}
)  # fmt: skip
_BASES = (
    ("consentement", LawfulBasis.CONSENT), ("obligation", LawfulBasis.LEGAL_OBLIGATION),
    ("interets vitaux", LawfulBasis.VITAL_INTERESTS), ("interet vital", LawfulBasis.VITAL_INTERESTS),
    ("interet legitime", LawfulBasis.LEGITIMATE_INTERESTS), ("interets legitimes", LawfulBasis.LEGITIMATE_INTERESTS),
    ("mission", LawfulBasis.PUBLIC_TASK), ("interet public", LawfulBasis.PUBLIC_TASK),
    ("service public", LawfulBasis.PUBLIC_TASK), ("autorite publique", LawfulBasis.PUBLIC_TASK),
    ("contrat", LawfulBasis.CONTRACT), ("precontractuel", LawfulBasis.CONTRACT),
)  # fmt: skip
_POINT = re.compile(r"\b6 (?:1 )?([a-f])\b")
_DATA = (
    ("etat civil", "identity"), ("identite", "identity"), ("identification", "identity"), ("coordonnees", "contact"),
    ("vie personnelle", "private-life"), ("situation familiale", "private-life"),
    ("vie professionnelle", "professional-life"), ("economique", "financial"), ("financier", "financial"),
    ("bancaire", "financial"), ("fiscale", "financial"), ("connexion", "connection"), ("internet", "connection"),
    ("localisation", "location"), ("securite sociale", "nir"), ("nir", "nir"), ("origine raciale", "origin"),
    ("ethnique", "origin"), ("opinions", "opinions"), ("convictions", "opinions"), ("syndicale", "union"),
    ("genetiques", "genetic"), ("biometriques", "biometric"), ("sante", "health"), ("vie sexuelle", "sexual-life"),
    ("orientation sexuelle", "sexual-life"), ("condamnations", "offences"), ("infractions", "offences"),
)  # fmt: skip
_MEASURES = (
    ("controle d acces", "access-control"), ("habilitation", "access-control"), ("tracabilite", "traceability"),
    ("journalisation", "traceability"), ("sauvegarde", "backup"), ("chiffrement", "encryption"),
    ("mise a jour", "software-protection"), ("mises a jour", "software-protection"),
    ("antivirus", "software-protection"),
    ("protection des logiciels", "software-protection"), ("controle des sous traitants", "processor-control"),
    ("pseudonymisation", "pseudonymisation"), ("locaux", "premises"),
)  # fmt: skip
_SAFEGUARDS = (
    ("clauses contractuelles types", TransferSafeguard.STANDARD_CLAUSES),
    ("clauses types", TransferSafeguard.STANDARD_CLAUSES), ("adequation", TransferSafeguard.ADEQUACY),
    ("pays adequat", TransferSafeguard.ADEQUACY), ("regles d entreprise", TransferSafeguard.CORPORATE_RULES),
    ("bcr", TransferSafeguard.CORPORATE_RULES), ("code de conduite", TransferSafeguard.CODE_OF_CONDUCT),
    ("certification", TransferSafeguard.CERTIFICATION), ("derogation", TransferSafeguard.DEROGATION),
)  # fmt: skip
_KINDS = (
    ("sous traitant", RecipientKind.PROCESSOR), ("interne", RecipientKind.INTERNAL),
    ("partenaire", RecipientKind.PARTNER), ("administration", RecipientKind.ADMINISTRATION),
    ("organismes publics", RecipientKind.ADMINISTRATION), ("public", RecipientKind.PUBLIC),
    ("service", RecipientKind.INTERNAL), ("tiers", RecipientKind.OTHER),
)  # fmt: skip
_ROLES = (
    ("conjoint", ProcessingRole.JOINT_CONTROLLER), ("co responsable", ProcessingRole.JOINT_CONTROLLER),
    ("coresponsable", ProcessingRole.JOINT_CONTROLLER), ("sous traitant", ProcessingRole.PROCESSOR),
    ("responsable", ProcessingRole.CONTROLLER),
)  # fmt: skip
_STATES = (
    ("inactif", ActivityStatus.ENDED), ("termine", ActivityStatus.ENDED), ("archive", ActivityStatus.ENDED),
    ("suspendu", ActivityStatus.SUSPENDED), ("projet", ActivityStatus.DRAFT), ("brouillon", ActivityStatus.DRAFT),
    ("actif", ActivityStatus.ACTIVE), ("en cours", ActivityStatus.ACTIVE), ("oui", ActivityStatus.ACTIVE),
)  # fmt: skip
WORDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "lawful_basis": _BASES, "role": _ROLES, "status": _STATES, "kind": _KINDS, "safeguard": _SAFEGUARDS,
    "data_category": _DATA, "security_measures": _MEASURES,
}  # fmt: skip
"""For each field, the words that tell a value, the surest first."""
_LISTS = {**LISTS, **LISTS_OF_PARTS}
_SPAN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ans?|années?|mois|semaines?|jours?)\b", re.IGNORECASE)
_MONTHS = {"a": 12.0, "m": 1.0, "s": 12 / 52, "j": 12 / 365}
_START = re.compile(
    r"^[\s,;:]*(?:à compter (?:de|du|des)|à partir (?:de|du|des)|après|apres|à l’issue de)?[\s:]*(.*)$", re.I
)


def folded(text: str) -> str:
    """A text without its accents, capitals and signs."""
    return " ".join(_NO_WORD.sub(" ", sort_key(text)).split())


def says_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing."""
    return folded(text) in _NOTHING


def code_of(name: str, text: str) -> str | None:
    """The value of a field that a text stands for, if any word of it tells."""
    if name in _LISTS and (found := load_list(_LISTS[name]).find(text)) is not None:
        return found
    said = f" {folded(text)} "
    if name == "lawful_basis" and (point := _POINT.search(said)):
        return str(list(LawfulBasis)["abcdef".index(point[1])])
    return next((str(code) for words, code in WORDS.get(name, ()) if f" {words}" in said), None)


@lru_cache(maxsize=32)
def _labels(name: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for locale in LOCALES:
        with use_translations(locale, translations_for(locale)):
            for one in CHOICES[name]:
                # « Consentement » stands for « Consentement (art. 6 §1 a) ».
                found |= {folded(said): str(one) for said in (str(one), one.label, one.label.partition(" (")[0])}
    return found


def choice_of(name: str, text: str) -> str | None:
    """The value of a closed list that its label stands for, in French or in English, with its article or without."""
    found = _labels(name).get(folded(text))
    return found if found is not None or name != "lawful_basis" else code_of(name, text)


def choices_of(name: str) -> list[str]:
    """What one may choose for a field, in the reader's language."""
    return [one.label for one in CHOICES[name]]


def pieces_of(text: str) -> list[str]:
    """The several things that a cell says: a line each, or between semicolons, else between commas outside brackets."""
    lines = [line.strip(" •-–\t") for line in re.split(r"[\n;]", text)]
    if len(lines) == 1:
        lines = [piece.strip() for piece in re.split(r",(?![^(]*\))", lines[0])]
    return [line for line in lines if line and not says_nothing(line)]


def retention_of(text: str) -> tuple[int | None, str]:
    """How many months a text says, and from when; a text that does not say one length alone is kept as it is."""
    found = _SPAN.findall(text)
    if len(found) != 1:
        return None, text.strip()
    number, unit = found[0]
    months = round(float(number.replace(",", ".")) * _MONTHS[unit[0].lower()])
    before, _said, after = text.partition(_SPAN.search(text)[0])  # type: ignore[index]
    start = _START.match(after)
    rest = " ".join(filter(None, (before.strip(" :,;"), (start[1] if start else after).strip(" .;")))).strip()
    return (months, rest) if months else (None, text.strip())
