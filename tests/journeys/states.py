"""The states of pages that no link leads to: what a form answers, an import under way, two changes at once.

Each function goes to them one after the other, and says each by its name once it is shown. Words are those of no
language: parts of a page are found by their address, their name or their place.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from registry.platform.clock import today
from tests.journeys.acting import States, dare, language_of, send, settle, sheet_of
from tests.journeys.conftest import ROOT, Served, Visitor
from tests.journeys.states_of_contracts import contracts, deliveries, essential_data
from tests.journeys.states_of_personal_data import (
    activities,
    assessments,
    binding,
    evidence,
    inspections,
    matters,
    record_imports,
    retention,
)
from tests.journeys.states_of_publication import delegations, governance, publications, the_public, training
from tests.journeys.states_of_rules import adoptions, simulations
from tests.legal.conftest import CODE, xml_article

OWN_HEADERS = "Nom du jeu;Périodicité;Bidule {language}\nArbres d’essai;tous les ans;x\nBancs d’essai;parfois;y\n"
KNOWN_HEADERS = "ID;TITRE;DESCRIPTION;FREQ_MAJ\nessai-1;Fanions;Où ils sont;Annuelle\nessai-2;;Sans titre;parfois\n"


def imports(visitor: Visitor, folder: Path) -> States:
    """A table nobody knows, its columns, lines to mend, a preview applied and undone, a file nobody can read."""
    page = visitor.page
    visitor.go("/imports")
    send(page)
    yield "an import of nothing"
    for name, content in (("vide.csv", ""), ("essai.csv", OWN_HEADERS.format(language=language_of(page)))):
        (folder / name).write_text(content, "utf-8")
    visitor.go("/imports")
    page.set_input_files("#file", folder / "vide.csv")
    send(page)
    yield "a file that holds nothing"
    visitor.go("/imports")
    page.set_input_files("#file", folder / "essai.csv")
    send(page)
    settle(page)
    yield "an import that asks what its columns hold"
    asked = page.url
    page.goto(f"{asked}/colonnes")
    for choice in page.locator("main select").all():
        choice.select_option("")
    send(page)
    yield "columns without a title"
    page.select_option("#c0", "title")
    page.select_option("#c1", "frequency")
    send(page)
    settle(page)
    yield "a preview of a table said by hand"
    send(page, "form[action$='/abandonner'] button")
    yield "an import set aside"

    (folder / "fanions.csv").write_text(KNOWN_HEADERS, "utf-8")
    visitor.go("/imports")
    page.set_input_files("#file", folder / "fanions.csv")
    send(page)
    settle(page)
    yield "a preview with lines to mend"
    visitor.go(page.url.removeprefix(visitor.origin).partition("?")[0] + "?action=refused")
    yield "the refused lines of a preview"
    send(page, "form[action$='/appliquer'] button")
    settle(page)
    yield "an import applied"
    send(page, "form[action$='/defaire'] button")
    settle(page)
    yield "an import undone"


def many_at_once(visitor: Visitor) -> States:
    """The steps of a bulk edit."""
    page = visitor.page
    visitor.go("/jeux/modifier-ensemble?acces=public&q=eau")
    yield "the choice of a field for many sheets"
    visitor.go("/jeux/modifier-ensemble?acces=public&q=eau&champ=licence&champ=keywords")
    yield "what to write in many sheets"
    send(page, ".save-bar .btn-primary")
    yield "a bulk edit refused"
    page.select_option("#licence", "odbl-1.0")
    page.fill("#keywords", "essai")
    page.fill("#reason", "Mêmes mots pour tous")
    send(page, ".save-bar .btn-primary")
    settle(page)
    yield "a preview of many sheets"
    send(page, "form[action$='/appliquer'] button")
    settle(page)
    yield "many sheets changed"
    send(page, "form[action$='/defaire'] button")
    settle(page)
    yield "many sheets as before"
    visitor.go("/jeux/modifications")
    yield "the bulk edits"
    visitor.go("/jeux/modifier-ensemble?q=introuvable")
    yield "a bulk edit of no sheet"


def one_sheet(visitor: Visitor) -> States:
    """A sheet's form refused, two changes at once, drafts, past states, what annuls it and brings it back."""
    page = visitor.page
    visitor.go("/jeux/nouveau?modele=inconnu")
    yield "a template of record that does not exist"
    visitor.go("/jeux/nouveau")
    dare(page)
    page.fill("#distribution-0-download_url", "pas une adresse")
    send(page, ".save-bar .btn-primary")
    yield "a sheet refused"
    page.fill("#title", "Fiche d’essai des états")
    page.fill("#distribution-0-download_url", "")
    send(page, ".save-bar .btn-primary")
    yield "a sheet just recorded"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(f"{own}/modifier")
    stale = page.locator("main input[name=version]").first.get_attribute("value")
    page.fill("#title", "Fiche d’essai des états, revue")
    page.fill("#keywords", "un")
    send(page, ".save-bar .btn-primary")
    yield "a sheet amended"
    visitor.go(f"{own}/modifier")
    page.evaluate("stale => { document.querySelector('main input[name=version]').value = stale; }", stale)
    page.fill("#keywords", "deux")
    send(page, ".save-bar .btn-primary")
    yield "two changes at once"
    visitor.go(f"{own}/modifier")
    with page.expect_response("**/brouillon"):
        page.locator("#description").press_sequentially("Un début")
    visitor.go(f"{own}/modifier")
    yield "a draft to take up"
    visitor.go("/jeux/brouillons")
    yield "the drafts"
    visitor.go(f"{own}/champ/licence")
    yield "one field"
    visitor.go(f"{own}/droit")
    yield "the fields of law"
    dare(page)
    page.fill("#reuser_warning", "pas une adresse")
    send(page)
    yield "the fields of law refused"
    visitor.go(f"{own}/champs/modifier")
    yield "the fields of a dataset"
    visitor.go(f"{own}/sources")
    yield "where a dataset comes from"
    page.select_option("#source_id", index=1)
    send(page, "form:has(#source_id) .btn-primary")
    yield "where a dataset comes from, said"
    visitor.go(f"{own}/etat")
    yield "a sheet today"
    visitor.go(f"{own}/etat?le=2001-01-01")
    yield "a sheet before it existed"
    visitor.go(f"{own}/etat?le=demain")
    yield "a sheet on a day that is none"
    visitor.go("/jeux?annulees=true")
    visitor.go(f"{own}/annuler")
    yield "why a sheet is annulled"
    dare(page)
    send(page)
    yield "annulled without a reason"
    page.fill("#reason", "Fiche d’essai")
    send(page)
    yield "a sheet annulled"
    visitor.go("/jeux?annulees=true")
    yield "the sheets annulled"
    visitor.go(f"{own}/annuler")
    yield "what brings a sheet back"


