"""A desk in a real browser: what is mended leaves it, and a question goes from one desk to the other."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.looking import follow, tab_to, violations

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_a_steward_mends_a_task_from_the_desk_and_it_vanishes(served: Any) -> None:
    page = served.open("steward").page
    page.goto(f"{served.origin}/")
    expect(page.locator("h1")).to_have_text("Mon bureau")
    page.select_option("#genre", "finding")
    page.get_by_role("button", name="Filtrer").click()
    task = page.locator("article .btn-primary[href$='/modifier#licence']").first
    # Alike tasks are one line, which opens to its list.
    alike = page.locator("article .btn-primary[href*='geste='][href*='dataset.licence']")
    while not task.count():
        # The larger desk has more than a page of graver tasks.
        (alike.first if alike.count() else page.get_by_role("link", name="Page suivante")).click()
    address = task.get_attribute("href")
    task.click()

    page.select_option("#licence", "etalab-2.0")
    page.get_by_role("button", name="Enregistrer").first.click()
    page.wait_for_url("**/jeux/*fait=*")
    page.goto(f"{served.origin}/bureau?genre=finding")

    expect(page.locator("article").first).to_be_visible()
    expect(page.locator(f"article .btn-primary[href='{address}']")).to_have_count(0)


def test_a_question_on_a_field_goes_from_one_desk_to_the_other_and_back(served: Any) -> None:
    asking, answering = served.open("reader"), served.open("arras.donnees")
    asking.go("/jeux")
    asking.page.locator("tbody th a").first.click()
    sheet = asking.page.url
    asking.page.get_by_role("link", name="Poser une question").click()
    asking.page.select_option("#field", "frequency")
    asking.page.fill("#text", "Cette fréquence est-elle tenue ?")
    asking.page.get_by_role("button", name="Poser la question").click()
    thread = asking.page.url.partition("?")[0]
    asking.go("/bureau?liste=waiting")
    expect(asking.page.get_by_text("Cette fréquence est-elle tenue ?").first).to_be_visible()

    steward = answering if "arras" in sheet else served.open("steward")
    steward.page.goto(thread)
    steward.page.fill("#text", "Oui, chaque mois.")
    steward.page.get_by_role("button", name="Répondre", exact=True).click()

    asking.go("/bureau")
    asking.page.get_by_role("link", name="Lire la réponse").first.click()
    expect(asking.page.get_by_text("Oui, chaque mois.")).to_be_visible()
    asking.page.get_by_role("button", name="Clore la question").click()
    asking.go("/bureau")
    expect(asking.page.get_by_text("Lire la réponse")).to_have_count(0)


def test_a_publication_is_asked_refused_mended_approved_made_and_withdrawn_without_a_mouse(served: Any) -> None:
    steward, legal = served.open("steward").page, served.open("legal").page
    steward.goto(f"{served.origin}/jeux?q=collecte+dechets&etape=cleared")
    follow(steward, "tbody th a")
    sheet = steward.url.partition("?")[0]
    follow(steward, "main a[href$='/etape']")
    follow(steward, "main a[href$='/retirer']")  # The demonstration asked for it: it begins anew.
    write(steward, "#reason", "À reprendre depuis le début.")
    follow(steward, "main form .btn-primary")
    assert violations(steward) == []
    follow(steward, "#publish .btn-primary")
    expect(steward.get_by_role("status")).to_contain_text("Le passage est demandé.")

    to_endorse(served, legal, steward)
    assert violations(legal) == []
    tab_to(legal, "input[name=answer]")
    legal.keyboard.press("ArrowDown")
    tab_to(legal, "#points-du-refus > summary")
    legal.keyboard.press("Enter")
    tab_to(legal, "#point-0-about")
    legal.keyboard.type("Description")
    write(legal, "#point-0-words", "Dites quels jours la collecte n’a pas lieu.")
    assert violations(legal) == []
    follow(legal, "#reponse .btn-primary")
    expect(legal.locator("main")).to_contain_text("Attend une réponse")
    assert violations(legal) == []

    steward.goto(f"{served.origin}/bureau?genre=point")
    assert violations(steward) == []
    task = steward.locator("article", has_text="Reprendre « Description »").locator("a.btn-primary")
    point = task.get_attribute("href")
    follow(steward, f"a.btn-primary[href='{point}']")
    assert violations(steward) == []
    follow(steward, "main a[href$='#description']")
    if steward.evaluate("document.activeElement.id") != "description":
        tab_to(steward, "#description", at_most=2)
    steward.keyboard.press("Control+End")
    steward.keyboard.type(" Elle n’a pas lieu les jours fériés.")
    follow(steward, ".save-bar button")
    steward.goto(f"{served.origin}{point}")
    tab_to(steward, "input[name=state]")
    steward.keyboard.press("Space")
    follow(steward, "#reponse .btn-primary")
    expect(steward.get_by_role("status")).to_contain_text("vous pouvez redemander le passage")
    assert violations(steward) == []
    follow(steward, "#publish .btn-primary")

    to_endorse(served, legal, steward)
    expect(legal.locator("#points")).to_contain_text("Corrigé le")
    assert violations(legal) == []
    tab_to(legal, "input[name=answer]")
    legal.keyboard.press("Space")
    follow(legal, "#reponse .btn-primary")
    expect(legal.get_by_role("status")).to_contain_text("Le jeu a changé d’étape.")

    public = sheet.replace("/jeux/", "/catalogue/jeux/")
    steward.goto(public)
    expect(steward.locator("main")).to_contain_text("Elle n’a pas lieu les jours fériés.")
    assert violations(steward) == []
    steward.goto(f"{sheet}/etape")
    write(steward, "#withdraw textarea", "Une tournée change.")
    tab_to(steward, "#withdraw input[name=confirmed]")
    steward.keyboard.press("Space")
    follow(steward, "#withdraw .btn-primary")
    expect(steward.locator("main")).to_contain_text("Publié → Retiré")
    assert violations(steward) == []
    answered = served.open().page.goto(public)
    assert answered is not None
    assert answered.status in {404, 410}, "what is withdrawn is public no more"


def test_a_director_goes_from_a_figure_to_its_list_and_to_a_sheet_without_a_mouse(served: Any) -> None:
    page = served.open("director").page
    page.goto(f"{served.origin}/")
    follow(page, ".site-nav a[href='/pilotage']")
    assert violations(page) == []
    said = page.locator(".board-number a").first.evaluate("link => link.firstChild.textContent")
    follow(page, ".board-number a")
    expect(page.locator("main [role=status]")).to_contain_text(f"{said} constats")
    assert violations(page) == []
    name = page.locator("tbody th a[href^='/jeux/']").first.inner_text()
    # The facet of rules stands open, since one is chosen: each of its rules is on the way.
    follow(page, "tbody th a[href^='/jeux/']", at_most=300)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert violations(page) == []


def write(page: Page, selector: str, words: str) -> None:
    """Goes to a field and writes in it."""
    tab_to(page, selector)
    page.keyboard.type(words)


def to_endorse(served: Any, legal: Page, steward: Page) -> None:
    """Goes from the desk of who endorses to the move that the page of the stage says is asked."""
    asked = steward.locator("#demande a[href^='/visas/']").first.get_attribute("href")
    legal.goto(f"{served.origin}/bureau?genre=move")
    assert violations(legal) == []
    follow(legal, f"article a.btn-primary[href='{asked}#reponse']")
