"""What may be answered and decided: the only validation of what comes in."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from registry.datasets.vocabulary import PublicationRefusal
from registry.inspection.vocabulary import LineKind
from registry.kernel.words import _, mark
from registry.lifecycle.vocabulary import WithdrawalGround
from registry.platform.lists import load_list
from registry.publication.vocabulary import FeeGround, Outcome, SecretReply
from registry.web.typed import Clean, Line, Prose, since_year

LABELS = {
    "answer": mark("Réponse"),
    "ground": mark("Sur quoi se fonde cette réponse"),
    "until": mark("Dernier jour où ce secret s’oppose à la communication"),
    "outcome": mark("Décision"),
    "reason": mark("Motif"),
    "decided_on": mark("Date de la décision"),
    "licence": mark("Licence"),
    "licence_reference": mark("Numéro de la décision qui homologue cette licence"),
    "homologated_on": mark("Date de cette décision d’homologation"),
    "homologation_id": mark("Pièce : cette décision d’homologation"),
    "disclosure_text": mark("Texte qui permet de publier malgré le secret"),
    "refusal": mark("Exception de la loi"),
    "secret": mark("Secret en cause"),
    "public_ground": mark("Ce que le public lira du motif"),
    "communicated": mark("Déjà communiqué à quelqu’un qui le demandait"),
    "in_directory": mark("Inscrit au répertoire des informations publiques"),
    "software": mark("C’est le code source d’un logiciel"),
    "api_terms_published": mark("Conditions et qualité de service de l’API publiées"),
    "competitive_service": mark("Vient d’un service industriel ou commercial soumis à la concurrence"),
    "database_right_claimed": mark("Le droit du producteur de base est opposé aux réutilisateurs"),
    "licence_compatible": mark("Licence compatible avec celles des sources"),
    "licence_restricts": mark("La licence restreint la réutilisation"),
    "restriction_reason": mark("Motif d’intérêt général de la restriction"),
    "licence_restricts_competition": mark("La restriction gêne la concurrence"),
    "fee": mark("La réutilisation est payante"),
    "fee_ground": mark("Cas de la loi qui permet de faire payer"),
    "fee_calculation_url": mark("Adresse où le calcul de la redevance est publié"),
    "fee_revised_on": mark("Dernière révision du montant"),
    "protected_reuse_offered": mark("Des données protégées sont ouvertes sous conditions"),
    "reuse_conditions_url": mark("Adresse des conditions de réutilisation"),
    "reuse_procedure_public": mark("La procédure de demande est publique"),
    "early_opening_on": mark("Ouverture anticipée décidée par l’administration des archives le"),
    "declared_absent": mark("N’existe pas"),
    "file": mark("Fichier à publier"),
    "lines": mark("Une ligne du fichier est"),
    "counts": mark("Colonnes qui comptent"),
    "fewer_than": mark("Un groupe est trop petit au-dessous de"),
    "small_counts_reason": mark("Pourquoi ce fichier peut partir malgré la vérification des petits effectifs"),
}
_THRESHOLDS = load_list("small_counts")
USUAL = _THRESHOLDS.number(next(iter(_THRESHOLDS)), "at_least") or 2
"""The size of a group, where nobody says another."""
HOMOLOGATING_SINCE = date(2017, 4, 29)
"""The day the decree that lets the State homologate a licence came into force (décret n° 2017-638; CRPA D323-2-2)."""
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), Clean]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000), Clean]


class SecretForm(BaseModel):
    """An answer about one secret, and what it rests on; a doubt may have no ground yet.

    `until` is the last day on which the secret stands in the way. Law: Code du patrimoine L213-2.
    """

    model_config = ConfigDict(extra="forbid")

    answer: SecretReply
    ground: Annotated[Prose | None, Field(validate_default=True)] = None
    until: Annotated[date, since_year(1700)] | None = None

    @field_validator("ground")
    @classmethod
    def _settled_on_something(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("answer") not in {SecretReply.UNKNOWN, None}:
            raise PydanticCustomError(
                "ground", _("Dites en quelques mots pourquoi : la réponse reste au registre avec.")
            )
        return value

    @model_validator(mode="after")
    def _only_a_secret_ends(self) -> Self:
        if self.until is not None and self.answer is not SecretReply.YES:
            raise PydanticCustomError("until", _("Seul un secret que le jeu contient a un dernier jour : effacez-le."))
        return self


class NoSecretForm(BaseModel):
    """That none of the secrets nobody answered about is there, and what that rests on."""

    model_config = ConfigDict(extra="forbid")

    ground: _Reason


class PublicationDecisionForm(BaseModel):
    """What is decided of the publication of a dataset, why and when; a refusal with its exception."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    reason: _Reason
    decided_on: Annotated[date, since_year(1978)]
    refusal: PublicationRefusal | None = None
    secret: Code | None = None
    licence: Code | None = None
    licence_reference: Line | None = None
    homologated_on: date | None = None
    homologation_id: int | None = None
    disclosure_text: Line | None = None
    small_counts_reason: _Reason | None = None

    @field_validator("decided_on")
    @classmethod
    def _taken_already(cls, value: date, info: ValidationInfo) -> date:
        today = (info.context or {}).get("today")
        if today is not None and value > today:
            raise PydanticCustomError("future", _("Cette décision n’a pas encore été prise : vérifiez sa date."))
        return value

    @field_validator("homologated_on")
    @classmethod
    def _homologated_already(cls, value: date | None, info: ValidationInfo) -> date | None:
        today = (info.context or {}).get("today")
        if value is not None and today is not None and value > today:
            raise PydanticCustomError(
                "future", _("Cette homologation n’a pas encore été prononcée : vérifiez sa date.")
            )
        if value is not None and value < HOMOLOGATING_SINCE:
            raise PydanticCustomError(
                "early",
                _(
                    "Rien ne pouvait être homologué avant le décret du 27 avril 2017, qui a créé l’homologation (CRPA, "
                    "D323-2-2) : vérifiez cette date."
                ),
            )
        return value