def lists(visitor: Visitor) -> States:
    """The list in each of its shapes, its views, search and its silences."""
    page = visitor.page
    for words, address in {
        "the list in edition": "/jeux?acces=public&mode=edition",
        "a list of nothing": "/jeux?q=introuvable&acces=public",
        "a search without words": "/recherche",
        "a search": "/recherche?q=eau",
        "a search nobody answers": "/recherche?q=xqzwkv",
        "a search of a wrong word": "/recherche?q=cantinne",
        "an export of a part": "/exports?acces=public",
        "findings narrowed": "/conformite/constats?force=obligation&constat=to-complete",
        "the official texts": "/droit",
        "the legal watch": "/droit/veille",
        "a change of law to watch": "/droit/veille/nouvelle",
        "official texts of no such word": "/droit?q=introuvable",
        "findings of no such list": "/conformite/constats?constat=rien",
    }.items():
        visitor.go(address)
        yield words
    visitor.go("/jeux?q=eau")
    page.locator("details:has(#name) > summary").click()
    page.fill("#name", f"Eaux {language_of(page)}")
    send(page, "form[action='/jeux/vues'] button")
    yield "a view just saved"
    visitor.go("/jeux/vues")
    yield "saved views"
    send(page, "form[action$='/enlever'] button")
    yield "a view taken away"


def desk(visitor: Visitor) -> States:
    """The lists of a desk, a task put off, a question asked, answered and closed, a hand-over."""
    page = visitor.page
    for one in ("late", "waiting", "snoozed"):
        visitor.go(f"/bureau?liste={one}")
        yield f"the desk, {one}"
    visitor.go("/bureau?genre=finding")
    send(page, "article a[href*='geste=']")
    yield "tasks that ask for one act"
    page.locator("a[href^='/bureau/taches/']").first.click()
    yield "a task"
    dare(page)
    send(page, "form[action$='/reporter'] button")
    yield "a task put off without a day"
    page.fill("#until", (today() + timedelta(days=30)).isoformat())
    page.fill("#reason", "Le prestataire rend le fichier en mars")
    send(page, "form[action$='/reporter'] button")
    yield "a task put off"
    visitor.go("/bureau?liste=snoozed")
    yield "what is put off"
    send(page, "form[action$='/reprendre'] button")

    visitor.go(f"{sheet_of(visitor)}")
    page.locator("a[href^='/bureau/questions/nouvelle']").first.click()
    yield "a question to ask"
    dare(page)
    send(page)
    yield "a question without words"
    page.fill("#text", "Cette fréquence est-elle tenue ?")
    send(page)
    yield "a question asked"
    page.fill("#text", "Oui, chaque mois, sauf en août.")
    send(page)
    yield "a question answered"
    send(page, "form[action$='/clore'] button")
    yield "a question closed"


