"""The states of the pages where rules are tried, adopted, withdrawn and validated: a jurist goes to each."""

from tests.journeys.acting import States, dare, language_of, send
from tests.journeys.conftest import Visitor

OWN_RULE = """\
id: {number}
title: Titre choisi pour essai
title_en: Title chosen for a trial
subject: dataset
force: recommendation
severity: minor
stake: null
principle: null
remedy: Rien à faire.
remedy_en: Nothing to do.
owed_by: [steward]
versions:
  - effective_from: 2024-01-01
    status: in-force
    text: Délibération d’essai
    article: article 1
    evidence: memory
    when: dataset.published_online
    require: dataset.licence == 'odbl-1.0'
cases:
  - says: Sous ODbL, le jeu suit la règle.
    today: 2026-11-26
    facts: {{dataset.published_online: true, dataset.licence: odbl-1.0}}
    expect: compliant
  - says: Sous une autre licence, non.
    today: 2026-11-26
    facts: {{dataset.published_online: true, dataset.licence: etalab-2.0}}
    expect: non-compliant
  - says: Sans licence connue, à compléter.
    today: 2026-11-26
    facts: {{dataset.published_online: true}}
    expect: to-complete
  - says: Hors ligne, la règle ne dit rien.
    today: 2026-11-26
    facts: {{dataset.published_online: false}}
    expect: not-applicable
"""


def simulations(visitor: Visitor) -> States:
    """A draft begun from a rule and refused with its lines, and the law of another day tried to its end."""
    page = visitor.page
    visitor.go("/conformite/simulations?regle=OD-05")
    yield "a draft begun from a rule"
    page.fill("#draft", "id: OD-05\ntitre: Licence choisie\n")
    page.locator("#verification li").wait_for(timeout=30_000)
    yield "a draft checked while it is written"
    send(page, "form:has(#draft) button")
    yield "a draft refused with its lines"
    page.fill("#law_of", "2015-01-01")
    send(page, "form:has(#law_of) button")
    page.locator("main a[href^='/conformite/simulations/']").last.wait_for(timeout=120_000)
    visitor.go(f"/conformite/simulations/{page.url.rpartition('/')[2]}")
    yield "what a simulation says"


def adoptions(visitor: Visitor) -> States:
    """A rule of one's own tried, adopted and withdrawn, each without its reason first; and a text to validate."""
    page = visitor.page
    number = {"fr": "ESSAI-01"}.get(language_of(page), "ESSAI-02")
    visitor.go("/conformite/simulations")
    page.fill("#draft", OWN_RULE.format(number=number))
    send(page, "form:has(#draft) .btn-primary")
    page.locator("main a[href^='/conformite/simulations/']").last.wait_for(timeout=120_000)
    tried = f"/conformite/simulations/{page.url.rpartition('/')[2]}"
    visitor.go(f"{tried}/adopter")
    yield "a draft to adopt"
    dare(page)
    send(page)
    yield "an adoption without its reason"
    page.fill("#reason", "Délibération du conseil")
    send(page)
    yield "a rule just adopted"
    visitor.go(f"/conformite/{number}/retirer")
    yield "the withdrawal of a rule"
    dare(page)
    send(page)
    yield "a rule withdrawn without a reason"
    page.fill("#reason", "Elle faisait double emploi")
    send(page)
    yield "a rule withdrawn"
    visitor.go("/conformite/OD-07/validation")
    yield "a text to validate"
