"""What people do from one end to the other, in a real browser, on a registry served as anybody serves it."""

import csv
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor
from tests.journeys.looking import follow, tab_to, violations

pytestmark = [pytest.mark.browser, pytest.mark.database]

TURTLE = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://exemple.fr/catalogue> a dcat:Catalog ; dct:title "Catalogue d’essai"@fr ;
  dcat:dataset <https://exemple.fr/lavoirs>, <https://exemple.fr/fontaines> .
<https://exemple.fr/lavoirs> a dcat:Dataset ; dct:identifier "essai-lavoirs" ;
  dct:title "Lavoirs de la campagne d’essai"@fr ; dct:description "Les lavoirs et leur état."@fr .
<https://exemple.fr/fontaines> a dcat:Dataset ; dct:identifier "essai-fontaines" ;
  dct:title "Fontaines de la campagne d’essai"@fr ; dct:description "Les fontaines et leur débit."@fr .
"""


def test_a_steward_turns_a_verdict_with_the_keyboard_alone(served: Any) -> None:
    visitor = served.open()
    page, (mail, password) = visitor.page, served.account("steward")
    visitor.go("/connexion")
    tab_to(page, "#email")
    page.keyboard.type(mail)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, ".site-nav a[href='/jeux']")
    follow(page, "a[href='/jeux/nouveau']")
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type("Ruches municipales")
    tab_to(page, "input[name=personal_data]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "input[name=access_rights]")
    page.keyboard.press("ArrowDown")
    assert page.locator("input[name=access_rights]:checked").get_attribute("value") == "public"
    tab_to(page, "#modified")
    page.keyboard.type("01022026")
    tab_to(page, "#distribution-0-download_url")
    page.keyboard.type("https://donnees.exemple.fr/ruches.csv")
    follow(page, ".save-bar button")

    expect(page.get_by_role("status")).to_contain_text("La fiche est enregistrée.")
    finding = page.locator(".finding", has=page.get_by_role("link", name="Source et date de mise à jour affichées"))
    expect(finding).to_contain_text("À compléter")
    expect(finding).to_contain_text("Il manque : Éditeur")
    assert violations(page) == []

    follow(page, ".finding a[href$='#publisher_name']")
    # The link leads to the very field: the keyboard is there, or one step before.
    if page.evaluate("document.activeElement.id") != "publisher_name":
        tab_to(page, "#publisher_name", at_most=1)
    page.keyboard.type("Ville d’essai")
    follow(page, ".save-bar button")

    tab_to(page, "#conformite > details > summary")
    page.keyboard.press("Enter")
    expect(finding).to_contain_text("Suivie")


def test_two_people_who_amend_one_sheet_both_keep_what_they_wrote(served: Any) -> None:
    first, second = served.open("steward"), served.open("arras.donnees")
    second.go("/jeux?q=cantine")
    second.page.locator("tbody th a").first.click()
    sheet = second.page.url
    for one in (first, second):
        one.page.goto(f"{sheet}/modifier")
    first.page.fill("#title", "Cantines : menus et allergènes, revus par la première")
    first.page.locator(".save-bar .btn-primary").click()
    expect(first.page.get_by_role("heading", level=1)).to_contain_text("revus par la première")

    # The second has no mouse.
    tab_to(second.page, "#keywords")
    second.page.keyboard.type("mot de la seconde")
    tab_to(second.page, "#reason", at_most=300)
    second.page.keyboard.type("mots-clés revus")
    follow(second.page, ".save-bar .btn-primary")

    expect(second.page.get_by_role("heading", level=1)).to_contain_text("Quelqu’un a modifié cette fiche")
    assert violations(second.page) == []
    assert second.page.locator("#title-autre").is_checked(), "what only the other changed is the other’s to begin with"
    assert second.page.locator("#keywords-moi").is_checked(), "what only I changed is mine to begin with"
    tab_to(second.page, "#title-autre")
    tab_to(second.page, "#keywords-moi")
    follow(second.page, "main form .btn-primary")

    expect(second.page.get_by_role("heading", level=1)).to_contain_text("revus par la première")
    expect(second.page.locator("main")).to_contain_text("mot de la seconde")
    second.page.get_by_role("link", name="Historique").click()
    expect(second.page.locator(".history > li").nth(0)).to_contain_text("mots-clés revus")
    expect(second.page.locator(".history > li").nth(1)).to_contain_text("revus par la première")


def test_a_catalogue_is_previewed_applied_and_undone(served: Any, tmp_path: Path) -> None:
    visitor = served.open("steward")
    page, file = visitor.page, tmp_path / "essai.ttl"
    file.write_text(TURTLE, "utf-8")
    visitor.go("/imports")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Lire et montrer l’aperçu").click()
    expect(page.get_by_role("heading", name="Fiches du fichier")).to_be_visible(timeout=60_000)
    expect(page.locator(".figure-card").first).to_have_text("2À créer")
    assert violations(page) == []
    preview = page.url

    visitor.go("/jeux?q=campagne")
    expect(page.locator("main [role=status]")).to_contain_text("0 jeu")
    page.goto(preview)
    page.get_by_role("button", name="Appliquer").click()
    expect(page.get_by_role("button", name="Défaire cet import")).to_be_visible(timeout=60_000)
    expect(page.locator(".figure-card").first).to_have_text("2Créées")
    expect(page.locator("main")).not_to_contain_text("Le travail est lancé")
    visitor.go("/jeux?q=campagne")
    expect(page.locator("main [role=status]")).to_contain_text("2 jeux")

    page.goto(preview)
    page.get_by_role("button", name="Défaire cet import").click()
    expect(page.locator("main")).to_contain_text("L’import est défait", timeout=60_000)
    visitor.go("/jeux?q=campagne")
    expect(page.locator("main [role=status]")).to_contain_text("0 jeu")
    assert visitor.complaints == []


class Mouse:
    """Somebody who points at things."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def follow(self, selector: str) -> None:
        """Opens a link, or sends a form by its button."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def choose(self, selector: str, words: str) -> None:
        """Chooses one of a list."""
        self.page.select_option(selector, label=words)

    def give(self, file: Path) -> None:
        """Gives a file to bring in."""
        self.page.set_input_files("#file", file)

    def download(self, selector: str) -> Path:
        """Takes a file."""
        with self.page.expect_download() as coming:
            self.page.locator(selector).click()
        return Path(coming.value.path())


class Keyboard(Mouse):
    """Somebody who has no mouse."""

    def follow(self, selector: str) -> None:
        follow(self.page, selector)

    def choose(self, selector: str, words: str) -> None:
        tab_to(self.page, selector)
        self.page.keyboard.type(words)
        assert self.page.locator(selector).locator("option:checked").inner_text() == words

    def give(self, file: Path) -> None:
        # Chromium is asked to hand its dialog over as the block begins, and may still be about to when a key comes.
        with self.page.expect_file_chooser() as asked:
            tab_to(self.page, "#file")
            self.page.keyboard.press("Enter")
        asked.value.set_files(file)

    def download(self, selector: str) -> Path:
        tab_to(self.page, selector)
        with self.page.expect_download() as coming:
            self.page.keyboard.press("Enter")
        return Path(coming.value.path())


@pytest.mark.parametrize("hand", [pytest.param(Mouse, marks=pytest.mark.slow), Keyboard])
def test_an_inventory_of_ones_own_is_mapped_mended_applied_and_undone(
    served: Any, tmp_path: Path, hand: type[Mouse]
) -> None:
    visitor = served.open("steward")
    page, by, word = visitor.page, hand(visitor.page), hand.__name__
    inventory = [
        ["Nom du jeu", "Périodicité", "Contenu", f"Bidule {word}"],
        [f"Composteurs {word}", "tous les ans", "Où ils sont.", "x"],
        ["", "mensuel", "Ce qui s’y lave.", "y"],
        [f"Hydrants {word}", "parfois", "Leur débit.", "z"],
    ]
    send_inventory(by, visitor, tmp_path / "inventaire.csv", inventory)
    expect(page.get_by_role("heading", name="Colonnes à reconnaître")).to_be_visible()
    by.follow("a[href$='/colonnes'].btn")
    expect(page.locator("#c0")).to_have_value("title")
    expect(page.locator("#c1")).to_have_value("frequency")
    by.choose("#c2", "Description")
    by.follow("#columns .btn-primary")
    is_read(page)

    expect(page.locator("#a-corriger")).to_be_visible()
    assert figures(page) == {
        "À créer": 2,
        "À modifier": 0,
        "Sans changement": 0,
        "Refusées": 1,
        "Absentes du fichier": 0,
    }
    expect(page.locator("main")).to_contain_text("ligne 3 · Titre : Cette ligne n’a pas de titre")
    expect(page.locator("main")).to_contain_text("ligne 4, colonne B « Périodicité »")
    rows = list(csv.reader(by.download("#a-corriger a").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == [*inventory[0], "À corriger"]
    assert [row[:4] for row in rows[1:]] == inventory[2:]
    by.follow("form[action$='/appliquer'] .btn-primary")
    is_read(page)
    first = page.url

    rows[1][0], rows[2][1] = f"Lavoirs {word}", "mensuel"
    send_inventory(by, visitor, tmp_path / "corrige.csv", rows)
    # The columns were said once: the mended file is read without a question, and shows what it would change.
    assert figures(page) == {
        "À créer": 1,
        "À modifier": 1,
        "Sans changement": 0,
        "Refusées": 0,
        "Absentes du fichier": 0,
    }
    change = page.locator("section", has=page.get_by_role("heading", name=f"Hydrants {word}"))
    expect(change.locator(".changes tbody tr")).to_have_text(re.compile(r"Fréquence de mise à jour\s*vide\s*Mensuelle"))
    by.follow("form[action$='/appliquer'] .btn-primary")
    is_read(page)
    second = page.url

    by.follow("section h3 a[href^='/jeux/']")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(word))
    expect(page.locator("#conformite")).to_contain_text("À faire (")
    expect(page.locator("#ensuite a").first).to_be_visible()
    for address, left in ((second, 2), (first, 0)):
        page.goto(address)
        by.follow("form[action$='/defaire'] button")
        is_read(page)
        expect(page.locator("main")).to_contain_text("L’import est défait")
        visitor.go(f"/jeux?q={word}")
        expect(page.locator("main [role=status]")).to_contain_text(f"{left} jeu")
    assert visitor.complaints == []


def send_inventory(by: Mouse, visitor: Visitor, file: Path, rows: list[list[str]]) -> None:
    """Writes a table, brings it in, and waits until it is read."""
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, delimiter=";").writerows(rows)
    visitor.go("/imports")
    by.give(file)
    by.follow("main form[action='/imports'] .btn-primary")
    is_read(by.page)


def is_read(page: Page) -> None:
    """Waits until the work on an import is over."""
    page.locator("#travail").wait_for(state="detached", timeout=60_000)


def figures(page: Page) -> dict[str, int]:
    """The figures of a page, by their words."""
    shown = [one.inner_text().split("\n") for one in page.locator(".figure-card").all()]
    return {words.strip(): int(number) for number, words in shown}


@pytest.mark.slow
def test_a_report_asked_for_on_a_page_is_the_one_the_register_holds(served: Any) -> None:
    visitor = served.open("steward")
    page = visitor.page
    visitor.go("/documents")
    before = page.locator("tbody tr").count()
    page.select_option("#scope", label="Dainville")
    page.get_by_role("button", name="Émettre").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Émission d’un document")
    expect(page.locator("main").get_by_role("link", name="Documents émis").last).to_be_visible(timeout=120_000)
    expect(page.locator("progress")).to_have_count(0, timeout=120_000)
    assert violations(page) == []

    visitor.go("/documents")
    expect(page.locator("tbody tr")).to_have_count(before + 1)
    row = page.locator("tbody tr", has_text="Dainville").first
    with page.expect_download() as downloaded:
        row.get_by_role("link", name=re.compile("^(PDF|HTML)$")).click()
    digest = hashlib.sha256(Path(downloaded.value.path()).read_bytes()).hexdigest()
    assert digest in (row.locator("abbr").get_attribute("title") or "")


def test_who_has_no_javascript_reads_everything_and_records_a_sheet(served: Any) -> None:
    visitor = served.open("steward", script=False)
    page = visitor.page
    visitor.go("/jeux?q=eau&tri=-mise-a-jour")
    page.locator("tbody th a", has_text="Qualité de l’eau du robinet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Qualité de l’eau du robinet")
    page.locator("summary", has_text="autres constats").click()
    expect(page.locator(".finding").first).to_be_visible()
    page.get_by_role("link", name="Historique").click()
    expect(page.locator(".history > li", has_text="Fiche modifiée").first).to_be_visible()
    page.locator(".site-nav").get_by_role("link", name="Conformité").click()
    page.locator(".figure-card a").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("Non conforme")

    visitor.go("/jeux/nouveau")
    page.fill("#title", "Nichoirs posés en ville")
    page.locator(".save-bar .btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nichoirs posés en ville")


@pytest.mark.slow
def test_every_figure_opens_exactly_the_list_it_counts(served: Any) -> None:
    """As the tests of the demonstration do at each run, without a browser."""
    visitor = served.open("director")
    page = visitor.page
    visitor.go("/conformite")
    figures = page.eval_on_selector_all(
        ".figure-card a", "links => links.map(one => [one.innerText, one.getAttribute('href')])"
    )
    counted = page.eval_on_selector_all(
        ".counts a", "links => links.map(one => [one.firstChild.textContent, one.getAttribute('href')])"
    )
    assert len(figures) == 4
    for number, address in [*figures, *counted[:3]]:
        visitor.go(address)
        assert rows_of_every_page(page) == int(re.sub(r"\D", "", number)), address


def rows_of_every_page(page: Page) -> int:
    """How many rows a list has, its following pages included."""
    rows = page.locator("tbody tr").count()
    while page.locator("a[rel=next]").count():
        with page.expect_navigation():
            page.locator("a[rel=next]").click()
        rows += page.locator("tbody tr").count()
    return rows


def test_many_sheets_are_changed_at_once_and_one_gesture_undoes_it(served: Any) -> None:
    visitor = served.open("steward")
    page = visitor.page
    visitor.go("/jeux?licence=vide&acces=public")
    before = page.locator("tbody tr").count()
    assert before > 1
    page.get_by_role("link", name=re.compile("^Modifier ces .* jeux ensemble$")).click()
    page.select_option("#champ", "licence")
    page.get_by_role("button", name="Choisir ce champ").click()
    page.select_option("#licence", "odbl-1.0")
    page.get_by_role("button", name="Voir l’aperçu").click()

    expect(page.locator("ins").first).to_have_text("Open Database License 1.0 (ODbL)")
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^Modifier ces")).click()
    expect(page.locator(".notice")).to_contain_text("Un seul geste les remet comme avant")
    preview = page.url.partition("?")[0]
    visitor.go("/jeux?licence=vide&acces=public")
    expect(page.locator("main")).to_contain_text("Aucun jeu ne répond à ces critères")

    page.goto(preview)
    page.get_by_role("button", name="Tout défaire").click()
    expect(page.locator(".notice")).to_contain_text("Les fiches sont comme avant")
    visitor.go("/jeux?licence=vide&acces=public")
    expect(page.locator("tbody tr")).to_have_count(before)
    assert visitor.complaints == []


def test_the_list_is_edited_as_a_grid_with_the_keyboard_alone(served: Any) -> None:
    visitor = served.open("steward")
    page = visitor.page
    visitor.go("/jeux?colonnes=titre,sigle,licence&mode=edition")
    tab_to(page, "tbody [tabindex='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.className") == "cell"
    page.keyboard.press("Enter")
    expect(page.locator("#acronym")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("tbody tr").nth(1).locator(".cell").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#acronym")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("SIGLE")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").nth(1).locator(".cell").first).to_have_text("SIGLE")
    expect(page.locator("tbody tr").nth(1).locator(".cell").first).to_be_focused()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('tbody') !== null"), "the Tab key leaves the table"
    assert visitor.complaints == []
