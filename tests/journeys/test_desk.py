"""A desk in a real browser: what is mended leaves it, and a question goes from one desk to the other."""

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_a_steward_mends_a_task_from_the_desk_and_it_vanishes(served: Any) -> None:
    page = served.open("steward").page
    page.goto(f"{served.origin}/")
    expect(page.locator("h1")).to_have_text("Mon bureau")
    page.select_option("#genre", "finding")
    page.get_by_role("button", name="Filtrer").click()
    task = page.locator("article .btn-primary[href$='/modifier#licence']").first
    while not task.count():
        # The larger desk has more than a page of graver tasks.
        page.get_by_role("link", name="Page suivante").click()
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
