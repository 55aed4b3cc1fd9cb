"""Legal staff fill the fields of law of a sheet they do not keep, and no other."""

import pytest

from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.pages import fields_of

pytestmark = pytest.mark.database


def test_a_jurist_records_the_ground_of_a_publication_and_nothing_else(town: Town) -> None:
    number = town.record("Liste des élus")
    jurist = town.someone(Role.LEGAL)
    assert f"/jeux/{number}/droit#personal_data" in jurist.get(f"/jeux/{number}").text
    page = jurist.get(f"/jeux/{number}/droit")
    sent = fields_of(page) | {
        "personal_data": "personal",
        "publication_ground": "consent",
        "title": "Autre titre",
        "reason": "accord reçu",
    }

    assert jurist.post(f"/jeux/{number}/droit", sent).status_code == 303
    shown = jurist.get(f"/jeux/{number}").text
    assert "Liste des élus" in shown
    assert "Autre titre" not in shown
    assert "accord reçu" in jurist.get(f"/jeux/{number}/historique").text
    assert 'value="consent" selected' in jurist.get(f"/jeux/{number}/droit").text
    assert jurist.get(f"/jeux/{number}/modifier").status_code == 403
    assert town.someone(Role.READER).get(f"/jeux/{number}/droit").status_code == 403


def test_what_somebody_else_wrote_meanwhile_is_shown_and_what_was_typed_stays(town: Town) -> None:
    number = town.record("Liste des élus", personal_data="personal")
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    typed = fields_of(jurist.get(f"/jeux/{number}/droit")) | {"publication_ground_reference": "Délibération n° 12"}
    steward.post(f"/jeux/{number}/champ/acronym", {"version": "1", "acronym": "LE"})
    assert jurist.post(f"/jeux/{number}/droit", typed).status_code == 303, "another field changed: it stands in no way"

    steward.post(f"/jeux/{number}/champ/licence", {"version": "3", "licence": "odbl"})
    refused = jurist.post(f"/jeux/{number}/droit", typed | {"version": "3", "licence": "etalab-2.0"})
    assert refused.status_code == 409
    assert "il vaut maintenant" in refused.text
    assert "Open Database License" in refused.text
    assert 'value="etalab-2.0" selected' in refused.text
    wrong = jurist.post(f"/jeux/{number}/droit", typed | {"version": "4", "reuser_warning": "pas une adresse"})
    assert wrong.status_code == 422
    assert "pas une adresse" in wrong.text


def test_nothing_of_an_annulled_sheet_is_changed_beside_its_form(town: Town) -> None:
    number = town.record("Par erreur")
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    steward.post(f"/jeux/{number}/annuler", {"version": "1", "reason": "doublon"})
    for refused in (jurist.get(f"/jeux/{number}/droit"), steward.get(f"/jeux/{number}/champ/owner")):
        assert refused.status_code == 409
        assert "rétablissez-la avant de la modifier" in refused.text
