"""What is asked of any page in a browser: nothing axe finds wrong, and everything within reach of the keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page

from registry.platform.assets import asset_root

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong, with the elements at fault."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate((asset_root("node_modules") / "axe-core" / "axe.min.js").read_text("utf-8"))
    # The bar of actions covers what scrolls beneath it: at its end a page lies whole, and each target has its size.
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    # Colours do not change with the language, and are the longest to look at.
    colours = page.locator("html").get_attribute("lang") == "fr"
    asked = """([rules, colours]) => axe.run(document, {
        runOnly: rules, resultTypes: ['violations'], preload: false, rules: {'color-contrast': {enabled: colours}} })"""
    found: dict[str, Any] = page.evaluate(asked, [RULES, colours])
    return [(one["id"], [node["html"][:300] for node in one["nodes"]]) for one in found["violations"]]


def tab_to(page: Page, selector: str, *, at_most: int = 150) -> None:
    """Goes to a part of the page as somebody without a mouse does; what has the focus must be in sight."""
    for _step in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            hidden = page.evaluate(
                """() => { const one = document.activeElement, box = one.getBoundingClientRect();
                const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return !(top && (one.contains(top) || top.contains(one) || top.closest('label'))); }"""
            )
            assert not hidden, f"{selector} has the focus and is hidden"
            return
    pytest.fail(f"The keyboard does not reach {selector} on {page.url}")


def follow(page: Page, selector: str, **more: Any) -> None:
    """Goes to a link or a button by keyboard, and follows it."""
    tab_to(page, selector, **more)
    with page.expect_navigation():
        page.keyboard.press("Enter")
