"""A contract in a real browser: what it lacks is asked for and signed, and what comes late by a link costs its days."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from registry.platform.clock import today
from tests.journeys.looking import follow, tab_to, violations

pytestmark = [pytest.mark.browser, pytest.mark.database]
PENALTIES, CONTROL = "DSP-22", "DSP-23"
ONE = timedelta(days=1)


def test_a_jurist_asks_for_what_a_contract_lacks_and_its_signature_turns_the_verdict_green(served: Any) -> None:
    page = served.open("legal").page
    page.goto(f"{served.origin}/conformite/{PENALTIES}?constat=non-compliant")
    page.get_by_role("link", name="Vélos en libre service").press("Enter")
    contract = address(page)
    expect(finding(page, PENALTIES)).to_contain_text("Non suivie")
    expect(finding(page, CONTROL)).to_contain_text("Non suivie")
    assert violations(page) == []

    follow(page, "main nav a[href$='/couverture']")
    expect(page.get_by_role("status")).to_contain_text("clauses absentes")
    assert page.locator("td.lacking").count()
    assert violations(page) == []
    follow(page, "main a[href$='/avenants/projet']")
    assert violations(page) == []
    follow(page, "main form .btn-primary")
    expect(page.get_by_role("status")).to_contain_text("Le projet d’avenant est préparé")
    amendment = address(page)
    assert violations(page) == []
    page.goto(served.origin + contract)
    expect(finding(page, PENALTIES)).to_contain_text("Non suivie")

    page.goto(served.origin + amendment)
    follow(page, "main a[href^='/documents?report=draft-amendment&']")
    assert violations(page) == []
    follow(page, "#emettre .btn-primary")
    expect(page.locator("progress")).to_have_count(0, timeout=120_000)
    expect(page.locator("main").get_by_role("link", name="Documents émis").last).to_be_visible()
    assert violations(page) == []
    page.goto(f"{served.origin}/documents")
    expect(page.locator("tbody tr").first).to_contain_text("avenant")
    assert violations(page) == []

    page.goto(served.origin + amendment)
    follow(page, "main a[href$='/modifier']")
    put(page, "#signed_on", today().isoformat())
    assert violations(page) == []
    follow(page, ".save-bar .btn-primary")
    expect(page.locator(".notice-success")).to_contain_text("L’avenant est enregistré")
    page.goto(served.origin + contract)
    expect(finding(page, PENALTIES)).to_contain_text("À compléter")

    # What makes a clause one is noted clause by clause: what a day late costs, how often the data is controlled.
    for clause, field, said in (
        ("Pénalités sur les données", "#terms-euros_per_day", "150"),
        ("Contrôle des données", "#terms-frequency", "Annuel"),
    ):
        page.goto(f"{served.origin}{contract}/clauses")
        page.locator(".duties").get_by_role("link", name=clause).press("Enter")
        expect(page.locator("main")).to_contain_text("L’essentiel n’y est pas relevé")
        assert violations(page) == []
        follow(page, "main a[href^='/contrats/stipulations/'][href$='/modifier']")
        tab_to(page, field)
        page.keyboard.type(said)
        assert violations(page) == []
        follow(page, ".save-bar .btn-primary")
    page.goto(served.origin + contract)
    for rule in (PENALTIES, CONTROL):
        one = finding(page, rule)
        expect(one.locator("h3 .verdict-compliant")).to_have_count(1)
        assert "auparavant : À compléter" in words(one)
    page.goto(f"{served.origin}{contract}/couverture")
    expect(page.get_by_role("status")).to_contain_text("à compléter")
    expect(page.get_by_role("status")).not_to_contain_text("absente")
    page.goto(f"{served.origin}{contract}/historique")
    expect(page.locator(".history")).to_contain_text("Avenant n° 1 modifié")
    assert violations(page) == []


def test_an_operator_without_an_account_delivers_late_and_the_penalty_is_right_to_the_cent(
    served: Any, tmp_path: Path
) -> None:
    legal, steward, operator = served.open("legal").page, served.open("steward").page, served.open().page
    legal.goto(f"{served.origin}/contrats")
    legal.get_by_role("link", name="Réseau de chaleur du quartier ouest").press("Enter")
    contract = address(legal)
    legal.goto(f"{served.origin}{contract}/clauses/nouvelle?genre=penalties")
    put(legal, "#terms-euros_per_day", "187,35")
    tab_to(legal, "#terms-penalty_start")
    legal.keyboard.type("De plein droit")
    put(legal, "#article", "art. 33.2")
    assert violations(legal) == []
    follow(legal, ".save-bar .btn-primary")

    steward.goto(f"{served.origin}{contract}/livraisons")
    assert violations(steward) == []
    follow(steward, "main a[href$='/livraisons/nouvelle']")
    put(steward, "#label", "Rendement des chaudières")
    put(steward, "#due_on", (today() - 12 * ONE).isoformat())
    assert violations(steward) == []
    follow(steward, ".save-bar .btn-primary")
    delivery = address(steward)
    expect(steward.locator("#livraison")).to_contain_text("En retard")
    assert violations(steward) == []

    legal.goto(served.origin + contract)
    follow(legal, "main a[href$='/liens-de-depot']")
    tab_to(legal, "#party_id")
    legal.keyboard.type("Exploitant")
    assert violations(legal) == []
    follow(legal, "main form:has(#days) .btn-primary")
    link = legal.locator("#adresse").input_value()
    assert violations(legal) == []

    operator.goto(served.origin + "/depot/" + link.rpartition("/")[2])
    assert violations(operator) == []
    file = tmp_path / "rendement.csv"
    file.write_text("chaudiere;rendement\nC1;91,2\nC2;88,7\n", "utf-8")
    owed = operator.locator("section", has_text="Rendement des chaudières")
    name = owed.locator("input[type=file]").get_attribute("id")
    tab_to(operator, f"#{name}")
    operator.set_input_files(f"#{name}", file)
    follow(operator, f"form:has(#{name}) .btn-primary")
    expect(operator.get_by_role("status")).to_contain_text("Votre fichier est reçu")
    expect(owed).to_contain_text(re.compile("Empreinte SHA-256.*[0-9a-f]{64}"))
    assert violations(operator) == []

    steward.goto(f"{served.origin}/livraisons?etat=waiting")
    assert violations(steward) == []
    follow(steward, f"tbody a[href='{delivery}']", at_most=300)
    receipt = steward.locator("#receptions")
    expect(receipt).to_contain_text("Fichier déposé par le titulaire, par son lien")
    expect(receipt.get_by_role("table")).to_have_count(1)
    assert "12 jours de retard si vous l’acceptez" in words(steward.locator("#retard"))
    assert violations(steward) == []
    follow(steward, "#receptions form[action$='/accepter'] .btn-primary")

    assert "12 jours × 187,35 € = 2 248,20 €" in words(steward.locator("#retard"))
    assert violations(steward) == []
    legal.goto(served.origin + delivery)
    follow(legal, "#retard a[href$='/penalite']")
    assert violations(legal) == []
    tab_to(legal, "input[name=penalty]")
    legal.keyboard.press("Space")
    put(legal, "#penalty_reason", "Courrier resté sans suite.")
    follow(legal, "main form .btn-primary")
    said = words(legal.locator("#retard"))
    assert "Pénalité appliquée" in said
    assert "2 248,20 €" in said
    assert violations(legal) == []


def finding(page: Page, rule: str) -> Locator:
    """What a rule says on a sheet, whether it stands open or among what is in order."""
    return page.locator(".finding", has=page.locator(f"h3 a[href='/conformite/{rule}']"))


def put(page: Page, selector: str, value: str) -> None:
    """Goes to a field by keyboard and puts a value in it; a day is typed otherwise in each language."""
    tab_to(page, selector)
    page.fill(selector, value)


def words(part: Locator) -> str:
    """What a part of a page says, with plain spaces."""
    return " ".join((part.text_content() or "").split())


def address(page: Page) -> str:
    """Where the browser is, without what is said once."""
    page.wait_for_load_state()
    return "/" + page.url.split("/", 3)[3].partition("?")[0]
