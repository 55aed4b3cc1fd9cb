"""A withdrawal takes a dataset from the public at once: its form has it confirmed."""

from html import unescape

import pytest

from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.lifecycle.moving import ask, stage_of, version_of
from tests.public.conftest import publish

pytestmark = pytest.mark.database


def test_a_withdrawal_is_confirmed_before_the_public_loses_the_dataset(town: Town) -> None:
    sheet, steward = town.record("Arbres"), town.someone(Role.STEWARD)
    with town.as_owner() as session:
        publish(session, sheet)
    meant = {"move": "withdraw", "version": str(version_of(steward, sheet)), "reason": "Des adresses y sont."}
    unsure = steward.post(f"/jeux/{sheet}/etape", meant)

    assert (unsure.status_code, stage_of(town, sheet)) == (422, "published")
    assert "Cochez cette case pour retirer le jeu" in unescape(unsure.text)
    assert "Des adresses y sont." in unsure.text, "what was typed is given back"
    assert ask(steward, sheet, "withdraw", "Des adresses y sont.").status_code == 303
    assert stage_of(town, sheet) == "withdrawn"
