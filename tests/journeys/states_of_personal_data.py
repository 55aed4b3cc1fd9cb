"""The states of the pages of personal data that no link leads to, as those of `states.py`."""

from pathlib import Path

from tests.journeys.acting import States, dare, language_of, send, sheet_of
from tests.journeys.conftest import Visitor

RECORD = (
    "Nom;Base légale;Finalité;Personnes concernées;Catégories de données;Date de modification\n"
    "Essai {language};Mission d’intérêt public;Essayer;Usagers;Coordonnées;12/03/2024\n"
    "Autre {language};Au feeling;Essayer;;Zodiaque;31/02/2024\n"
)


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
    visitor.go("/traitements/nouveau?modele=etat-civil")
    yield "the form of an activity copied from a template"
    page.fill("#name", f"État civil d’essai {language_of(page)}")
    send(page, "main .save-bar .btn-primary")
    yield "an activity whose measures are to confirm"
    visitor.go(page.url.removeprefix(visitor.origin).partition("?")[0] + "/modele")
    yield "what moved in a template"
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
    visitor.go(f"/conservation/regles/nouvelle?code={'BULMUN' if language_of(page) == 'fr' else 'NOTESERV'}")
    send(page, ".save-bar .btn-primary")
    yield "a rule validated"
    visitor.go("/conservation/regles")
    visitor.go(str(page.locator("a[href^='/conservation/regles/'][href$='/modifier']").first.get_attribute("href")))
    yield "a rule to amend"
    visitor.go("/jeux")
    own = page.locator("tbody th a[href^='/jeux/']").first.get_attribute("href") or ""
    number = own.partition("?")[0].partition("#")[0].removeprefix("/jeux/")
    visitor.go(f"/conservation/du-jeu/{number}")
    page.fill("#intermediate_months", "12")
    send(page, ".save-bar .btn-primary")
    yield "a retention refused"
    visitor.go(f"/conservation/du-jeu/{number}/gel")
    yield "a dataset to put on hold"
