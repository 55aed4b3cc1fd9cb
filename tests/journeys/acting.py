"""What a visitor’s browser does on any page: sends a form, dares what it holds back, waits for work to end."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.journeys.conftest import Visitor

States = Iterator[str]
MAIN = "main form:not([role=search]) .btn-primary"


def send(page: Page, selector: str = MAIN) -> None:
    """Sends a form by its button."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def language_of(page: Page) -> str:
    """The language of a page."""
    return str(page.locator("html").get_attribute("lang"))


def dare(page: Page) -> None:
    """Lets a form go with what the browser would hold back: the registry must answer it too."""
    page.evaluate("document.querySelectorAll('main form').forEach(one => { one.noValidate = true; })")


def settle(page: Page) -> None:
    """Waits until the work a page follows is over."""
    page.locator("#travail").wait_for(state="detached", timeout=60_000)


def sheet_of(visitor: Visitor, query: str = "acces=public&annulees=") -> str:
    """The address of the first sheet the reader may amend in a list."""
    visitor.go(f"/jeux?{query}")
    return str(visitor.page.locator("tbody th a").first.get_attribute("href"))
