"""What only some laws ask of a dataset: INSPIRE, high value, mobility, the ground it is published on."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.rules import may_be_high_value
from registry.datasets.vocabulary import (
    DatasetUse,
    FeeGround,
    MeasureSource,
    PublicationDecision,
    PublicationRefusal,
    Stage,
)
from registry.organisations.facts import bind_presence, may_be_absent
from registry.platform.lists import load_list

NAMES = (
    "stage", "provenance", "inspire_themes", "hvd_categories", "hvd_law_cited", "api", "api_documented",
    "mobility_formats", "schema_declared", "on_national_access_point", "publishable_category", "system",
)  # fmt: skip
ASKED = frozenset(
    {"stage", "provenance", "themes", "inspire_themes", "hvd_categories", "applicable_legislation", "uri",
     "landing_page", "publishable_category", "information_system_id"}
)  # fmt: skip
"""The columns of a sheet these facts are made from."""
_NATIONAL_ACCESS_POINT = "transport.data.gouv.fr"
_HIGH_VALUE_REGULATION = "2023/138"
VALUE_WORDS.update(
    {
        "dataset.stage": lambda code: Stage(code).label,
        "dataset.requested_stage": lambda code: Stage(code).label,
        "dataset.publication_decision": lambda code: PublicationDecision(code).label,
        "dataset.refusal_ground": lambda code: PublicationRefusal(code).label,
        "dataset.fee_ground": lambda code: FeeGround(code).label,
        "dataset.use": lambda code: DatasetUse(code).label,
        "dataset.source_kind": lambda code: MeasureSource(code).label,
        "dataset.inspire_themes": lambda code: load_list("inspire_themes").label(code),
        "dataset.hvd_categories": lambda code: load_list("hvd_categories").label(code),
        "dataset.mobility_formats": lambda code: load_list("file_types").label(code),
    }
)


def bind_sectors(facts: dict[str, Any], sheet: Any, files: Sequence[Any], services: Iterable[Any]) -> None:
    """Adds to the facts of a sheet those that only some laws ask about."""
    absent = sheet.declared_absent
    facts["dataset.stage"] = str(sheet.stage)
    bind_presence(facts, "dataset.provenance", sheet.provenance, absent, "provenance")
    bind_presence(facts, "dataset.system", sheet.information_system_id, absent, "information_system_id")
    category = "publishable_category"
    bind_presence(facts, f"dataset.{category}", sheet.publishable_category, absent, category)
    _bind_themes(facts, sheet)
    _bind_interface(facts, sheet, services)
    _bind_mobility(facts, sheet, files)


def _bind_themes(facts: dict[str, Any], sheet: Any) -> None:
    """A theme or a category nobody gave is asked only of a dataset that shows a sign of one."""
    themes, absent = load_list("themes"), sheet.declared_absent
    for name, shows_sign in (
        ("inspire_themes", any(themes.flag(theme, "inspire") for theme in sheet.themes)),
        ("hvd_categories", may_be_high_value(sheet.nature, sheet.inspire_themes)),
    ):
        given = tuple(sorted(getattr(sheet, name))) or None
        may_be_absent(facts, f"dataset.{name}", given, absent if shows_sign else (*absent, name), name)


def _bind_interface(facts: dict[str, Any], sheet: Any, services: Iterable[Any]) -> None:
    """Whether programs may ask for it: none may where it is not online; else, one nobody gave is still to be told."""
    offered = [one for one in services if one.endpoint_url]
    if offered:
        facts["dataset.api"] = True
    elif facts.get("dataset.published_online") is False:
        facts["dataset.api"] = False
    if any(one.documentation or one.endpoint_description for one in offered):
        facts["dataset.api_documented"] = True
    cited = sheet.applicable_legislation
    if cited or "applicable_legislation" in sheet.declared_absent:
        facts["dataset.hvd_law_cited"] = any(_HIGH_VALUE_REGULATION in address for address in cited)


def _bind_mobility(facts: dict[str, Any], sheet: Any, files: Sequence[Any]) -> None:
    types = load_list("file_types")
    formats = tuple(sorted({str(file.format) for file in files if file.format}))
    standard = tuple(code for code in formats if types.flag(code, "mobility"))
    if standard or all(file.format for file in files):
        facts["dataset.mobility_formats"] = standard
    if sheet.conforms_to or any(file.conforms_to for file in files):
        facts["dataset.schema_declared"] = True
    elif "conforms_to" in sheet.declared_absent:
        facts["dataset.schema_declared"] = False
    places = [
        sheet.uri,
        sheet.landing_page,
        *(place for file in files for place in (file.access_url, file.download_url)),
    ]
    if any(place and _leads_to_national_access_point(place) for place in places):
        facts["dataset.on_national_access_point"] = True
    elif facts.get("dataset.published_online") is False:
        facts["dataset.on_national_access_point"] = False


def _leads_to_national_access_point(place: str) -> bool:
    # To take an address apart costs more than the rest of a sheet's facts: only one that may lead there is.
    return _NATIONAL_ACCESS_POINT in place.lower() and urlsplit(place).hostname == _NATIONAL_ACCESS_POINT
