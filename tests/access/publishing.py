"""A dataset without any secret that it was decided to open, in the town of the routes."""

from datetime import date
from typing import Any

from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.kernel.permissions import Role
from registry.publication.forms import NoSecretForm, PublicationDecisionForm
from registry.publication.queries import get_dossier
from registry.publication.service import decide, deny_the_rest
from registry.publication.vocabulary import Outcome
from tests.conftest import Town


def choose(town: Town, organisation_id: int, word: str, *, by: int, day: date) -> dict[str, Any]:
    """A dataset of which an account decided."""
    acting: dict[str, Any] = {"by": by, "roles": [Role.STEWARD], "today": day}
    with town.acting("cli:essai") as session:
        chosen = record_dataset(session, organisation_id, DatasetForm(title=f"Ouverture {word}")).id
        deny_the_rest(session, chosen, NoSecretForm(ground=f"Rien {word}"), **acting, expected=0)
        form = PublicationDecisionForm(
            outcome=Outcome.OPEN, reason=f"Utile à tous {word}", decided_on=day, licence="etalab-2.0"
        )  # fmt: skip
        decide(session, chosen, form, **acting, expected=get_dossier(session, chosen).version)
        return {"chosen_id": chosen, "choices_version": get_dossier(session, chosen).version}
