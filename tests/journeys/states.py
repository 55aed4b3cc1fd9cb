"""The states of pages that no link leads to: what a form answers, an import under way, two changes at once.

Each function goes to them one after the other, and says each by its name once it is shown. Words are those of no
language: parts of a page are found by their address, their name or their place.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page

from registry.platform.clock import today
from tests.journeys.conftest import Served, Visitor

States = Iterator[str]
MAIN = "main form:not([role=search]) .btn-primary"
OWN_HEADERS = "Nom du jeu;Périodicité;Bidule {language}\nArbres d’essai;tous les ans;x\nBancs d’essai;parfois;y\n"
RECORD = (
    "Nom;Base légale;Finalité;Personnes concernées;Catégories de données;Date de modification\n"
    "Essai {language};Mission d’intérêt public;Essayer;Usagers;Coordonnées;12/03/2024\n"
    "Autre {language};Au feeling;Essayer;;Zodiaque;31/02/2024\n"
)
KNOWN_HEADERS = "ID;TITRE;DESCRIPTION;FREQ_MAJ\nessai-1;Fanions;Où ils sont;Annuelle\nessai-2;;Sans titre;parfois\n"


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


def record_imports(visitor: Visitor, folder: Path) -> States:
    """A record brought in: refused, previewed, half chosen, undone; then an activity as it stood."""
    page = visitor.page
    visitor.go("/traitements/imports")
    send(page)
    yield "an import of no record"
    (folder / "registre.csv").write_text(RECORD.format(language=language_of(page)), "utf-8")
    page.set_input_files("#file", folder / "registre.csv")
    send(page)
    yield "a preview of a record"
    for choice in page.locator("input[name=take]").all():
        choice.uncheck()
    send(page, "form[action$='/appliquer'] button")
    yield "nothing chosen of a record"
    send(page, "form[action$='/appliquer'] button")
    yield "a record brought in"
    page.locator("main h3 a").first.click()
    page.wait_for_load_state()
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    for past in ("historique", "etat", "etat?le=1999-01-01"):
        visitor.go(f"{own}/{past}")
        yield f"the past of an activity: {past}"
    visitor.go("/traitements/imports")
    yield "the imports of records"
    page.locator("main tbody th a").first.click()
    page.wait_for_load_state()
    send(page, "form[action$='/defaire'] button")
    yield "a record taken back"


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
        "findings narrowed": "/conformite/constats?regles=obligations&constat=to-complete",
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
    """A report refused, and one under way."""
    page = visitor.page
    visitor.go("/documents")
    page.fill("#as_of", "1999-01-01")
    send(page)
    yield "a report of a day before the registry"
    visitor.go("/documents")
    page.select_option("#scope", index=page.locator("#scope option").count() - 1)
    send(page)
    yield "a report under way"


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


def activities(visitor: Visitor) -> States:
    """A processing activity refused, recorded, annulled."""
    page = visitor.page
    visitor.go("/traitements/nouveau")
    dare(page)
    send(page)
    yield "an activity refused"
    page.fill("#name", f"Traitement d’essai {language_of(page)}")
    send(page)
    yield "an activity recorded"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    for part in ("donnees", "droits", "destinataires", "transferts", "systemes", "mandants", "jeux"):
        visitor.go(f"{own}/parties/{part}")
        yield f"a part of an activity to fill: {part}"
    visitor.go(f"{own}/parties/transferts")
    page.fill("#row-0-recipient", "Hébergeur")
    send(page)
    yield "a part of an activity refused"
    page.select_option("#row-0-country", "US")
    send(page)
    yield "an activity with a part"
    visitor.go(f"{own}/annuler")
    page.fill("#reason", "Essai")
    send(page)
    yield "an activity annulled"
    number = sheet_of(visitor).rpartition("/")[2].partition("?")[0]
    visitor.go(f"/traitements/du-jeu/{number}")
    yield "the activities of a dataset"


def assessments(visitor: Visitor) -> States:
    """Whether an impact assessment is due, one begun, each of its steps, one that lacks something, one annulled."""
    page = visitor.page
    visitor.go("/traitements/nouveau")
    page.fill("#name", f"Traitement à analyser {language_of(page)}")
    send(page)
    activity = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(f"{activity}/besoin-aipd")
    for code in ("systematic-monitoring", "large-scale"):
        page.check(f"input[name=criterion_{code}][value=true]")
    page.check("#required_none")
    page.check("#exempt_none")
    page.check("input[name=law_assessed][value=false]")
    send(page, "main .save-bar .btn-primary")
    yield "an impact assessment due"
    visitor.go(f"/aipd/nouvelle?traitement={activity.rpartition('/')[2]}")
    page.fill("#title", "")
    dare(page)
    send(page, "main .save-bar .btn-primary")
    yield "an impact assessment refused"
    page.fill("#title", f"AIPD d’essai {language_of(page)}")
    send(page, "main .save-bar .btn-primary")
    own = page.url.removeprefix(visitor.origin).partition("/etapes")[0]
    for step in ("contexte", "principes", "risques", "mesures", "avis"):
        visitor.go(f"{own}/etapes/{step}")
        yield f"a step of an impact assessment: {step}"
    visitor.go(own)
    yield "an impact assessment begun"
    visitor.go(f"{own}/annuler")
    page.fill("#reason", "Essai")
    send(page)
    yield "an impact assessment annulled"


def matters(visitor: Visitor) -> States:
    """A breach and a request of a DPO: refused, recorded, notified late, extended, answered."""
    page = visitor.page
    visitor.go("/violations/nouvelle")
    page.fill("#known_at", "2026-01-05T09:00")
    dare(page)
    send(page)
    yield "a breach refused"
    page.fill("#title", f"Violation d’essai {language_of(page)}")
    page.check("input[name=natures][value=availability]")
    send(page)
    yield "a breach recorded"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(f"{own}/touche")
    send(page, "form[method=post] .btn-primary")
    yield "nothing said to be touched"
    page.select_option("#activity_id", index=1)
    send(page, "form:has(#activity_id) .btn-primary")
    yield "what a breach touched"
    visitor.go(f"/preuves/nouvelle?genre=breach&fiche={own.rpartition('/')[2]}")
    yield "the form of a confided proof"
    visitor.go(f"{own}/notifier")
    send(page)
    yield "a late notification refused"
    visitor.go("/demandes/nouvelle")
    yield "what is asked for"
    visitor.go("/demandes/nouvelle?regime=gdpr")
    dare(page)
    send(page)
    yield "a request refused"
    page.select_option("#right", "access")
    page.fill("#subject", f"Demande d’essai {language_of(page)}")
    send(page)
    yield "a request recorded"
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(f"{own}/prolonger")
    page.fill("#extension_reasons", "Essai")
    send(page)
    yield "a request extended"
    visitor.go(f"{own}/repondre")
    page.select_option("#outcome", "refused")
    send(page)
    yield "a refusal without grounds refused"


def binding(visitor: Visitor) -> States:
    """A contract, the processors of an activity, an arrangement and a measure of a DPO: refused, then kept."""
    page = visitor.page
    visitor.go("/contrats/nouveau")
    dare(page)
    send(page)
    yield "a contract refused"
    page.fill("#object", f"Contrat d’essai {language_of(page)}")
    page.select_option("#kind", "agreement")
    send(page)
    yield "a contract kept"
    visitor.go("/traitements")
    activity = str(page.locator("tbody th a").first.get_attribute("href"))
    visitor.go(f"{activity}/sous-traitants")
    page.fill("#row-0-task", "Essai")
    send(page)
    yield "a processor without a name refused"
    visitor.go(f"{activity}/responsables-conjoints")
    page.fill("#outline_published_on", "2025-02-01")
    page.fill("#agreed_on", "2025-03-01")
    send(page)
    yield "an arrangement refused"
    page.fill("#outline_published_on", "2025-04-01")
    send(page)
    yield "an arrangement kept"
    visitor.go(f"{activity}/grandes-lignes")
    yield "the outline of an arrangement"
    visitor.go("/mesures/nouvelle")
    dare(page)
    page.fill("#cost", "beaucoup")
    send(page)
    yield "a measure refused"
    page.fill("#cost", "12,50")
    page.fill("#name", f"Mesure d’essai {language_of(page)}")
    send(page)
    yield "a measure kept"


def evidence(visitor: Visitor, folder: Path) -> States:
    """A document on a sheet: refused without its file, kept, renewed, corrected, taken off, annulled."""
    page = visitor.page
    proof = folder / "preuve.txt"
    proof.write_text(f"Pièce d’essai {language_of(page)}", "utf-8")
    sheet = sheet_of(visitor)
    visitor.go(f"/preuves/nouvelle?genre=dataset&fiche={sheet.rpartition('/')[2]}")
    dare(page)
    send(page)
    yield "a proof without a file"
    page.set_input_files("#file", proof)
    page.fill("#title", f"Pièce d’essai {language_of(page)}")
    page.select_option("#kind", "other")
    page.fill("#proves", "Ce qu’elle prouve")
    send(page)
    yield "a proof kept"
    own = page.url.removeprefix(visitor.origin).partition("?")[0].partition("#")[0]
    if not own.startswith("/preuves/"):
        page.locator("#preuves h3 a", has_text=f"Pièce d’essai {language_of(page)}").first.click()
        own = page.url.removeprefix(visitor.origin).partition("?")[0]
    visitor.go(own)
    yield "a proof"
    visitor.go(f"{own}/edition")
    dare(page)
    send(page)
    yield "an edition without a file"
    visitor.go(f"{own}/modifier")
    dare(page)
    page.fill("#title", "")
    send(page)
    yield "a proof without a title"
    visitor.go(own)
    visitor.go(str(page.locator("a[href*='/liens/']").first.get_attribute("href")))
    yield "why a proof is taken off a sheet"
    visitor.go(f"{own}/annuler")
    yield "why a proof is annulled"
    dare(page)
    send(page)
    yield "a proof annulled without a reason"
    page.fill("#reason", "Pièce d’essai")
    send(page)
    yield "a proof annulled"


def inspections(visitor: Visitor, folder: Path) -> States:
    """Personal data looked for in an extract, what is suggested, and each thing a person makes of it."""
    page = visitor.page
    extract = folder / "extrait.csv"
    lines = "".join(f"06 1{rank} 34 56 78;marie.petit{rank}@orange.fr;540\n" for rank in range(10, 40))
    extract.write_text(f"Tél;Courriel;Quotient familial {language_of(page)}\n{lines}", "utf-8")
    (folder / "vide.csv").write_text("", "utf-8")
    own = f"{sheet_of(visitor).partition('?')[0]}/inspection"
    read, gesture = "#lire form button", ".gestures button[name^='decision-']"
    visitor.go(own)
    yield "a dataset that nobody searched"
    send(page, read)
    yield "an inspection without a file"
    page.set_input_files("#file", folder / "vide.csv")
    send(page, read)
    yield "an inspection of a file that holds nothing"
    page.set_input_files("#file", extract)
    send(page, read)
    yield "what an extract suggests"
    refuse = "document.querySelector('#a-examiner details').open = true"
    page.evaluate(refuse)
    send(page, "#a-examiner button[value='refused']")
    yield "a suggestion refused without a reason"
    page.evaluate(refuse)
    send(page, "#a-examiner button[value^='refused:']")
    yield "a suggestion refused"
    send(page, f"{gesture}[value='kept']")
    yield "a suggestion kept"
    send(page, f"{gesture}[value='confirmed']")
    yield "a suggestion confirmed"
    send(page, f"{gesture}[value='waiting']")
    yield "a refusal taken back"


def retention(visitor: Visitor) -> States:
    """What is kept and until when, the rules, holds and slips of a DPO: said, refused, placed, lifted."""
    page = visitor.page
    for words, address in {
        "what is kept": "/conservation",
        "what is kept, narrowed to nothing": "/conservation?etat=over",
        "retention rules": "/conservation/regles",
        "a rule to validate": "/conservation/regles/nouvelle?code=BIBLIO",
        "a file of rules to take": "/conservation/regles/reprendre",
        "holds in force": "/conservation/gels",
        "holds lifted": "/conservation/gels?leves=true",
        "slips of disposal": "/conservation/bordereaux",
        "what a slip may list": "/conservation/bordereaux/nouveau",
    }.items():
        visitor.go(address)
        yield words
    visitor.go("/jeux")
    own = page.locator("tbody th a[href^='/jeux/']").first.get_attribute("href") or ""
    number = own.partition("?")[0].partition("#")[0].removeprefix("/jeux/")
    visitor.go(f"/conservation/du-jeu/{number}")
    page.fill("#intermediate_months", "12")
    send(page, ".save-bar .btn-primary")
    yield "a retention refused"
    visitor.go(f"/conservation/du-jeu/{number}/gel")
    yield "a dataset to put on hold"


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
    many_at_once, one_sheet, lists, desk, appointments, documents, systems, activities, assessments, refusals,
)  # fmt: skip


def of_a_steward(served: Served, folder: Path, **how: str) -> Iterator[tuple[Visitor, str]]:
    """Every state a steward meets, and a DPO for what only a DPO records, each shown in the browser when it is said."""
    officer = served.open("dpo", **how)
    yield from ((officer, name) for name in matters(officer))
    yield from ((officer, name) for name in retention(officer))
    yield from ((officer, name) for name in binding(officer))
    visitor = served.open("steward", **how)
    yield from ((visitor, name) for name in imports(visitor, folder))
    yield from ((visitor, name) for name in record_imports(visitor, folder))
    yield from ((visitor, name) for name in evidence(visitor, folder))
    yield from ((visitor, name) for name in inspections(visitor, folder))
    for room in ROOMS:
        yield from ((visitor, name) for name in room(visitor))