_PAST = Annotated[date, since_year(1978)]
_Address = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://[^\s]+$"), Clean
]
ABSENT = (
    "restriction_reason",
    "fee_ground",
    "fee_calculation_url",
    "fee_revised_on",
    "reuse_conditions_url",
    "early_opening_on",
)
"""What may be said not to exist, as against not being known."""
HANG_ON: Mapping[str, tuple[str, ...]] = {
    "fee": ("fee_ground", "fee_calculation_url", "fee_revised_on"),
    "licence_restricts": ("restriction_reason", "licence_restricts_competition"),
    "protected_reuse_offered": ("reuse_conditions_url", "reuse_procedure_public"),
}
"""What is asked once the first answer is yes."""


class ReuseForm(BaseModel):
    """On which terms a dataset may be reused; what is not given is not known."""

    model_config = ConfigDict(extra="forbid")

    communicated: bool | None = None
    in_directory: bool | None = None
    software: bool | None = None
    api_terms_published: bool | None = None
    competitive_service: bool | None = None
    database_right_claimed: bool | None = None
    licence_compatible: bool | None = None
    licence_restricts: bool | None = None
    restriction_reason: Annotated[Prose | None, Field(validate_default=True)] = None
    licence_restricts_competition: bool | None = None
    fee: bool | None = None
    fee_ground: FeeGround | None = None
    fee_calculation_url: _Address | None = None
    fee_revised_on: _PAST | None = None
    protected_reuse_offered: bool | None = None
    reuse_conditions_url: _Address | None = None
    reuse_procedure_public: bool | None = None
    early_opening_on: _PAST | None = None
    declared_absent: list[Line] = Field(default_factory=list)

    @field_validator(*(name for hanging in HANG_ON.values() for name in hanging))
    @classmethod
    def _asked(cls, value: Any, info: ValidationInfo) -> Any:
        first = next(name for name, hanging in HANG_ON.items() if info.field_name in hanging)
        if value is not None and info.data.get(first) is False:
            label = _(LABELS[first])
            raise PydanticCustomError(
                "unasked", _("Vous avez répondu « non » à « {label} » : effacez ceci, ou changez cette réponse."),
                {"label": label},
            )  # fmt: skip
        return value

    @field_validator("fee_revised_on", "early_opening_on")
    @classmethod
    def _past_already(cls, value: date | None, info: ValidationInfo) -> date | None:
        today = (info.context or {}).get("today")
        if value is not None and today is not None and value > today:
            raise PydanticCustomError("future", _("Cette date est à venir : donnez un jour passé, ou aujourd’hui."))
        return value

    @field_validator("declared_absent")
    @classmethod
    def _may_be_absent(cls, value: list[str], info: ValidationInfo) -> list[str]:
        said = [name for name in value if name]
        if not set(said) <= set(ABSENT):
            raise PydanticCustomError("absent", _("Choisissez dans la liste ce qui n’existe pas."))
        # What has a value is there, whatever was ticked before it was typed.
        return [name for name in ABSENT if name in said and info.data.get(name) is None]


class SmallCountForm(BaseModel):
    """What a line of the file is, the columns that count (one a line), and under how many a group is too small.

    Units: `fewer_than` in people, households or firms.
    """

    model_config = ConfigDict(extra="forbid")

    lines: LineKind
    counts: Annotated[Prose | None, Field(validate_default=True)] = None
    fewer_than: Annotated[int, Field(ge=2, le=100)] = USUAL

    @field_validator("counts")
    @classmethod
    def _says_what_counts(cls, value: str | None, info: ValidationInfo) -> str | None:
        lines = info.data.get("lines")
        if lines is LineKind.TOTAL and value is None:
            raise PydanticCustomError(
                "counts", _("Dites quelle colonne compte les personnes ou les entreprises : le nom de son en-tête.")
            )
        if lines is LineKind.ONE and value is not None:
            raise PydanticCustomError(
                "counts", _("Une ligne n’est pas un total : aucune colonne ne compte, effacez ceci.")
            )
        return value

    @property
    def counting(self) -> list[str]:
        """The headers of the columns that count."""
        return [one.strip() for one in (self.counts or "").splitlines() if one.strip()]


class SentSmallCountForm(SmallCountForm):
    """The same with its file: what the document tells of the form that brings it."""

    file: bytes


class TakedownForm(BaseModel):
    """Why a publication is taken down; what the public is told of it, where it was online."""

    model_config = ConfigDict(extra="forbid")

    reason: _Reason
    public_ground: WithdrawalGround | None = None
