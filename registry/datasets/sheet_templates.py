"""Templates of record: what is known beforehand of datasets that nearly every authority keeps.

They are data, in `policies/templates/`: a value that comes from one is a proposal, shown as such.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from registry.compliance.vocabulary import Evidence
from registry.datasets.forms import DatasetForm
from registry.kernel.errors import NotFound
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import FRENCH, _, current_locale
from registry.platform.assets import asset_root


class TemplateGround(BaseModel):
    """A text a template rests on, what it says, and how well it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    article: str
    says: str
    evidence: Evidence


class SheetTemplate(BaseModel):
    """One template: its name, and the values it proposes for the fields of a sheet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    label: str
    label_en: str
    summary: str
    values: dict[str, Any]
    law: list[TemplateGround]

    def name(self) -> str:
        """Its name in the reader's language."""
        return self.label if current_locale() == FRENCH else self.label_en

    def form(self) -> DatasetForm:
        """The sheet it proposes."""
        return DatasetForm.model_validate(self.values)


@lru_cache(maxsize=1)
def load_templates() -> Sequence[SheetTemplate]:
    """Every template of the product, by name."""
    found = [
        SheetTemplate.model_validate({"id": path.stem, **yaml.safe_load(path.read_text("utf-8"))})
        for path in asset_root("policies").glob("templates/*.yaml")
    ]
    return sorted(found, key=lambda one: sort_key(one.label))


def get_template(template_id: str) -> SheetTemplate:
    """One template.

    Raises: NotFound.
    """
    for one in load_templates():
        if one.id == template_id:
            return one
    raise NotFound(_("Ce modèle de fiche n’existe pas : choisissez-en un dans la liste."))


def find_templates(words: str) -> list[SheetTemplate]:
    """The templates where each of these words stands."""
    asked = sort_key(words).split()
    return [
        one
        for one in load_templates()
        if all(
            word in sort_key(" ".join((one.label, one.label_en, one.summary, *one.values.get("keywords", ()))))
            for word in asked
        )
    ]
