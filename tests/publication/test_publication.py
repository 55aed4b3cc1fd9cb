"""From the secrets of a dataset to its publication: questions, decision, gate, taking down, fields that leave."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from registry.datasets.forms import FieldForm
from registry.datasets.vocabulary import Stage
from registry.documents.forms import EvidenceForm
from registry.documents.service import ReceivedFile, record_evidence
from registry.documents.vocabulary import FileType
from registry.kernel.permissions import Role
from registry.lifecycle.service import facts_now
from registry.organisations.forms import OrganisationForm
from registry.organisations.service import amend_organisation
from registry.platform.lists import load_list
from registry.publication.rules import PART, ranks
from registry.publication.vocabulary import SecretRank
from registry.web.templating import say_day
from tests.conftest import Someone, Town
from tests.lifecycle.moving import READY, amend, answer, ask, decide_to_open, last_request, place, plain, stage_of
from tests.public.conftest import publish

pytestmark = pytest.mark.database
OPEN = {"outcome": "open", "reason": "Communicable à tous et utile aux habitants.", "licence": "etalab-2.0"}


def version_of(who: Someone, sheet: int) -> int:
    number: int = who.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["version"]
    return number


def reply(who: Someone, sheet: int, secret: str, given: str, **more: str) -> Response:
    said = {"answer": given, "version": str(version_of(who, sheet)), "ground": "Vu ligne à ligne."}
    return who.post(f"/publication/du-jeu/{sheet}/secrets/{secret}", said | more)


def deny(who: Someone, sheet: int) -> Response:
    said = {"ground": "Ni personne ni réseau sensible.", "version": str(version_of(who, sheet))}
    return who.post(f"/publication/du-jeu/{sheet}", said)


def decide(who: Someone, town: Town, sheet: int, **said: Any) -> Response:
    day = town.info["today"]().isoformat()
    return who.post(
        f"/publication/du-jeu/{sheet}/decider", {"decided_on": day, "version": str(version_of(who, sheet)), **said}
    )


def attach(town: Town, sheet: int, kind: str = "decision") -> int:
    """A piece of evidence attached to a dataset."""
    with town.acting() as session:
        form = EvidenceForm(kind=kind, title="Décision d’homologation", subject_kind="dataset", subject_id=sheet)
        file = ReceivedFile("0" * 64, 1, FileType.PDF, "decision.pdf")
        return record_evidence(session, town.authority_id, form, file).id


def homologated(town: Town, sheet: int, licence: str = "cc-by-4.0") -> dict[str, str]:
    """What a decision says to open under a licence that the State homologated, its piece attached."""
    piece = str(attach(town, sheet))
    return {
        **OPEN, "licence": licence, "licence_reference": "n° 12", "homologated_on": "2019-03-04",
        "homologation_id": piece,
    }  # fmt: skip


def concluded(who: Someone, sheet: int) -> str:
    found: str = who.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["conclusion"]
    return found


def test_secrets_are_answered_one_by_one_and_lead_to_who_may_be_given_the_dataset(town: Town):
    sheet, steward = town.record(), town.someone(Role.STEWARD)
    codes = list(load_list("secrets"))
    assert "15 questions" not in steward.get(f"/publication/du-jeu/{sheet}").text
    assert concluded(steward, sheet) == "unknown"

    refused = reply(steward, sheet, codes[0], "no", ground="")
    assert refused.status_code == 422
    assert "Dites en quelques mots pourquoi" in refused.text
    went = reply(steward, sheet, codes[0], "no")
    assert went.headers["location"].startswith(f"/publication/du-jeu/{sheet}/secrets/{codes[1]}"), "the next question"

    assert reply(steward, sheet, "l311-6-privacy", "yes", ground="Le nom des riverains y est.").status_code == 303
    assert deny(steward, sheet).status_code == 303
    assert concluded(steward, sheet) == "unknown", "whether the names can be taken out is not known"
    reply(steward, sheet, PART, "yes")
    assert concluded(steward, sheet) == "after-redaction"
    page = steward.get(f"/publication/du-jeu/{sheet}").text
    assert "Le nom des riverains y est." in page
    assert "L311-6 1°" in page
    assert "Communicable après occultation" in steward.get(f"/jeux/{sheet}").text, "and its sheet says so"


def test_an_answer_is_revised_and_the_ledger_keeps_what_it_was(town: Town):
    sheet, steward = town.record(), town.someone(Role.STEWARD)
    reply(steward, sheet, "l311-5-2d", "yes", until="2099-01-01")
    read = version_of(steward, sheet)
    assert reply(steward, sheet, "l311-5-2d", "no").status_code == 303
    late = steward.post(
        f"/publication/du-jeu/{sheet}/secrets/l311-5-2d",
        {"answer": "yes", "ground": "Trop tard.", "version": str(read)},
    )
    assert late.status_code == 409, "somebody answered meanwhile"
    query = text("SELECT snapshot ->> 'answer' FROM ledger_entry WHERE table_name = 'secret_answer' ORDER BY id")
    with town.acting() as session:
        assert list(session.execute(query).scalars()) == ["yes", "no"]


def test_a_day_ends_a_secret_alone(town: Town):
    sheet, steward = town.record(), town.someone(Role.STEWARD)
    assert reply(steward, sheet, "l311-5-2d", "no", until="2099-01-01").status_code == 422
    assert reply(steward, sheet, PART, "yes", until="2099-01-01").status_code == 422
    assert reply(steward, sheet, "l999-9", "no").status_code == 404


def test_what_a_secret_keeps_is_not_online_before_its_last_day_unless_the_archives_opened_it(town: Town):
    online = {"access_rights": "public", "distributions": [{"access_url": "https://exemple.invalid/a.csv"}]}
    sheet, legal = town.record(**online), town.someone(Role.LEGAL)
    today = town.info["today"]()

    def judged() -> str:
        found = legal.api("GET", f"/api/v1/datasets/{sheet}").json()["findings"]
        return next(str(one["verdict"]) for one in found if one["policy_id"] == "ARCH-04")

    seen = [judged()]
    reply(legal, sheet, "l311-6-privacy", "yes")
    deny(legal, sheet)
    reply(legal, sheet, PART, "yes")
    seen.append(judged())
    reply(legal, sheet, PART, "no")
    seen.append(judged())
    terms = f"/publication/du-jeu/{sheet}/reutilisation"
    for said in ({"declared_absent": "early_opening_on"}, {"early_opening_on": today.isoformat()}, {}):
        assert legal.post(terms, {"version": str(version_of(legal, sheet)), **said}).status_code == 303
        seen.append(judged())
    reply(legal, sheet, "l311-6-privacy", "yes", until=(today - timedelta(days=1)).isoformat())
    seen.append(judged())

    # Nobody looked; whether it was taken out is not known; nobody said whether the archives opened it; they did not;
    # they did; nobody knows again; the secret has ended.
    assert seen == [
        "to-complete", "to-complete", "to-complete", "non-compliant", "compliant", "to-complete", "not-applicable"
    ]  # fmt: skip
    late = {"version": str(version_of(legal, sheet)), "early_opening_on": (today + timedelta(days=1)).isoformat()}
    assert legal.post(terms, late).status_code == 422


def test_a_decision_to_open_needs_its_answers_and_a_licence_the_law_lists(town: Town):
    sheet, legal = town.record(), town.someone(Role.LEGAL)
    early = decide(legal, town, sheet, **OPEN)
    assert early.status_code == 422
    assert "Répondez d’abord à" in early.text
    assert "utile aux habitants" in early.text, "what was typed is kept"

    deny(legal, sheet)
    refused = decide(legal, town, sheet, **OPEN | {"licence": "cc-by-4.0"})
    assert refused.status_code == 422
    assert "D323-2-1" in refused.text
    tomorrow = town.info["today"]() + timedelta(days=1)
    assert decide(legal, town, sheet, **OPEN, decided_on=tomorrow.isoformat()).status_code == 422
    before = decide(legal, town, sheet, **OPEN, decided_on="2020-01-01")
    assert before.status_code == 422
    assert "avant ce sur quoi elle repose" in before.text

    assert decide(legal, town, sheet, **homologated(town, sheet)).status_code == 303
    assert legal.api("GET", f"/api/v1/datasets/{sheet}").json()["licence"] == "cc-by-4.0"
    assert decide(legal, town, sheet, **OPEN).status_code == 303
    decisions = legal.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["decisions"]
    assert [one["state"] for one in decisions] == ["current", "replaced"], "the first one is kept"


def test_a_licence_of_ones_own_asks_the_day_the_number_and_the_piece_of_its_homologation(town: Town):
    sheet, other, legal = town.record(), town.record(title="Parcs"), town.someone(Role.LEGAL)
    deny(legal, sheet)
    form = legal.get(f"/publication/du-jeu/{sheet}/decider").text
    assert f"/preuves/nouvelle?genre=dataset&amp;fiche={sheet}" in form, "where the piece is attached"
    whole, letter, foreign = homologated(town, sheet), attach(town, sheet, "letter"), attach(town, other)
    for name, said in (
        ("licence_reference", "Donnez le numéro"), ("homologated_on", "Donnez la date"),
        ("homologation_id", "joignez d’abord au jeu"),
    ):  # fmt: skip
        refused = decide(legal, town, sheet, **whole | {name: ""})
        assert refused.status_code == 422, name
        assert said in refused.text
    tomorrow = town.info["today"]() + timedelta(days=1)
    for day, said in (
        (tomorrow, "n’a pas encore été prononcée"), (date(2017, 4, 28), "décret du 27 avril 2017"),
    ):  # fmt: skip
        refused = decide(legal, town, sheet, **whole | {"homologated_on": day.isoformat()})
        assert refused.status_code == 422, day
        assert said in plain(refused.text)
    for piece in (letter, foreign, 999_999):
        refused = decide(legal, town, sheet, **whole | {"homologation_id": str(piece)})
        assert refused.status_code == 422, piece
        assert "n’est pas une décision jointe à ce jeu" in refused.text
    proof = "UPDATE evidence_edition SET issued_on = :issued, expires_on = :expires WHERE evidence_id = :id"
    for issued, expires, said in (
        (date(2019, 3, 5), None, "est datée du 5 mars 2019, après"),
        (date(2019, 3, 4), date(2020, 3, 4), "ne valait que jusqu’au 4 mars 2020"),
        (date(2019, 3, 4), None, ""),
    ):
        with town.as_owner() as session:
            session.execute(text(proof), {"issued": issued, "expires": expires, "id": int(whole["homologation_id"])})
        if said:
            refused = decide(legal, town, sheet, **whole)
            assert refused.status_code == 422, said
            assert said in plain(refused.text)
    assert "elle n’a pas à être homologuée" in decide(legal, town, sheet, **whole | {"licence": "odbl-1.0"}).text
    assert legal.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["decisions"] == [], "nothing half-written"
    assert decide(legal, town, sheet, **whole).status_code == 303
    page = legal.get(f"/publication/du-jeu/{sheet}").text
    assert "Décision d’homologation" in page
    assert "4 mars 2019" in plain(page)
    assert "homologuée le" in legal.get(f"/jeux/{sheet}/historique").text


def test_a_file_under_a_licence_of_its_own_is_told_and_judged_as_the_decision_is(town: Town):
    legal, here = town.someone(Role.LEGAL), "https://exemple.invalid"
    files = [
        {"access_url": f"{here}/a.csv", "title": "Lignes", "licence": "cc-by-nc-4.0"},
        {"access_url": f"{here}/b.csv", "title": "Arrêts", "licence": "odbl-1.0"},
        {"access_url": f"{here}/c.csv", "title": "Plan", "licence": "etalab-2.0"},
    ]
    sheet = town.record(licence="etalab-2.0", distributions=files)
    deny(legal, sheet)
    for page in (f"/jeux/{sheet}", f"/publication/du-jeu/{sheet}/decider"):
        told = plain(legal.get(page).text)
        assert "« Lignes » est sous « Creative Commons Attribution, pas d’utilisation commerciale 4.0 »" in told, page
        assert "« Arrêts » est sous « Open Database License" in told
        assert "« Plan »" not in told
        assert told.count("n’est pas sur la liste de l’article D323-2-1 (OD-05)") == 1
    refused = decide(legal, town, sheet, **OPEN)
    assert refused.status_code == 422
    assert "« Lignes » a sa propre licence" in plain(refused.text)
    whole = homologated(town, sheet, "cc-by-nc-4.0")
    assert decide(legal, town, sheet, **whole).status_code == 303, "the State homologated it for this data"
    amend(town.someone(Role.STEWARD), sheet, {"distributions": files[1:]})
    assert decide(legal, town, sheet, **OPEN).status_code == 303


def test_a_refusal_names_its_exception_and_the_very_secret(town: Town):
    sheet, legal = town.record(), town.someone(Role.LEGAL)
    closed = {"outcome": "not-communicable", "reason": "Le plan des réseaux y est."}
    assert "Dites l’exception de la loi" in decide(legal, town, sheet, **closed).text
    unsaid = decide(legal, town, sheet, **closed, refusal="l311-5", secret="l311-5-2d")
    assert unsaid.status_code == 422
    assert "répondez d’abord" in unsaid.text
    reply(legal, sheet, "l311-5-2d", "yes")
    assert decide(legal, town, sheet, **closed, refusal="l311-5", secret="l311-6-privacy").status_code == 422
    assert decide(legal, town, sheet, **closed, refusal="archives").status_code == 422
    assert decide(legal, town, sheet, **closed, refusal="other").status_code == 422
    to_somebody = decide(legal, town, sheet, **closed, refusal="l311-6", secret="l311-6-privacy")
    assert to_somebody.status_code == 422
    assert "se communique à la personne concernée" in plain(to_somebody.text)
    assert decide(legal, town, sheet, **closed, refusal="l311-5", secret="l311-5-2d").status_code == 303
    found = legal.api("GET", f"/api/v1/findings?subject_kind=dataset&subject_id={sheet}&policy_id=CDV-05").json()
    assert found["findings"][0]["verdict"] == "compliant"
    preparatory = decide(legal, town, sheet, **closed, refusal="l311-2")
    assert preparatory.status_code == 303, "it is nobody's until what it prepares is decided (CRPA L311-2)"


def test_nothing_is_published_without_a_decision_to_open_that_still_stands(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    stopped = ask(steward, sheet, "publish")
    assert stopped.status_code == 409
    assert "CDV-12" in stopped.text

    decide_to_open(town, sheet)
    reply(legal, sheet, "l311-6-privacy", "unknown", ground="")
    assert "décidez de nouveau" in legal.get(f"/jeux/{sheet}").text, "the answers no longer allow it"
    assert ask(steward, sheet, "publish").status_code == 409
    reply(legal, sheet, "l311-6-privacy", "no")
    assert ask(steward, sheet, "publish").status_code == 303
    beside = legal.get(f"/visas/{last_request(town, sheet)}").text
    assert f"/publication/du-jeu/{sheet}/occultation" in beside, "who endorses reads what leaves"
    assert answer(legal, last_request(town, sheet), "legal").status_code == 303
    assert stage_of(town, sheet) == "published"


def test_what_must_be_redacted_is_published_once_that_is_proved(town: Town):
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    place(town, sheet, Stage.CLEARED)
    reply(legal, sheet, "l311-6-business", "yes")
    deny(legal, sheet)
    reply(legal, sheet, PART, "yes")
    assert "après occultation" in decide(legal, town, sheet, **OPEN).text
    assert decide(legal, town, sheet, **OPEN | {"outcome": "once-treated"}).status_code == 303
    assert ask(steward, sheet, "publish").status_code == 409
    form = {
        "kind": "redaction",
        "title": "Fichier sans les tarifs",
        "subject_kind": "dataset",
        "subject_id": str(sheet),
    }
    page = legal.get(f"/preuves/nouvelle?genre=dataset&fiche={sheet}").text
    assert "Preuve d’occultation" in page
    sent = legal.post("/preuves/nouvelle", form, files={"file": ("note.txt", b"Colonnes otees : tarif.", "text/plain")})
    assert sent.status_code == 303, sent.text
    assert ask(steward, sheet, "publish").status_code == 303


def test_a_publication_is_taken_down_with_its_reason_and_the_lifecycle_withdraws_it(town: Town):
    sheet, steward = town.record(**READY), town.someone(Role.STEWARD)
    decide_to_open(town, sheet)
    with town.as_owner() as session:
        publish(session, sheet)
    reply(steward, sheet, "l311-6-privacy", "yes")
    closed = {"outcome": "restricted", "reason": "Des noms y sont.", "refusal": "l311-6", "secret": "l311-6-privacy"}
    assert decide(steward, town, sheet, **closed).status_code == 409, "it is online: it is taken down first"

    where = f"/publication/du-jeu/{sheet}/retirer"
    for form in (where, f"/jeux/{sheet}/etape"):
        assert "dans les 72 heures" in plain(steward.get(form).text)
    assert steward.post(where, {"reason": "", "version": str(version_of(steward, sheet))}).status_code == 422
    said = {"reason": "L’agent Lefebvre et DUPONT Jean y sont lisibles.", "version": str(version_of(steward, sheet))}
    assert steward.post(where, said | {"public_ground": "gossip"}).status_code == 422, "a ground of the list, or none"
    left = steward.post(where, said | {"public_ground": "personal-data"})
    assert left.status_code == 303
    assert "Le public en lit le jour" in plain(steward.get(left.headers["location"]).text)
    assert stage_of(town, sheet) == "withdrawn"
    assert "Lefebvre" in steward.get(f"/publication/du-jeu/{sheet}").text
    assert "Dit au public" in steward.get(f"/jeux/{sheet}/etape").text
    gone = town.client.get(f"/catalogue/jeux/{sheet}")
    assert (gone.status_code, "Des données personnelles y figuraient" in gone.text) == (410, True)
    assert not any(name in gone.text for name in ("Lefebvre", "DUPONT")), "what is written within stays within"
    again = steward.post(where, said | {"version": str(version_of(steward, sheet))})
    assert again.status_code == 409
    assert "rien à retirer" in again.text


def test_each_field_says_whether_it_leaves_and_on_which_ground(town: Town):
    steward = town.someone(Role.STEWARD)
    fields = [
        {"name": "nom", "personal_category": "identity"}, {"name": "rue", "personal_category": "none"},
        {"name": "note"},
    ]  # fmt: skip
    sheet = town.record(personal_data="personal", fields=fields)
    told = steward.api("GET", f"/api/v1/datasets/{sheet}/redaction").json()
    assert [one["fate"] for one in told["fields"]] == ["À ôter ou anonymiser", "Reste", "À examiner"]
    assert (told["leaving"], told["unknown"]) == (1, 1)
    page = steward.get(f"/publication/du-jeu/{sheet}/occultation").text
    assert "L312-1-2" in page
    assert "D312-1-3" in page
    empty = steward.get(f"/publication/du-jeu/{town.record('Sans champs')}/occultation").text
    assert "Aucun champ décrit" in empty


def test_a_name_stays_on_a_category_of_the_list_once_what_protects_persons_is_answered(town: Town):
    legal, fields = town.someone(Role.LEGAL), [{"name": "nom", "personal_category": "identity"}]
    sheet = town.record(personal_data="personal", fields=fields, publication_ground="d312-1-3",
                        publication_ground_reference="Vie politique, je crois")  # fmt: skip
    said = lambda: legal.api("GET", f"/api/v1/datasets/{sheet}/redaction").json()["fields"][0]  # noqa: E731
    assert (said()["fate"], said()["ground"]) == (
        "À examiner", "Dites sur la fiche laquelle des catégories de l’article D312-1-3 permet de la publier.",
    )  # fmt: skip
    steward, here, version = town.someone(Role.STEWARD), f"/api/v1/datasets/{sheet}", {"If-Match": '"1"'}
    wrong = steward.api("PATCH", here, json={"publishable_category": "vie politique"}, headers=version)
    assert wrong.status_code == 422
    amend(steward, sheet, {"publishable_category": "d312-1-3-6"})
    assert "L311-6" in said()["ground"], "whether a secret protects them is asked first"
    deny(legal, sheet)
    for code, rank in ranks().items():
        if rank is SecretRank.PERSON:
            assert reply(legal, sheet, code, "no").status_code == 303
    assert said()["fate"] == "Peut rester, sur le fondement dit"
    assert "D312-1-3 6°" in legal.get(f"/publication/du-jeu/{sheet}/occultation").text


def test_what_obliges_to_publish_is_told_with_its_article_its_day_and_what_is_not_known(town: Town):
    reader = town.someone(Role.READER)
    sheet = town.record(hvd_categories=["c_b79e35eb"])
    duties = reader.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["duties"]
    by_word = {one["title"]: one for one in duties}
    assert by_word["Catégorie de forte valeur (règlement européen)"]["word"] == "Oblige à publier"
    assert "2024" in by_word["Catégorie de forte valeur (règlement européen)"]["since"]
    threshold = by_word["Seuils de la publication en ligne (agents, habitants)"]
    assert threshold["word"] == "On ne sait pas encore", "nobody told how many staff the authority has"
    assert threshold["missing"]
    assert "Oblige à publier" in reader.get(f"/publication/du-jeu/{sheet}").text


def test_a_body_above_the_thresholds_does_not_owe_every_dataset_it_holds(town: Town):
    with town.acting() as session:
        amend_organisation(session, town.authority_id, OrganisationForm(staff_fte=800), expected=None)
    sheet, reader = town.record(title="Paie"), town.someone(Role.READER)

    def threshold() -> dict[str, Any]:
        duties = reader.api("GET", f"/api/v1/datasets/{sheet}/publication").json()["duties"]
        return next(one for one in duties if one["title"].startswith("Seuils"))

    above = threshold()
    assert "reste à dire si ce jeu est de ceux que l’article vise" in above["word"]
    assert not above["since"], "nothing is owed of it since a day"
    decide_to_open(town, sheet)
    assert threshold()["word"] == "Oblige à publier"


def test_a_body_above_the_thresholds_is_not_said_to_be_below_them(town: Town):
    sheet, legal = town.record(on=town.commune_id), town.someone(Role.LEGAL)
    deny(legal, sheet)
    closed = {"outcome": "restricted", "reason": "La commune est sous les seuils.", "refusal": "l312-1-1"}
    with town.acting() as session:
        amend_organisation(session, town.commune_id, OrganisationForm(staff_fte=800), expected=None)
    refused, day = decide(legal, town, sheet, **closed), say_day(town.info["today"]())
    assert refused.status_code == 422
    told = plain(refused.text)
    assert plain("Grande-Commune n’est pas sous les seuils de 50 agents et, pour une commune, de 3 500") in told
    assert plain(f"800 agents en équivalents temps plein au registre le {day} ; 42 000 habitants le {day}") in told

    with town.acting() as session:
        amend_organisation(session, town.commune_id, OrganisationForm(staff_fte=12), expected=None)
    assert decide(legal, town, sheet, **closed).status_code == 303


def test_a_base_already_online_elsewhere_may_be_left_out_above_the_thresholds(town: Town):
    sheet, legal = town.record(landing_page="https://exemple.invalid/base"), town.someone(Role.LEGAL)
    deny(legal, sheet)
    with town.acting() as session:
        amend_organisation(session, town.authority_id, OrganisationForm(staff_fte=800), expected=None)
    said = {"outcome": "restricted", "reason": "La base est déjà diffusée ailleurs.", "refusal": "l312-1-1"}
    assert decide(legal, town, sheet, **said).status_code == 303


def test_whoever_only_reads_answers_and_decides_nothing(town: Town):
    sheet, reader = town.record(), town.someone(Role.READER)
    assert reader.get(f"/publication/du-jeu/{sheet}").status_code == 200
    assert "Décider de la publication" not in reader.get(f"/publication/du-jeu/{sheet}").text
    assert reader.get(f"/publication/du-jeu/{sheet}/decider").status_code == 403
    assert reply(reader, sheet, "l311-5-2d", "no").status_code == 403


def test_a_program_answers_and_decides_as_people_do(town: Town):
    sheet, steward = town.record(), town.someone(Role.STEWARD)
    here = f"/api/v1/datasets/{sheet}/publication"
    given = {"ground": "Comptages par rue."}
    assert steward.api("POST", f"{here}/no-other-secret", json=given).status_code == 428, "it says what it read"
    made = steward.api("POST", f"{here}/no-other-secret", json=given, headers={"If-Match": '"0"'})
    assert made.json()["conclusion"] == "to-all"
    day = date.isoformat(town.info["today"]())
    decided = steward.api(
        "POST", f"{here}/decisions", json=OPEN | {"decided_on": day}, headers={"If-Match": made.headers["etag"]}
    )
    assert decided.status_code == 201
    assert decided.json()["decisions"][0]["outcome"] == "open"
    tag = {"If-Match": decided.headers["etag"]}
    down = steward.api("POST", f"{here}/takedown", json={"reason": "La source a changé."}, headers=tag)
    assert down.json()["decisions"][0]["state"] == "taken-down"


def test_the_history_of_a_dataset_tells_its_decisions_as_a_jurist_says_them(town: Town):
    """Who decided, in which office, what, on which ground of law, and when: never as fields that changed."""
    sheet, steward, legal = town.record(**READY), town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    reply(steward, sheet, "l311-6-privacy", "yes", ground="Le nom des riverains y est.")
    deny(steward, sheet)
    day = say_day(town.info["today"]())
    restricted = {"outcome": "restricted", "reason": "Des noms de riverains.", "refusal": "l311-6",
                  "secret": "l311-6-privacy"}  # fmt: skip
    assert decide(legal, town, sheet, **restricted).status_code == 303
    assert reply(steward, sheet, PART, "yes", ground="Les noms forment une colonne.").status_code == 303
    treated = {"outcome": "once-treated", "reason": "La colonne des noms est ôtée.", "licence": "etalab-2.0"}
    assert decide(legal, town, sheet, **treated).status_code == 303
    where = f"/publication/du-jeu/{sheet}/retirer"
    withdrawn = {"reason": "Un riverain se reconnaît.", "version": str(version_of(legal, sheet))}
    assert legal.post(where, withdrawn).status_code == 303

    history = legal.get(f"/jeux/{sheet}/historique").text

    told = [unescape(one) for one in re.findall(r"<h2>([^<]+)</h2>", history)]
    by_legal, by_steward = f"le {day}, en qualité de juriste", f"le {day}, en qualité de référent·e données"
    taken_down, opened, _parted, refused = told[:4]
    assert taken_down == f"La publication est retirée le {day} : la décision du {day} ne vaut plus"
    assert opened.startswith(f"Il est décidé, {by_legal}, de publier ce jeu après occultation ou anonymisation ; ")
    assert opened.endswith("licence : Licence Ouverte 2.0")
    assert refused.startswith(f"Il est décidé, {by_legal}, de ne pas publier ce jeu, et de le communiquer à qui y a ")
    assert "exception de la loi : Vie privée, secret médical ou des affaires (CRPA L311-6)" in refused
    assert refused.endswith("secret en cause : Vie privée (L311-6 1°)")
    assert f"Il est répondu « Oui », {by_steward}, à la question de : Vie privée (L311-6 1°)" in told
    many = next(one for one in told if "questions sur les secrets" in one)
    assert many.startswith(f"Il est répondu « Non », {by_steward}, à ")
    assert many.endswith("(CRPA L311-5, L311-6)")
    for reason in ("Un riverain se reconnaît.", "La colonne des noms est ôtée.", "Des noms de riverains.",
                   "Le nom des riverains y est."):  # fmt: skip
        assert f"Motif : {reason}" in plain(history), reason
    assert "Fiche écrite" not in told
    assert "Champs modifiés" not in history


def test_what_names_people_is_denied_secret_by_secret_and_opened_only_on_what_allows_it(town: Town):
    sheet, legal = town.record("Abonnés", personal_data="personal"), town.someone(Role.LEGAL)
    assert deny(legal, sheet).status_code == 303
    assert concluded(legal, sheet) == "unknown", "what protects persons is not answered in one word"
    again = deny(legal, sheet)
    assert again.status_code == 409
    assert "se répondent une à une" in again.text
    for code, rank in ranks().items():
        if rank is SecretRank.PERSON:
            assert reply(legal, sheet, code, "no").status_code == 303
    assert concluded(legal, sheet) == "to-all"
    as_it_is = decide(legal, town, sheet, **OPEN)
    assert as_it_is.status_code == 422
    assert "contient des données personnelles, et rien qui permette" in as_it_is.text
    assert decide(legal, town, sheet, **{**OPEN, "outcome": "once-treated"}).status_code == 303


def test_a_described_field_that_tells_of_people_is_not_opened_as_it_is_whatever_the_sheet_says(town: Town):
    name = FieldForm(name="nom_du_gagnant", personal_category="identity")
    sheet, legal = town.record("Concours", personal_data="none"), town.someone(Role.LEGAL)
    assert deny(legal, sheet).status_code == 303
    assert decide(legal, town, sheet, **OPEN).status_code == 303
    assert decision_stands(town, sheet)
    amend(town.someone(Role.STEWARD), sheet, {"fields": [name.model_dump(mode="json", exclude_none=True)]})
    assert not decision_stands(town, sheet), "a field told since is not what was decided"
    assert "que rien ne permet de publier tels quels" in legal.get(f"/publication/du-jeu/{sheet}/decider").text
    refused = decide(legal, town, sheet, **OPEN)
    assert refused.status_code == 422
    assert "Ces champs parlent de personnes" in refused.text
    assert decide(legal, town, sheet, **{**OPEN, "outcome": "once-treated"}).status_code == 303
    assert decision_stands(town, sheet)
    allowed = "UPDATE dataset SET publication_ground = 'law', publication_ground_reference = 'Code du sport, L131-16'"
    with town.as_owner() as session:
        session.execute(text(allowed))
    assert decide(legal, town, sheet, **OPEN).status_code == 303, "a text allows it, as for the sheet"


def decision_stands(town: Town, sheet: int) -> bool:
    with town.acting() as session:
        facts = facts_now(session, [sheet], town.info["today"]())[sheet]
    stands: bool = facts["dataset.publication_decision_stands"]
    return stands


def test_nothing_is_kept_whole_where_the_rest_may_be_given(town: Town):
    sheet, legal = town.record("Marchés"), town.someone(Role.LEGAL)
    assert reply(legal, sheet, "l311-6-business", "yes").status_code == 303
    assert deny(legal, sheet).status_code == 303
    kept = {
        "outcome": "restricted",
        "refusal": "l311-6",
        "secret": "l311-6-business",
        "reason": "Tarifs négociés.",
    }
    assert reply(legal, sheet, PART, "yes").status_code == 303
    refused = decide(legal, town, sheet, **kept)
    assert refused.status_code == 422
    assert "le reste peut être donné" in refused.text
    assert reply(legal, sheet, PART, "no").status_code == 303
    assert decide(legal, town, sheet, **kept).status_code == 303


def test_a_visa_to_clear_tells_that_secrets_are_unanswered_and_nothing_decided(town: Town):
    sheet, legal = town.record(**READY), town.someone(Role.LEGAL)
    place(town, sheet, Stage.DOCUMENTED)
    assert ask(town.someone(Role.STEWARD), sheet, "clear").status_code == 303
    beside = f"/visas/{last_request(town, sheet)}"
    told = plain(legal.get(beside).text)
    assert "Aucune décision de publier n’est prise. 14 questions sur les secrets sont sans réponse." in told
    decide_to_open(town, sheet)
    told = plain(legal.get(beside).text)
    assert "Aucune décision de publier" not in told
    assert "sans réponse" not in told


def test_a_text_opens_as_it_is_what_protects_persons_and_nothing_of_l311_5(town: Town):
    sheet, legal = town.record("Données essentielles"), town.someone(Role.LEGAL)
    reply(legal, sheet, "l311-6-business", "yes")
    by_law = {**OPEN, "disclosure_text": "Code de la commande publique, L2196-2"}
    early = decide(legal, town, sheet, **by_law)
    assert early.status_code == 422, "other secrets may be there"
    deny(legal, sheet)
    reply(legal, sheet, PART, "yes")
    assert "dites plus bas la loi" in plain(decide(legal, town, sheet, **OPEN).text)
    assert "son numéro" in plain(decide(legal, town, sheet, **{**OPEN, "disclosure_text": "La loi"}).text)
    assert decide(legal, town, sheet, **by_law).status_code == 303
    facts = legal.api("GET", f"/api/v1/findings?subject_kind=dataset&subject_id={sheet}&policy_id=OD-03").json()
    assert facts["findings"][0]["verdict"] == "compliant"
    assert "décidez de nouveau" not in legal.get(f"/jeux/{sheet}").text, "it stands"
    with town.as_owner() as session:
        publish(session, sheet)
    assert "Code de la commande publique, L2196-2" in plain(legal.get(f"/catalogue/jeux/{sheet}").text)

    reply(legal, sheet, "l311-5-2d", "yes")
    assert legal.get(f"/catalogue/jeux/{sheet}").status_code == 404
    assert "décidez de nouveau" in legal.get(f"/jeux/{sheet}").text
    refused = decide(legal, town, sheet, **by_law)
    assert refused.status_code == 422
    assert "Aucun texte n’est admis ici contre un secret de L311-5" in plain(refused.text)


def test_a_licence_of_software_is_for_source_code(town: Town):
    sheet, legal = town.record("Arbres"), town.someone(Role.LEGAL)
    assert deny(legal, sheet).status_code == 303
    data = decide(legal, town, sheet, **{**OPEN, "licence": "mit"})
    assert data.status_code == 422
    assert "est une licence de logiciel" in data.text
    said = {"version": str(version_of(legal, sheet)), "software": "true"}
    code = legal.post(f"/publication/du-jeu/{sheet}/reutilisation", said)
    assert code.status_code == 303, code.text
    assert decide(legal, town, sheet, **{**OPEN, "licence": "mit"}).status_code == 303