def stand_ins(away: Visitor, present: Visitor) -> Iterator[tuple[Visitor, str]]:
    """Somebody away names who stands in, and that person opens the tasks."""
    page = away.page
    away.go("/bureau/suppleances")
    dare(page)
    send(page, "form[method='post'][action='/bureau/suppleances'] button")
    yield away, "a stand-in refused"
    page.select_option("#stand_in_id", index=1)
    page.fill("#starts_on", today().isoformat())
    page.fill("#ends_on", (today() + timedelta(days=9)).isoformat())
    send(page, "form[method='post'][action='/bureau/suppleances'] button")
    yield away, "a stand-in named"
    present.go("/bureau/suppleances")
    yield present, "whom somebody stands in for"
    present.page.locator("main table a[href^='/bureau/suppleances/']").first.click()
    yield present, "the tasks of somebody away"


def appointments(visitor: Visitor) -> States:
    """Naming somebody, and giving what they hold to somebody else."""
    page = visitor.page
    sheet = sheet_of(visitor)
    visitor.go(sheet)
    page.locator("a[href^='/organisations/mandats/']").first.click()
    yield "who answers for a sheet"
    dare(page)
    page.fill("#since", "")
    send(page)
    yield "an appointment refused"
    page.fill("#name", "Responsable du service d’essai")
    page.fill("#since", today().isoformat())
    send(page)
    yield "somebody appointed"
    page.locator("a[href^='/bureau/passations/']").first.click()
    yield "a hand-over"
    dare(page)
    send(page)
    yield "a hand-over refused"


def documents(visitor: Visitor) -> States:
    """A report refused, one under way, one read over, and one beside another."""
    page = visitor.page
    visitor.go("/documents")
    page.fill("#as_of", "1999-01-01")
    send(page)
    yield "a report of a day before the registry"
    visitor.go("/documents")
    page.select_option("#scope", index=page.locator("#scope option").count() - 1)
    send(page)
    yield "a report under way"
    visitor.go("/documents")
    links = page.locator("main tbody th a[href^='/documents/']").all()
    addresses = [link.get_attribute("href") or "" for link in links]
    assert addresses, "the demonstration has issued nothing"
    visitor.go(f"{addresses[-1]}/relecture")
    yield "a document read over"
    visitor.go(f"{addresses[-1]}/comparaison")
    yield "a report to compare"


def systems(visitor: Visitor) -> States:
    """A system's form refused, recorded, annulled."""
    page = visitor.page
    visitor.go("/systemes/nouveau")
    dare(page)
    send(page)
    yield "a system refused"
    page.fill("#name", f"Logiciel d’essai {language_of(page)}")
    send(page)
    yield "a system recorded"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(f"{own}/annuler")
    page.fill("#reason", "Essai")
    send(page)
    yield "a system annulled"


def deviations(visitor: Visitor) -> States:
    """A deviation asked for from a breach: refused, waiting, withdrawn."""
    page = visitor.page
    visitor.go("/conformite/ecarts")
    yield "the accepted deviations"
    visitor.go("/conformite/OD-05?constat=non-compliant")
    links = page.locator("main tbody a[href^='/jeux/']")
    sheets = [link.get_attribute("href") or "" for link in links.all()]
    for sheet in sheets:
        visitor.go(sheet)
        asking = page.locator("a[href^='/conformite/ecarts/nouveau'][href*='OD-05']")
        if asking.count():
            visitor.go(asking.first.get_attribute("href") or "")
            break
    dare(page)
    send(page, ".save-bar .btn-primary")
    yield "a deviation refused by its form"
    page.fill("#reason", "Le concessionnaire n’a pas encore répondu.")
    page.fill("#compensation", "Le fichier est remis sur demande.")
    page.fill("#expires_on", (today() + timedelta(days=90)).isoformat())
    send(page, ".save-bar .btn-primary")
    yield "a deviation that waits"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(f"{own}/retirer")
    yield "the withdrawal of a deviation"
    page.fill("#reason", "Demandé par erreur")
    send(page)
    yield "a deviation withdrawn"


