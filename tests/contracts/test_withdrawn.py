"""What is said of a formal notice once nothing of the delivery it claims is claimed any more."""

from html import unescape

import pytest

from registry.contracts.clauses.forms import ClauseForm
from registry.contracts.clauses.service import record_clause
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.service import set_delivery_aside
from registry.kernel.issuing import Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.reporting import service
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import Medium
from registry.web.templating import say_day
from tests.conftest import Town
from tests.contracts.test_depots import Scene
from tests.contracts.test_reminders import reminded


@pytest.mark.database
def test_a_notice_whose_delivery_is_annulled_or_spared_since_says_when_and_why_its_object_was_withdrawn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)
    scene = Scene(town)
    path = f"/livraisons/{scene.delivery}"
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    with town.acting() as session:
        reminded(session, scene, sent=6, delay=4)
    made = issue_report(
        town.home, "formal-notice", subject=Subject("delivery", scene.delivery), as_of=None,
        acting=Acting(f"account:{steward.account_id}", account_id=steward.account_id), info=town.info,
        report=lambda *_said: None,
    ).document  # fmt: skip

    def told(page: str) -> str:
        return unescape(jurist.get(page).text).replace("\N{NO-BREAK SPACE}", " ")

    notice_page = f"/documents/{made.id}"
    assert "a été retiré" not in told(notice_page) + told(path)
    with town.acting() as session:
        version = get_delivery(session, scene.delivery).version
        set_delivery_aside(session, scene.delivery, expected=version, reason="Due deux fois.", annulled=True)

    annulled = f"annulée depuis le {say_day(scene.today)} : elle ne compte plus nulle part. Motif : Due deux fois."
    assert annulled in told(path)
    assert "Leur objet a été retiré" in told(path).partition('id="documents-emis"')[2]
    assert f"L’objet de ce document a été retiré. Cette livraison est {annulled}" in told(notice_page)
    assert f'href="{path}"' in told(notice_page)

    with town.acting() as session:
        version = get_delivery(session, scene.delivery).version
        set_delivery_aside(session, scene.delivery, expected=version, reason="Due une fois.", annulled=False)
        record_clause(
            session, scene.contract,
            ClauseForm(
                kind="waiver", terms={"waiver": "whole", "decided_on": "2020-01-02"}, article="art. 9",
                reasons="Sécurité du réseau.",
            ),
        )  # fmt: skip

    with town.acting() as session:
        record_clause(
            session, scene.contract,
            ClauseForm(kind="waiver", terms={"waiver": "none"}, article="art. 12", reasons="Refusée."),
        )  # fmt: skip

    spared = "(Contrat, art. 9, décidée le 2 janvier 2020) : elle n’est plus réclamée. Motif : Sécurité du réseau."
    gone = "plus aucune clause ne prévoit cette livraison"
    for page in (path, notice_page):
        assert spared in told(page) or gone in told(page)
