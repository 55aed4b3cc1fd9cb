"""The components in a real browser: accessible, from 320 px up, by keyboard, and read without JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from registry.platform.assets import asset_root

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PAGES = ["/galerie", "/rien", "/accessibilite"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong, with the elements at fault."""
    page.evaluate((asset_root("node_modules") / "axe-core" / "axe.min.js").read_text("utf-8"))
    # What passes is not told in detail, and nothing is fetched again: only what is wrong is looked at.
    asked = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations'], preload: false})"
    found: dict[str, Any] = page.evaluate(asked, RULES)
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_wrong(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, width, bypass_csp=True)
    for details in page.query_selector_all("details"):
        details.evaluate("one => { one.open = true; }")

    assert violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_the_narrowest_screen_and_twice_the_text(open_page: OpenPage, path: str) -> None:
    narrow = open_page(path, 320)
    assert narrow.evaluate("document.documentElement.scrollWidth") == 320

    wide = open_page(path, 1280)
    wide.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
    assert wide.evaluate("document.documentElement.scrollWidth") == 1280


def test_the_browser_blocks_nothing_of_ours(open_page: OpenPage) -> None:
    page = open_page("/galerie")
    page.wait_for_load_state("networkidle")

    # The page follows a job that does not exist here: that answer alone is missing.
    complaints = [said for said in page.complaints if "404" not in said]  # type: ignore[attr-defined]
    assert complaints == []
    assert page.evaluate("document.fonts.check('16px \"Source Sans 3\"')")
    assert page.evaluate("typeof htmx.version") == "string"
    settings = ["includeIndicatorStyles", "allowEval", "historyCacheSize", "selfRequestsOnly"]
    assert page.evaluate("names => names.map(name => htmx.config[name])", settings) == [False, False, 0, True]


def test_a_tick_and_a_verdict_are_drawn(open_page: OpenPage) -> None:
    page = open_page("/galerie")

    tick = page.evaluate("getComputedStyle(document.querySelector('input[type=checkbox]:checked')).backgroundImage")
    assert "/statique/" in tick
    shape = page.evaluate("getComputedStyle(document.querySelector('.verdict'), '::before').backgroundImage")
    assert "non-compliant.svg" in shape


def test_the_form_token_goes_with_what_htmx_sends(open_page: OpenPage) -> None:
    page = open_page("/galerie")
    with page.expect_request("**/travaux/7") as asked:
        page.wait_for_timeout(1500)

    assert len(asked.value.headers["x-csrf-token"]) == 64


def test_the_keyboard_goes_everywhere_and_shows_where_it_is(open_page: OpenPage) -> None:
    page = open_page("/rien")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"

    page = open_page("/accessibilite")
    stops = page.evaluate("document.querySelectorAll('a[href], button').length")
    for _stop in range(stops):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(({outlineStyle, outlineWidth, boxShadow}) => [outlineStyle, outlineWidth, boxShadow])"
            "(getComputedStyle(document.activeElement))"
        )
        assert style[:2] == ["solid", "3px"]
        assert "rgb(255, 212, 94)" in style[2]


def test_the_errors_of_a_form_are_where_the_reader_lands_and_lead_to_their_fields(open_page: OpenPage) -> None:
    page = open_page("/galerie")

    assert page.evaluate("document.activeElement.id") == "erreurs"
    page.get_by_role("link", name="Titre : Ce champ est nécessaire").click()
    assert page.evaluate("document.activeElement.id") == "title"
    assert page.get_by_label("Titre (nécessaire)").get_attribute("aria-invalid") == "true"
    described = page.get_by_label("Titre (nécessaire)").get_attribute("aria-describedby") or ""
    assert "CRPA R322-7" in " ".join(page.locator(f"#{name}").inner_text() for name in described.split())


def test_a_page_reads_whole_without_javascript(open_page: OpenPage) -> None:
    page = open_page("/galerie", java_script_enabled=False)

    assert page.get_by_role("heading", level=1).inner_text().startswith("Bornes de recharge")
    assert page.get_by_text("Actualiser l’avancement").is_visible()
    assert page.get_by_role("button", name="Copier").count() == 0, "what needs a script does not show without it"
    page.get_by_text("Pourquoi").first.click()
    assert page.get_by_text("dataset.licence est de la liste.").first.is_visible()


def test_a_table_wider_than_the_screen_scrolls_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/galerie", 320)
    wrap = page.get_by_role("group", name="Jeux de données")
    wrap.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)

    assert wrap.evaluate("one => one.scrollLeft") > 0


def test_paper_keeps_the_record_and_leaves_the_tools(open_page: OpenPage) -> None:
    page = open_page("/galerie")
    page.emulate_media(media="print")

    assert not page.locator(".site-nav").is_visible()
    assert not page.get_by_role("button", name="Enregistrer", exact=True).is_visible()
    assert page.locator("h1").is_visible()
    assert page.get_by_text("Démonstration : tout le contenu est fictif.").is_visible()
