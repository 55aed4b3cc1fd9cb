"""Every page and every state of it, in both languages: within everybody's reach, and nothing asked of elsewhere."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import ROOT, Visitor
from tests.journeys.looking import violations
from tests.journeys.states import of_a_steward

pytestmark = [pytest.mark.browser, pytest.mark.database, pytest.mark.slow]

NO_PAGES = {
    "/": "leads to the desk, or to the signing in",
    "/health": "read by machines",
    "/metrics": "read by machines",
    "/statique/{digest:str}/{name:str}": "a part of every page",
    "/documents/{document_id:int}/{part:str}": "a file to download",
    "/agenda/{token:str}/echeances.ics": "read by machines",
    "/catalogue/atom.xml": "read by machines",
    "/catalogue/dcat.jsonld": "read by machines",
    "/catalogue/dcat.rdf": "read by machines",
    "/catalogue/dcat.ttl": "read by machines",
    "/catalogue/etalab.csv": "a file to download",
    "/catalogue/scdl.csv": "a file to download",
    "/conformite/simulations/{simulation_id:int}/fichier": "a file to download",
    "/conformite/simulations/{simulation_id:int}/projet": "a file to download",
    "/conformite/{policy_id:str}/fichier": "a file to download",
    "/conservation/regles/fichier": "a file to download",
    "/contrats/donnees-essentielles/export": "a file to download",
    "/contrats/{contract_id:int}/couverture/fichier": "a file to download",
    "/echeances.ics": "a file to download",
    "/exports/{form:str}": "a file to download",
    "/imports/{batch_id:int}/a-corriger": "a file to download",
    "/imports/{batch_id:int}/avancement": "a part of a page, put in its place by htmx",
    "/jeux/modifications/{bulk_id:int}/avancement": "a part of a page, put in its place by htmx",
    "/livraisons/receptions/{receipt_id:int}/fichier": "a file to download",
    "/preuves/{evidence_id:int}/fichiers/{edition_id:int}": "a file to download",
    "/robots.txt": "read by machines",
    "/sitemap.xml": "read by machines",
    "/traitements/export/{form:str}": "a file to download",
}
"""Addresses one can ask for that show no page, and why."""
UNLINKED = ["/catalogue", "/lien/inconnu", "/accessibilite", "/mot-de-passe-oublie"]
"""Pages that nothing leads to, or that only those who are not signed in are led to."""
OTHERS = ["legal", "director", "dpo", "reader"]
"""Roles whose desk, sheet and figures differ from those of a steward."""
FILES = re.compile(
    r"^/(documents/\d+/|api(/|$)|statique|exports/|imports/\d+/a-corriger|echeances\.ics|catalogue/[a-z-]+\.[a-z]+"
    r"|traitements/export/|conservation/regles/fichier|conformite/simulations/\d+/(fichier|projet)$"
    r"|conformite/[^/]+/fichier$|preuves/\d+/fichiers/"
    r"|contrats/(donnees-essentielles/export|\d+/couverture/fichier)|livraisons/receptions/\d+/fichier$)"
)
MOVING = re.compile(r"^/(aipd|conformite/ecarts|visas)/\d+$")
"""Sheets whose links depend on where they stand: each is opened."""
NARROWEST, WIDE = 320, 1280


def kind_of(address: str) -> str:
    """What makes a page another page: its address without its numbers, and without its query."""
    path = address.partition("?")[0].partition("#")[0]
    if MOVING.match(path):
        return path
    return re.sub(r"/(\d+|[A-Z]+-\d+|[a-z]+:[^/]+|(?<=problemes/)[a-z-]+|(?<=secrets/)[a-z-]+)(?=/|$)", "/1", path)


def pages() -> dict[str, re.Pattern[str]]:
    """Every page of the registry, from the table of its routes, and the addresses it answers."""
    lines = (ROOT / "tests" / "house" / "routes.txt").read_text("utf-8").splitlines()
    paths = [path for method, path, *_rights in map(str.split, lines) if method == "GET"]
    shown = [one for one in paths if one not in NO_PAGES and not one.startswith("/api")]
    kinds = {"int": r"\d+", "str": "[^/]+"}
    return {one: re.compile(re.sub(r"\{\w+:(\w+)\}", lambda part: kinds[part[1]], one) + "$") for one in shown}


@dataclass
class Looked:
    """What was seen, and what was wrong with it."""

    wrong: dict[str, Any] = field(default_factory=dict)
    wide: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def at(self, visitor: Visitor, name: str = "") -> None:
        """Looks at what the browser shows, opened whole, at both widths."""
        page, said = visitor.page, name or visitor.page.url
        self.seen.add(page.url.removeprefix(visitor.origin).partition("?")[0].partition("#")[0])
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        if found := violations(page):
            self.wrong[said] = found
        page.set_viewport_size({"width": NARROWEST, "height": 800})
        if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROWEST:
            self.wide[said] = width
        page.set_viewport_size({"width": WIDE, "height": 800})

    def walk(self, visitor: Visitor, first: list[str]) -> set[str]:
        """Follows every link to every kind of page; the kinds it met."""
        page, waiting, met = visitor.page, list(first), set[str]()
        while waiting:
            address = waiting.pop(0)
            if kind_of(address) in met:
                continue
            met.add(kind_of(address))
            visitor.go(address)
            self.at(visitor)
            links = page.eval_on_selector_all("a[href^='/']", "links => links.map(one => one.getAttribute('href'))")
            waiting += [link for link in links if not FILES.match(link)]
        return met

    def unseen(self) -> list[str]:
        """The pages nobody was shown."""
        known = pages()
        # A word of its own in an address is no value of the page beside it: /conformite/constats is no policy.
        values = self.seen - known.keys()
        return [name for name, one in known.items() if not any(map(one.match, values if "{" in name else self.seen))]


@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_every_page_is_accessible_narrow_and_keeps_to_itself(served: Any, language: str, tmp_path: Path) -> None:
    looked, visitors = Looked(), []
    for visitor, state in of_a_steward(served, tmp_path, language=language):
        assert visitor.page.locator("html").get_attribute("lang") == language[:2]
        looked.at(visitor, state)
    visitors.append(visitor)
    for who in ("", "steward", "administrator"):
        visitors.append(served.open(who, language=language))
        met = looked.walk(visitors[-1], ["/", *UNLINKED, *([] if who else ["/connexion"])])
        assert len(met) > (15 if who else 5), f"only these pages were reached: {sorted(met)}"
    for who in OTHERS:
        visitors.append(served.open(who, language=language))
        for address in ("/bureau", "/jeux", "/conformite"):
            visitors[-1].go(address)
            looked.at(visitors[-1], f"{address} of {who}")
        visitors[-1].go("/jeux")
        visitors[-1].page.locator("tbody th a").first.click()
        looked.at(visitors[-1], f"a sheet of {who}")

    assert looked.wrong == {}
    assert looked.wide == {}, "these pages scroll sideways on the narrowest screen"
    assert looked.unseen() == [], "a page to reach in tests/journeys/states.py, or by a link"
    assert [one.strangers for one in visitors if one.strangers] == []
    # What is refused says so by its status; a day that is none is dropped by the browser, with a word.
    said = [words for one in visitors for words in one.complaints]
    assert [words for words in said if not re.search(r"status of 4\d\d|required format", words)] == []


def test_who_has_no_javascript_is_shown_every_page_and_can_send_every_form(served: Any) -> None:
    visitor = served.open("administrator", script=False)
    page, waiting, met, mute = visitor.page, ["/", *UNLINKED], set[str](), {}
    while waiting:
        address = waiting.pop(0)
        if kind_of(address) in met:
            continue
        met.add(kind_of(address))
        visitor.go(address)
        if found := page.evaluate(MUTE):
            mute[address] = found
        links = page.eval_on_selector_all("a[href^='/']", "links => links.map(one => one.getAttribute('href'))")
        waiting += [link for link in links if not FILES.match(link)]
    assert mute == {}
    assert len(met) > 15


MUTE = """() => {
    const shown = one => !!one && (one.checkVisibility() || !!one.closest('details:not([open])'));
    const scripted = [...document.querySelectorAll('button[type=button], [onclick]')];
    const found = scripted.filter(shown).map(one => one.outerHTML);
    for (const form of document.forms) {
        const sends = [...form.elements].filter(one => one.type === 'submit');
        if (!sends.some(shown)) found.push(form.outerHTML.slice(0, 200));
    }
    if (!shown(document.querySelector('main h1'))) found.push('no title');
    return found;
}"""
"""What a page without its scripts leaves without effect: buttons for scripts alone, forms nothing sends, no title."""