def moves(visitor: Visitor) -> States:
    """The moves that wait, one withdrawn without a reason then with one, and asked for anew."""
    page = visitor.page
    visitor.go("/visas?tous=oui")
    yield "the moves that wait"
    request = page.locator("main tbody th a").first.get_attribute("href") or ""
    visitor.go(request)
    yield "a move that waits"
    visitor.go(f"{request}/retirer")
    yield "the withdrawal of a move"
    dare(page)
    send(page)
    yield "a withdrawal without its reason"
    page.fill("#reason", "Demandé par erreur")
    send(page)
    yield "a move withdrawn"
    page.locator("main form .btn-primary").first.click()
    page.wait_for_load_state()
    yield "a move asked for anew"


def law(visitor: Visitor, home: Path, folder: Path) -> States:
    """Official texts once an article was loaded, and a change of the law that is followed."""
    page, number = visitor.page, "L311-1"
    article = folder / "LEGIARTI000033205512.xml"
    article.write_bytes(xml_article(number, article.stem))
    command = [sys.executable, "-m", "registry", "--home", str(home), "legal", "load", str(article)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    for words, address in {
        "the texts loaded": "/droit",
        "the articles of a text": f"/droit/{CODE}",
        "an official article": f"/droit/{CODE}/{number}",
        "a rule with its official text": "/conformite/OD-10",
        "an article nobody loaded": f"/droit/{CODE}/L999-1",
    }.items():
        visitor.go(address)
        yield words
    visitor.go("/droit/veille/nouvelle")
    dare(page)
    send(page, ".save-bar .btn-primary")
    yield "a change refused by its form"
    page.select_option("#organisation_id", index=1)
    page.fill("#title", f"Décret à venir {language_of(page)}")
    page.select_option("#text_identifier", CODE)
    page.fill("#articles", number)
    page.fill("#changes", "Un délai de plus pour répondre.")
    page.select_option("#status", index=1)
    send(page, ".save-bar .btn-primary")
    yield "a change that is followed"
    visitor.go(str(page.locator("a[href^='/droit/veille/'][href$='/modifier']").first.get_attribute("href")))
    yield "a change of law amended"
    visitor.go(str(page.locator("a[href^='/droit/veille/'][href$='/annuler']").first.get_attribute("href")))
    yield "a change of law to set aside"
    dare(page)
    send(page)
    yield "a change set aside without a reason"


def refusals(visitor: Visitor) -> States:
    """What is not there, what is not allowed, what was sent without the page's own token."""
    page = visitor.page
    for words, address in {
        "a sheet that is not there": "/jeux/99999999",
        "an address nobody knows": "/nulle-part",
        "a page for others": "/comptes",
    }.items():
        visitor.go(address)
        yield words
    visitor.go("/jeux/nouveau")
    page.fill("#title", "Fiche d’un autre temps")
    page.evaluate("document.querySelectorAll('input[name=_csrf]').forEach(one => { one.value = 'x'; })")
    send(page, ".save-bar .btn-primary")
    yield "a form from another time"


ROOMS: tuple[Callable[[Visitor], States], ...] = (
    many_at_once, one_sheet, lists, desk, appointments, documents, systems, activities, assessments,
    deviations, moves, publications, governance, training, the_public, refusals,
)  # fmt: skip


def of_a_steward(served: Served, folder: Path, **how: str) -> Iterator[tuple[Visitor, str]]:
    """Every state a steward meets, and a DPO for what only a DPO records, each shown in the browser when it is said."""
    officer = served.open("dpo", **how)
    yield from ((officer, name) for name in matters(officer))
    yield from ((officer, name) for name in retention(officer))
    yield from ((officer, name) for name in binding(officer))
    lawyer = served.open("legal", **how)
    yield from ((lawyer, name) for name in law(lawyer, served.home, folder))
    yield from ((lawyer, name) for name in simulations(lawyer))
    yield from ((lawyer, name) for name in adoptions(lawyer))
    yield from ((lawyer, name) for name in delegations(lawyer))
    yield from ((lawyer, name) for name in contracts(lawyer))
    yield from ((lawyer, name) for name in deliveries(lawyer, folder))
    yield from ((lawyer, name) for name in essential_data(lawyer, folder))
    visitor = served.open("steward", **how)
    yield from ((visitor, name) for name in imports(visitor, folder))
    yield from ((visitor, name) for name in record_imports(visitor, folder))
    yield from ((visitor, name) for name in evidence(visitor, folder))
    yield from ((visitor, name) for name in inspections(visitor, folder))
    yield from stand_ins(served.open("administrator", **how), visitor)
    for room in ROOMS:
        yield from ((visitor, name) for name in room(visitor))
