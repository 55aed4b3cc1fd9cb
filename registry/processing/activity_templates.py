"""Templates of activities: what is known beforehand of what nearly every body processes.

They are data, in `policies/activities/`: a value that comes from one is a proposal. An activity keeps the digest of
what its template said when it was copied, so that it can tell when the template moved.
"""

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from registry.datasets.sheet_templates import TemplateGround
from registry.kernel.errors import NotFound
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import FRENCH, _, current_locale
from registry.platform.assets import asset_root
from registry.processing.forms import PARTS, ActivityForm

MEASURES = "security_measures"


class ActivityTemplate(BaseModel):
    """One template: its name, and what it proposes for the fields and the parts of an activity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    label: str
    label_en: str
    summary: str
    values: dict[str, Any]
    law: list[TemplateGround]

    @cached_property
    def digest(self) -> str:
        """What tells two versions of the template apart."""
        said = json.dumps(self.values, sort_keys=True, ensure_ascii=False)
        return sha256(said.encode()).hexdigest()[:16]

    def name(self) -> str:
        """Its name in the reader's language."""
        return self.label if current_locale() == FRENCH else self.label_en

    @property
    def measures(self) -> Sequence[str]:
        """The security measures it suggests: no template knows which ones a body has taken."""
        return tuple(self.values.get(MEASURES, ()))

    @property
    def proposed(self) -> frozenset[str]:
        """The fields of the sheet that a copy is filled with: neither the parts nor what is only suggested."""
        return frozenset(self.values) - {*PARTS, MEASURES}

    def form(self) -> ActivityForm:
        """The activity it proposes."""
        return ActivityForm.model_validate(self.values)


@lru_cache(maxsize=1)
def load_activity_templates() -> Sequence[ActivityTemplate]:
    """Every template of the product, by name."""
    found = [
        ActivityTemplate.model_validate({"id": path.stem, **yaml.safe_load(path.read_text("utf-8"))})
        for path in asset_root("policies").glob("activities/*.yaml")
    ]
    return sorted(found, key=lambda one: sort_key(one.label))


def find_activity_template(template_id: str | None) -> ActivityTemplate | None:
    """One template, if the product has it."""
    return next((one for one in load_activity_templates() if one.id == template_id), None)


def get_activity_template(template_id: str) -> ActivityTemplate:
    """One template.

    Raises: NotFound.
    """
    found = find_activity_template(template_id)
    if found is None:
        raise NotFound(_("Ce modèle de traitement n’existe pas : choisissez-en un dans la liste."))
    return found
