"""The states of contracts and of their deliveries: a jurist goes to each, and the holder of a link to its page."""

from pathlib import Path

from tests.contracts.essential import concession, written
from tests.journeys.acting import States, dare, language_of, send, settle
from tests.journeys.conftest import Visitor


def contracts(visitor: Visitor) -> States:
    """A contract by its pages, what its amendments and clauses are told by, its reports and its steps."""
    page = visitor.page
    own = sheet(visitor, "Exploitation du réseau de bus")
    for words, address in {
        "a contract": "", "its clauses": "/clauses", "its clauses on a day": "/clauses?le=2020-01-01",
        "its coverage": "/couverture", "what it lacks": "/couverture?manque=oui", "its calendar": "/livraisons",
        "its reports": "/rapports", "its steps": "/echeances", "its history": "/historique", "its datasets": "/jeux",
    }.items():  # fmt: skip
        visitor.go(own + address)
        yield words
    visitor.go(own)
    bound = page.locator("main a[href^='/jeux/']").first.get_attribute("href") or ""
    visitor.go(f"{bound.partition('?')[0]}/clauses")
    yield "what contracts say of a dataset"
    for words, begins, path in (
        ("a step to set aside", "/contrats/etapes/", f"{own}/echeances"),
        ("a report to amend", "/contrats/rapports/", f"{own}/rapports"),
        ("an amendment", "/contrats/avenants/", f"{own}/clauses"),
        ("a clause", "/contrats/clauses/", f"{own}/clauses"),
    ):
        visitor.go(path)
        found = page.locator(f"main a[href^='{begins}']").first.get_attribute("href") or ""
        visitor.go(found)
        yield words
        for act in ("modifier", "annuler", "acte"):
            other = found.removesuffix("/modifier").removesuffix("/annuler") + f"/{act}"
            if (there := page.locator(f"main a[href='{other}']")).count():
                with page.expect_navigation():
                    there.first.click()
                yield f"{words}, {act}"
                visitor.go(found)
    visitor.go(f"{own}/clauses")
    visitor.go(page.locator("main a[href^='/contrats/clauses/']").first.get_attribute("href") or "")
    said = page.locator("main a[href^='/contrats/stipulations/']").first.get_attribute("href") or ""
    for act in ("modifier", "annuler"):
        visitor.go(f"{said.rpartition('/')[0]}/{act}")
        yield f"what an act says of a clause, {act}"
    for words, address, button in (
        ("an amendment refused by its form", "/avenants/nouveau", ".save-bar .btn-primary"),
        ("a clause refused by its form", "/clauses/nouvelle?genre=reuse-ban", ".save-bar .btn-primary"),
        ("a report refused by its form", "/rapports/nouveau", ".save-bar .btn-primary"),
    ):
        visitor.go(own + address)
        dare(page)
        page.evaluate("document.querySelectorAll('main input[required]').forEach(one => { one.value = ''; })")
        send(page, button)
        yield words
    visitor.go(f"{sheet(visitor, 'Réseau de chaleur du quartier ouest')}/avenants/projet")
    page.evaluate("document.querySelectorAll('main [type=checkbox]').forEach(one => { one.checked = false; })")
    send(page)
    yield "a draft that asks for nothing"


def deliveries(visitor: Visitor, folder: Path) -> States:
    """A delivery and each of its acts, a link given, and what its holder sees before and after a deposit."""
    page = visitor.page
    visitor.go("/livraisons?etat=waiting")
    visitor.go(page.locator("tbody th a").first.get_attribute("href") or "")
    yield "a delivery that waits for an answer"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    receipt = page.locator("a[href$='/refuser']").first.get_attribute("href") or ""
    visitor.go(receipt.replace("/refuser", "/accepter"))
    yield "an acceptance"
    for words, address in {
        "a refusal": receipt, "a receipt to set aside": receipt.replace("/refuser", "/annuler"),
        "a receipt": f"{own}/recevoir", "a delivery to amend": f"{own}/modifier",
        "a delivery to set aside": f"{own}/annuler",
    }.items():  # fmt: skip
        visitor.go(address)
        yield words
        dare(page)
        send(page, ".btn-primary[type=submit], main form .btn-primary")
        yield f"{words}, sent as it stands"
    visitor.go("/livraisons?etat=late")
    late = page.locator("tbody tr", has_text="Gestion du service public de l’eau potable").locator("th a").first
    visitor.go(late.get_attribute("href") or "")
    yield "a delivery that is late"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    for words, address in {"its penalty": f"{own}/penalite", "a reminder": f"{own}/relancer"}.items():
        visitor.go(address)
        yield words
    send(page, ".actions .btn-primary")
    yield "a reminder just noted"
    visitor.go(page.locator("a[href*='/relances/'][href$='/annuler']").first.get_attribute("href") or "")
    yield "a reminder to set aside"
    contract = sheet(visitor, "Exploitation du service d’assainissement collectif")
    visitor.go(f"{contract}/livraisons/nouvelle")
    dare(page)
    page.fill("#due_on", "1900-01-01")
    send(page, ".save-bar .btn-primary")
    yield "a delivery refused by its form"
    visitor.go(f"{contract}/liens-de-depot")
    page.fill("#days", "9999")
    dare(page)
    send(page, "form:has(#days) .btn-primary")
    yield "a link refused by its form"
    page.fill("#days", "30")
    send(page, "form:has(#days) .btn-primary")
    yield "a link just given"
    link = "/depot/" + page.locator("#adresse").input_value().rpartition("/")[2]
    visitor.go(f"{contract}/liens-de-depot")
    yield "the links of a contract"
    visitor.go(link)
    yield "what a contract has delivered, by its link"
    send(page, "main form .btn-primary")
    yield "a deposit of nothing"
    file = folder / "depot.csv"
    file.write_text(f"point;mesure {language_of(page)}\nP1;12\n", "utf-8")
    page.locator("input[type=file]").first.set_input_files(file)
    send(page, "main form .btn-primary")
    yield "a deposit received"
    visitor.go("/depot/faux")
    yield "a link that opens nothing"


def essential_data(visitor: Visitor, folder: Path) -> States:
    """A file of the national format that is none, then one that is read."""
    page = visitor.page
    for words, content in (("of nothing", "{"), ("of a concession", written(concession()))):
        visitor.go("/contrats/donnees-essentielles")
        file = folder / "decp.json"
        file.write_text(content, "utf-8")
        page.locator("input[type=file]").first.set_input_files(file)
        send(page)
        settle(page)
        yield f"an import {words}"
    visitor.go("/contrats/donnees-essentielles")
    yield "the imports of essential data"


def sheet(visitor: Visitor, name: str) -> str:
    """The address of a contract of the demonstration."""
    visitor.go("/contrats")
    return str(visitor.page.get_by_role("link", name=name).first.get_attribute("href"))
