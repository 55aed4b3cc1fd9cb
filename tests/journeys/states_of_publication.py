"""The states of what opens a dataset or closes it, of visas handed over, and of who decides together."""

from datetime import timedelta

from registry.platform.clock import today
from tests.journeys.acting import States, dare, send, sheet_of
from tests.journeys.conftest import Visitor


def publications(visitor: Visitor) -> States:
    """A secret and a decision refused by their forms, then the reasons asked for taking down what is published."""
    page = visitor.page
    number = sheet_of(visitor).rpartition("/")[2]
    own = f"/publication/du-jeu/{number}"
    visitor.go(own)
    yield "what stands in the way of a publication"
    visitor.go(page.locator(f"a[href^='{own}/secrets/']").first.get_attribute("href") or "")
    dare(page)
    send(page, ".save-bar .btn-primary")
    yield "a secret left without an answer"
    visitor.go(f"{own}/decider")
    dare(page)
    page.fill("#decided_on", "2999-01-01")
    send(page, ".save-bar .btn-primary")
    yield "a decision refused by its form"
    visitor.go(f"{own}/occultation")
    yield "the fields to take out"
    visitor.go("/jeux?etape=published")
    for link in [one.get_attribute("href") for one in page.locator("tbody th a").all()]:
        visitor.go(f"/publication/du-jeu/{(link or '').rpartition('/')[2]}")
        if (taking := page.locator("main a[href$='/retirer']")).count():
            taking.first.click()
            break
    yield "what takes a publication down"
    dare(page)
    send(page)
    yield "a publication taken down without a reason"


def delegations(visitor: Visitor) -> States:
    """A visa handed over: refused by its form, handed over, ended without a reason, ended."""
    page = visitor.page
    visitor.go("/visas/delegations")
    yield "the visas handed over"
    dare(page)
    page.fill("#ends_on", "2001-01-01")
    send(page)
    yield "a visa handed over until a day before its first"
    page.select_option("#delegate_id", index=1)
    page.fill("#ends_on", (today() + timedelta(days=10)).isoformat())
    send(page)
    yield "a visa just handed over"
    visitor.go(page.locator("a[href$='/fin']").first.get_attribute("href") or "")
    yield "the end of a delegation"
    dare(page)
    send(page)
    yield "a delegation ended without a reason"
    page.fill("#reason", "Retour plus tôt que prévu")
    send(page)
    yield "a delegation ended"


def governance(visitor: Visitor) -> States:
    """A body, a meeting and an action, each refused by its form first; an action of no decision."""
    page = visitor.page
    for words, address in {
        "a body": "/gouvernance/instances/nouvelle",
        "an action": "/gouvernance/actions/nouvelle",
    }.items():
        visitor.go(address)
        dare(page)
        send(page, ".save-bar .btn-primary")
        yield f"{words} refused by its form"
    visitor.go("/gouvernance")
    body = page.locator("main a[href^='/gouvernance/instances/']:not([href$=nouvelle])").first
    visitor.go(body.get_attribute("href") or "")
    visitor.go(page.locator("a[href$='/seances/nouvelle']").first.get_attribute("href") or "")
    dare(page)
    page.fill("#held_on", "")
    send(page, ".save-bar .btn-primary")
    yield "a meeting refused by its form"
    for words, address in {
        "the stakes, service by service": "/gouvernance/enjeux",
        "the plan narrowed to nothing": "/gouvernance/actions?etat=dropped&enjeu=1",
        "an action of no such decision": "/gouvernance/actions/nouvelle?decision=999999",
        "the bodies set aside": "/gouvernance?annulees=true",
    }.items():
        visitor.go(address)
        yield words


def training(visitor: Visitor) -> States:
    """A course refused by its form, recorded, a session refused then held, and both set aside."""
    page = visitor.page
    visitor.go("/gouvernance/formations/nouvelle")
    yield "a course to record"
    dare(page)
    send(page)
    yield "a course refused by its form"
    page.select_option("#organisation_id", index=page.locator("#organisation_id option").count() - 1)
    page.fill("#title", "Formation d’essai")
    page.locator("input[type=checkbox][name=audiences]").first.check()
    send(page)
    own = page.url.removeprefix(visitor.origin).partition("?")[0]
    yield "a course recorded"
    visitor.go(f"{own}/modifier")
    yield "a course to amend"
    visitor.go(f"{own}/sessions/nouvelle")
    dare(page)
    send(page, ".save-bar .btn-primary")
    yield "a session refused by its form"
    page.fill("#held_on", today().isoformat())
    send(page, ".save-bar .btn-primary")
    yield "a session held"
    session = page.locator("main a[href^='/gouvernance/sessions/']").first.get_attribute("href") or ""
    visitor.go(session)
    yield "a session to amend"
    visitor.go(f"{session.removesuffix('/modifier')}/annuler")
    yield "a session to set aside"
    visitor.go("/gouvernance/formations?etat=a-former")
    yield "who is to be trained"
    visitor.go(f"{own}/annuler")
    yield "a course to set aside"
    dare(page)
    send(page)
    yield "a course set aside without a reason"


def the_public(visitor: Visitor) -> States:
    """What citizens are shown: the catalogue searched in vain, a dataset that is not there."""
    for words, address in {
        "the public catalogue": "/catalogue",
        "the public catalogue, of nothing": "/catalogue?q=introuvable",
        "a public dataset that is not there": "/catalogue/jeux/99999999",
        "the directors' page": "/pilotage",
        "the directors' page for elected members": "/pilotage?version=elus",
        "what is due": "/echeances",
    }.items():
        visitor.go(address)
        yield words
