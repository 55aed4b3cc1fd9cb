"""The terms on which a dataset may be reused, in words: what is said of them, and the form that asks."""

from collections.abc import Mapping
from typing import Any

from registry.datasets.models import Dataset
from registry.datasets.vocabulary import Origin
from registry.kernel.words import _
from registry.platform.lists import load_list
from registry.publication.forms import ABSENT, LABELS, ReuseForm
from registry.publication.models import ReuseTerms
from registry.publication.queries import Dossier
from registry.publication.rules import SAID_BY_LICENCE, is_homologated
from registry.publication.views import ReuseGroup, ReusePage
from registry.publication.vocabulary import FeeGround, SecretReply
from registry.web.templating import say_day

_ABSENT = "declared_absent"


def _listed(sheet: Dataset) -> bool:
    return sheet.licence is not None and is_homologated(sheet.licence)


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, FeeGround):
        return value.label
    return value if isinstance(value, str) else say_day(value)


def reuse_lines(sheet: Dataset, terms: ReuseTerms | None) -> list[tuple[str, str]]:
    """What is known of the reuse of a dataset: said by somebody, or by its licence."""
    lines = []
    absent = terms.declared_absent if terms is not None else ()
    for name in ReuseForm.model_fields:
        value = getattr(terms, name, None)
        if name == _ABSENT:
            continue
        if value is not None:
            lines.append((_(LABELS[name]), _say(value)))
        elif name in absent:
            lines.append((_(LABELS[name]), _("n’existe pas")))
        elif name in SAID_BY_LICENCE and sheet.licence is not None and _listed(sheet):
            licence = load_list("licences").label(sheet.licence)
            lines.append((_(LABELS[name]), _("non, par sa licence ({licence})").format(licence=licence)))
    return lines


def _groups(sheet: Dataset, values: Mapping[str, Any], asked: str, *, waits: bool) -> list[ReuseGroup]:
    listed = _listed(sheet)
    by_licence = _("La licence de la fiche est de la liste du décret : elle répond « non ».") if listed else ""
    said = [
        (_("Communication et répertoire"), "CRPA, L312-1-1, L322-6", ("communicated", "in_directory"),
         _("Ce qui fut donné à quelqu’un, ou figure au répertoire, se met en ligne."), True),
        (_("Interface de programmation"), _("Règlement (UE) 2023/138, art. 3"), ("api_terms_published",),
         _("Pour un jeu de forte valeur."), bool(sheet.hvd_categories)),
        (_("Croisement"), _("Contrats et licences des sources"), ("licence_compatible",),
         _("Pour un jeu qui en croise d’autres."), sheet.origin is Origin.DERIVED),
        (_("Licence"), "CRPA, L323-2, D323-2-1",
         ("software", "licence_restricts", "restriction_reason", "licence_restricts_competition"), by_licence,
         not listed),
        (_("Redevance"), "CRPA, L324-1 à L324-3",
         ("fee", "fee_ground", "fee_calculation_url", "fee_revised_on"), by_licence, not listed),
        (_("Droit du producteur de base"), "CRPA, L321-3",
         ("competitive_service", "database_right_claimed"), by_licence, not listed),
        (_("Données protégées ouvertes sous conditions"), _("Règlement (UE) 2022/868, art. 3 et 5"),
         ("protected_reuse_offered", "reuse_conditions_url", "reuse_procedure_public"),
         _("Données couvertes par un secret, que l’on laisse réutiliser sous conditions."), False),
        (_("Archives qui ne sont pas encore communicables"), "Code du patrimoine, L213-2, L213-3 II",
         ("early_opening_on",),
         _("Si un secret s’oppose encore à la communication : seule cette ouverture permet alors de mettre en ligne."),
         waits),
    ]  # fmt: skip
    return [
        ReuseGroup(
            title,
            law,
            names,
            says,
            asked in names or (not asked and (matters or any(values.get(name) not in (None, "") for name in names))),
        )
        for title, law, names, says, matters in said
    ]


def _is_secret(dossier: Dossier) -> bool:
    return any(one.answer is SecretReply.YES for one in dossier.answers.values())


def reuse_page(
    sheet: Dataset,
    dossier: Dossier,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] = {},
    asked: str = "",
) -> ReusePage:
    """The form, as recorded or typed; where one of its questions is asked for, its group alone is open."""
    shown = {name: getattr(dossier.reuse, name, None) for name in ReuseForm.model_fields} if values is None else values
    labels = {name: _(word) for name, word in LABELS.items()}
    return ReusePage(
        id=sheet.id, version=dossier.version, title=sheet.title,
        groups=_groups(sheet, shown, asked, waits=_is_secret(dossier)),
        grounds=[(str(one), one.label) for one in FeeGround], absent=[(name, labels[name]) for name in ABSENT],
        values=shown, errors=errors, labels=labels,
    )  # fmt: skip
