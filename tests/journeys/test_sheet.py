"""Writing a sheet in a real browser: quickly and by keyboard, beside somebody else, and past the end of a session."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.looking import follow, tab_to, violations

pytestmark = [pytest.mark.browser, pytest.mark.database]

MOST_KEYS = 60
"""Keys beside the words themselves: at two a second, a sheet is recorded in half a minute."""


def test_a_sheet_is_recorded_from_a_template_with_few_keys_and_no_mouse(served: Any) -> None:
    visitor = served.open("steward")
    page = visitor.page
    page.add_init_script("window.name ||= '0'; document.addEventListener('keydown', () => { window.name++; }, true);")
    visitor.go("/jeux/modeles")
    assert violations(page) == []
    page.evaluate("window.name = '0'")
    page.locator("#q").focus()
    page.keyboard.type("cimet")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, ".templates a")

    expect(page.locator("#title")).to_be_focused()
    expect(page.locator("#prerempli")).to_contain_text("Prérempli par le modèle")
    assert violations(page) == []
    page.keyboard.press("End")
    page.keyboard.type(" de la ville")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Concessions funéraires de la ville")
    expect(page.get_by_role("status")).to_contain_text("La fiche est enregistrée.")
    assert int(page.evaluate("window.name")) <= MOST_KEYS


def test_a_form_saves_itself_and_its_draft_is_taken_up_by_the_person_who_left_it(served: Any) -> None:
    visitor = served.open("steward")
    page = visitor.page
    visitor.go("/jeux?q=arbres")
    page.locator("tbody th a").first.click()
    sheet = page.url
    page.goto(f"{sheet}/modifier")
    with page.expect_response("**/brouillon"):
        page.locator("#keywords").press_sequentially("platane")
    expect(page.locator("#brouillon")).to_contain_text("Brouillon enregistré à")
    page.goto(sheet)

    page.goto(f"{sheet}/modifier")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reprendre votre brouillon du")
    assert violations(page) == []
    page.get_by_role("link", name="Reprendre le brouillon").click()
    expect(page.locator("#keywords")).to_have_value(re.compile("platane"))
    page.locator(".save-bar .btn-primary").click()
    expect(page.get_by_role("status")).to_contain_text("Les modifications sont enregistrées.")
    page.goto(f"{sheet}/modifier")
    expect(page.get_by_role("heading", level=1)).to_have_text("Modifier la fiche")
    visitor.go("/jeux/brouillons")
    assert violations(page) == []
    assert visitor.complaints == []


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_slow_save_leaves_no_draft_behind(served: Any, when: str) -> None:
    """Saved before the draft is kept, or while it is: the save takes longer than the draft waits."""
    visitor = served.open("steward")
    page = visitor.page

    def slowed(route: Any) -> None:
        time.sleep(4)
        route.continue_()

    slow = re.compile(r"/jeux/nouveau$") if when == "before" else re.compile(r"/jeux/brouillons$")
    visitor.go("/jeux/nouveau")
    page.route(slow, slowed)
    if when == "before":
        page.locator("#title").fill("Fontaines lentes")
    else:
        with page.expect_request("**/jeux/brouillons"):
            page.locator("#title").fill("Bancs lents")
    page.locator(".save-bar .btn-primary").click()
    expect(page.get_by_role("status")).to_contain_text("La fiche est enregistrée.")
    page.unroute(slow)
    visitor.go("/jeux/brouillons")
    expect(page.locator("main")).not_to_contain_text("lent")


def test_a_session_that_ends_in_mid_form_loses_nothing_by_keyboard_alone(served: Any) -> None:
    visitor = served.open("steward")
    page = visitor.page
    visitor.go("/jeux/nouveau")
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type("Fontaines à boire")
    page.context.clear_cookies()
    tab_to(page, "#description")
    page.keyboard.type("Où elles sont.")
    expect(page.locator("#brouillon")).to_contain_text("Votre session est terminée")

    follow(page, ".save-bar .btn-primary")
    expect(page.locator("main")).to_contain_text("Rien n’est perdu")
    assert violations(page) == []
    tab_to(page, "main a[target=_blank]")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    mail, password = served.account("steward")
    tab_to(opened.value, "#email")
    opened.value.keyboard.type(mail)
    opened.value.keyboard.press("Tab")
    opened.value.keyboard.type(password)
    opened.value.keyboard.press("Enter")
    opened.value.wait_for_selector(".site-nav")
    follow(page, "main form .btn-primary")
    follow(page, "main form .btn-primary")

    expect(page.get_by_role("heading", level=1)).to_have_text("Fontaines à boire")
    expect(page.locator("main")).to_contain_text("Où elles sont.")
