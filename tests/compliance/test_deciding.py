"""The pages and the API where rules are decided about: who may, what they say, the file, and what is refused."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from registry.compliance.decisions.models import PolicyDecision
from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.engine import Engine, engine_of
from registry.compliance.local_packs import adopt_policies, check_folder, load_policies
from registry.compliance.policy_files import CHOICES
from registry.kernel.permissions import Role
from registry.platform.assets import asset_root
from registry.web.templating import say_day
from tests.compliance.test_decisions import BINDING, adopt, decider, validate, verdict, withdraw, work
from tests.compliance.test_local_packs import CHOSEN
from tests.compliance.test_pages import plain
from tests.compliance.test_simulations import DRAFT, LIST, PUBLISHED, ask, od_05, worked
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database

REASON = "Délibération du 12 mars."


def form_of(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def text_of(town: Town, number: str) -> str:
    """The digest of the first version of a rule."""
    with town.acting() as session:
        policy = engine_of(session).catalogue.find(number)
        return policy.digest_of(policy.versions[0])


def test_a_simulated_draft_is_adopted_from_its_page_with_a_reason(town: Town) -> None:
    sheet, legal, dpo = town.record(**PUBLISHED), town.someone(Role.LEGAL), town.someone(Role.DPO)
    number = worked(town, ask(dpo, draft=BINDING))
    tried = legal.get(f"{LIST}/{number}").text
    assert f'href="{LIST}/{number}/adopter"' in tried
    assert f'href="{LIST}/{number}/projet"' in tried
    assert "/adopter" not in dpo.get(f"{LIST}/{number}").text, "Who tries does not decide."

    confirm = legal.get(f"{LIST}/{number}/adopter").text
    assert "1 constat changerait" in confirm
    short = legal.post(f"{LIST}/{number}/adopter", {"reason": "Oui"})
    assert short.status_code == 422
    answer = legal.post(f"{LIST}/{number}/adopter", {"reason": REASON})

    assert answer.headers["location"] == "/conformite/ZZ-01?fait=regle-adoptee"
    page = legal.get("/conformite/ZZ-01").text
    assert "Règle adoptée ici le" in page
    assert REASON in page
    assert "d’un projet de" in page, "The author and who adopts are both said."
    assert 'href="/travaux/' in page
    assert "Ce projet est adopté" in legal.get(f"{LIST}/{number}").text
    work(town)
    assert verdict(town, sheet) == "non-compliant"
    assert 'href="/travaux/' not in legal.get("/conformite/ZZ-01").text.partition("Ce qui a été décidé")[0]
    catalogue = legal.get("/conformite").text
    assert "Règles adoptées ici" in catalogue
    assert "adoptée ici le" in catalogue.partition('href="/conformite/ZZ-01"')[2].partition("</tr>")[0]


def test_a_draft_that_bears_a_number_of_ours_is_told_to_take_another(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=od_05()))

    page = legal.get(f"{LIST}/{number}").text
    assert "Donnez un autre numéro au projet" in page
    assert "/adopter" not in page
    refused = legal.post(f"{LIST}/{number}/adopter", {"reason": REASON})
    assert refused.status_code == 409
    assert "Donnez un autre numéro au projet" in refused.text


def test_a_draft_whose_number_a_release_could_take_is_told_to_take_one_of_its_own(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=BINDING.replace("ZZ-01", "RGPD-98")))

    assert "une prochaine version pourrait donner RGPD-98" in plain(legal.get(f"{LIST}/{number}").text)
    assert legal.post(f"{LIST}/{number}/adopter", {"reason": REASON}).status_code == 409


def test_a_simulation_that_is_not_over_or_tries_a_day_leads_to_no_adoption(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    waiting = ask(legal, draft=BINDING).headers["location"].rpartition("/")[2]
    assert "/adopter" not in legal.get(f"{LIST}/{waiting}").text
    assert legal.post(f"{LIST}/{waiting}/adopter", {"reason": REASON}).status_code == 409
    day = worked(town, ask(legal, law_of="2030-01-01"))
    assert "/adopter" not in legal.get(f"{LIST}/{day}").text
    assert legal.get(f"{LIST}/{day}/projet").status_code == 409


@pytest.mark.parametrize("role", [Role.DPO, Role.STEWARD, Role.DIRECTOR, Role.AUDITOR])
def test_who_holds_no_right_to_decide_is_refused(town: Town, role: Role) -> None:
    adopt(town)
    who = town.someone(role)
    assert who.get("/conformite/ZZ-01").status_code == 200
    assert who.get("/conformite/ZZ-01/retirer").status_code == 403
    assert who.post("/conformite/ZZ-01/retirer", {"reason": REASON}).status_code == 403
    assert "Retirer la règle" not in who.get("/conformite/ZZ-01").text
    assert "Relire et valider" not in who.get("/conformite/ZZ-01").text


def test_legal_staff_of_a_commune_decide_nothing_that_judges_the_others(town: Town) -> None:
    adopt(town)
    who = town.someone(Role.LEGAL, town.commune_id)
    digest = text_of(town, "ZZ-01")

    assert "Retirer la règle" not in who.get("/conformite/ZZ-01").text
    assert who.post("/conformite/ZZ-01/retirer", {"reason": REASON}).status_code == 403
    assert who.post("/conformite/ZZ-01/valider", {"digest": digest, "validated_on": "2026-11-26"}).status_code == 403
    call = who.api("POST", "/api/v1/policies", json={"draft": BINDING, "reason": REASON})
    assert call.status_code == 403
    assert "Règle adoptée ici" in who.get("/conformite/ZZ-01").text, "Whom it judges reads who adopted it."


def test_a_withdrawn_rule_keeps_its_page_and_its_deviations_are_told_why(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    sheet = town.record(**PUBLISHED)
    adopt(town)
    work(town)
    steward = town.someone(Role.STEWARD)
    until = (town.info["today"]() + timedelta(days=60)).isoformat()
    asked = steward.post("/conformite/ecarts/nouveau", {
        "subject_kind": "dataset", "subject_id": str(sheet), "policy_id": "ZZ-01", "expires_on": until,
        "reason": "Le producteur n’a pas répondu.", "compensation": "Une relance chaque mois.",
    })  # fmt: skip
    assert asked.status_code == 303, asked.text

    answer = legal.post("/conformite/ZZ-01/retirer", {"reason": "Elle faisait double emploi."})
    assert answer.headers["location"] == "/conformite/ZZ-01?fait=regle-retiree"
    work(town)

    page = legal.get("/conformite/ZZ-01").text
    assert "elle ne juge plus personne" in page
    assert "· Ne juge pas ·" in page
    assert "· En vigueur ·" not in page
    assert "Elle faisait double emploi." in page
    assert 'href="/conformite/ZZ-01/retirer"' not in page
    assert 'href="/conformite/ZZ-01"' in legal.get("/conformite").text.partition("qui ne jugent pas")[2]
    told = steward.get(asked.headers["location"]).text
    assert "Elle faisait double emploi." in told
    assert legal.get("/conformite/ZZ-01/retirer").status_code == 409


def test_a_rule_whose_text_reads_no_more_says_so_on_its_page(town: Town) -> None:
    by, legal = decider(town), town.someone(Role.LEGAL)
    with town.acting() as session:
        session.add(
            PolicyDecision(
                organisation_id=town.authority_id, kind=PolicyDecisionKind.ADOPTED, policy_id="ZZ-01",
                text=BINDING.replace("dataset.licence", "dataset.partie"), reason=REASON,
                decided_by=by.account_id, decided_as=Role.LEGAL, decided_on=by.today,
            )
        )  # fmt: skip

    page = legal.get("/conformite/ZZ-01").text

    assert "Cette règle n’est pas suivie" in page
    assert "dataset.partie" in page
    assert "ZZ-01" in legal.get("/conformite").text.partition("qui ne jugent pas")[2]


def test_the_file_of_a_draft_and_of_an_adopted_rule_is_taken_by_a_local_folder(town: Town, tmp_path: Path) -> None:
    legal, shipped = town.someone(Role.LEGAL), asset_root("policies")
    number = worked(town, ask(legal, draft=BINDING))
    legal.post(f"{LIST}/{number}/adopter", {"reason": REASON})
    for name, address in (("draft", f"{LIST}/{number}/projet"), ("adopted", "/conformite/ZZ-01/fichier")):
        sent = legal.get(address)
        assert sent.headers["content-disposition"] == 'attachment; filename="zz-01.yaml"'
        folder = tmp_path / name
        (folder / "charte").mkdir(parents=True)
        (folder / "charte" / "zz-01.yaml").write_bytes(sent.content)

        assert check_folder(shipped, folder).failed == []
        assert adopt_policies(shipped, folder, tmp_path / f"home-{name}") == ""
        with town.acting() as session:
            here = engine_of(session).catalogue.find("ZZ-01")
        there = load_policies(shipped, None, tmp_path / f"home-{name}").find("ZZ-01")
        assert there is not None
        assert there.digest_of(there.versions[0]) == here.digest_of(here.versions[0])
    assert legal.get("/conformite/OD-05/fichier").status_code == 404


def validate_on_page(who: Someone, number: str, digest: str, **said: str) -> int:
    """Sends the form of a validation, as a browser does; the status."""
    return who.post(f"/conformite/{number}/valider", {"digest": digest, "note": "", **said}).status_code


def test_a_jurist_validates_a_text_and_every_page_says_so(town: Town) -> None:
    sheet, legal = town.record(**PUBLISHED), town.someone(Role.LEGAL)
    day = town.info["today"]()
    said = f"validée le {say_day(day)}"
    assert "à valider par le service juridique" in legal.get("/conformite/OD-05").text
    assert "Aucune n’est encore validée" in legal.get("/conformite").text
    digest = text_of(town, "OD-05")
    assert f'href="/conformite/OD-05/validation?texte={digest}"' in legal.get("/conformite/OD-05").text
    form = legal.get(f"/conformite/OD-05/validation?texte={digest}").text
    assert form_of(form, "digest") == digest

    late = (day + timedelta(days=1)).isoformat()
    assert validate_on_page(legal, "OD-05", digest, validated_on=late) == 422
    assert validate_on_page(legal, "OD-05", digest, validated_on="1999-01-01") == 422
    assert validate_on_page(legal, "OD-05", digest, validated_on=day.isoformat()) == 303

    assert f"{said} par legal {town.authority_id} (Juriste)" in legal.get("/conformite/OD-05").text
    catalogue = legal.get("/conformite").text
    assert said in catalogue.partition('href="/conformite/OD-05"')[2].partition("</tr>")[0]
    assert "restent à valider" in catalogue
    assert "/conformite/OD-05" not in legal.get("/conformite?validation=a-valider").text
    assert "/conformite/OD-05" in legal.get("/conformite?validation=validees").text
    assert "/conformite/OD-02" not in legal.get("/conformite?validation=validees").text
    assert said in legal.get(f"/jeux/{sheet}").text
    version = legal.api("GET", "/api/v1/policies/OD-05").json()["versions"][0]
    assert (version["validated_on"], version["validated_as"]) == (day.isoformat(), "legal")
    assert validate_on_page(legal, "OD-05", digest, validated_on=day.isoformat()) == 409

    back = legal.post("/conformite/OD-05/remettre-a-valider", {"digest": digest, "reason": "Article réécrit."})
    assert back.status_code == 303
    page = legal.get("/conformite/OD-05").text
    assert "à valider par le service juridique" in page
    assert "Article réécrit." in page


def test_a_text_that_moved_meanwhile_is_not_validated_unread(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    adopt(town)
    before = text_of(town, "ZZ-01")
    validate(town, "ZZ-01")
    adopt(town, BINDING.replace("remedy: Décrivez le jeu.", "remedy: Décrivez mieux le jeu."), "Mieux dite.")

    answer = legal.post("/conformite/ZZ-01/valider", {"digest": before, "validated_on": "2026-11-26", "note": ""})
    assert answer.status_code == 404
    page = legal.get("/conformite/ZZ-01").text
    assert "le texte a changé depuis" in page
    assert "à valider par le service juridique" in page
    assert "Texte remplacé" in page


def test_a_program_adopts_validates_and_withdraws(town: Town) -> None:
    legal, sheet = town.someone(Role.LEGAL), town.record(**PUBLISHED)
    refused = legal.api("POST", "/api/v1/policies", json={"draft": od_05(), "reason": REASON})
    assert refused.status_code == 409
    assert legal.api("POST", "/api/v1/policies", json={"reason": REASON}).status_code == 422
    number = worked(town, ask(legal, draft=BINDING))

    made = legal.api("POST", "/api/v1/policies", json={"simulation_id": number, "reason": REASON})

    assert made.status_code == 201, made.text
    assert made.headers["location"] == "/api/v1/policies/ZZ-01"
    assert made.json()["simulation_id"] == number
    work(town)
    assert verdict(town, sheet) == "non-compliant"
    digest = legal.api("GET", "/api/v1/policies/ZZ-01").json()["versions"][0]["digest"]
    asked = {"digest": digest, "note": "Relu."}
    assert legal.api("POST", "/api/v1/policies/ZZ-01/validation", json=asked).status_code == 201
    back = {"digest": digest, "reason": "À relire encore."}
    assert legal.api("POST", "/api/v1/policies/ZZ-01/unvalidation", json=back).status_code == 200
    assert legal.api("POST", "/api/v1/policies/ZZ-01/withdrawal", json={"reason": REASON}).status_code == 200
    told = legal.api("GET", "/api/v1/policies/ZZ-01/decisions").json()["decisions"]
    assert [one["kind"] for one in told] == ["adopted", "validated", "unvalidated", "withdrawn"]
    assert told[0]["text"] == BINDING
    assert legal.api("GET", "/api/v1/policies/OD-05/decisions").json() == {"decisions": []}
    assert legal.api("GET", "/api/v1/policies/XX-99/decisions").status_code == 404


def test_a_draft_begins_from_a_rule_and_says_what_is_to_be_known_of_its_text(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    assert 'href="/conformite/simulations?regle=OD-05#projet"' in legal.get("/conformite/OD-05").text
    begun = legal.get("/conformite/simulations?regle=OD-05").text
    assert "id: OD-05" in begun
    assert "donnez-lui un autre numéro" in begun

    adopt(town)
    own = legal.get("/conformite/simulations?regle=ZZ-01").text
    assert "id: ZZ-01" in own
    assert "donnez-lui un autre numéro" not in own
    withdraw(town)
    assert "id: ZZ-01" in legal.get("/conformite/simulations?regle=ZZ-01").text, "What was withdrawn may be tried anew."


def test_a_draft_that_never_binds_is_told_so_before_anything_is_decided(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=DRAFT))

    assert "Aucune version de ce projet n’entre en vigueur" in legal.get(f"{LIST}/{number}").text


def test_a_draft_begun_from_a_rule_of_which_a_value_was_chosen_says_the_value_that_judges(
    town: Town, tmp_path: Path
) -> None:
    folder, legal = tmp_path / "regles", town.someone(Role.LEGAL)
    folder.mkdir()
    (folder / CHOICES).write_text(CHOSEN, "utf-8")
    assert adopt_policies(asset_root("policies"), folder, tmp_path / "home") == ""
    engine: Engine = town.info["engine"]
    told = replace(engine, catalogue=load_policies(asset_root("policies"), None, tmp_path / "home"))
    served = legal.client.app.state.premises.info
    kept, served["engine"] = served["engine"], told
    try:
        page = legal.get("/conformite/simulations?regle=SOB-06").text
    finally:
        served["engine"] = kept

    assert "sans les valeurs que la collectivité a choisies" in page
    assert re.search(r"aujourd’hui\s: [^.]*36", page)


def test_a_rule_to_come_is_told_so_where_it_is_tried_adopted_and_read(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    number = worked(town, ask(legal, draft=DRAFT.replace("status: proposed", "status: in-force")))
    tried = plain(legal.get(f"{LIST}/{number}").text)
    assert "comme s’il jugeait déjà : d’après son texte, il ne jugera qu’à partir du 1er janvier 2030" in tried

    answer = legal.post(f"{LIST}/{number}/adopter", {"reason": REASON})

    assert answer.headers["location"] == "/conformite/ZZ-01?fait=regle-adoptee-a-venir"
    page = plain(legal.get("/conformite/ZZ-01").text)
    assert "À venir · à partir du" in page
    assert "Elle jugera à partir du" in page
    assert "En vigueur" not in page.partition("Ce qui a été décidé")[0]


def test_a_version_that_is_over_says_since_when_and_the_one_of_today_since_when_it_binds(town: Town) -> None:
    over = "  - effective_from: 2024-01-01\n    effective_until: 2025-12-31\n    status: in-force"
    said = BINDING.partition("cases:")[0]
    first = said.partition("versions:\n")[2].replace("  - effective_from: 2024-01-01\n    status: in-force", over)
    adopt(town, said.replace("2024-01-01", "2026-01-01") + first + "cases:" + BINDING.partition("cases:")[2])

    page = plain(town.someone(Role.LEGAL).get("/conformite/ZZ-01").text)

    assert "N’est plus en vigueur depuis le 1er janvier 2026 · du 1er janvier 2024 au 31 décembre 2025" in page
    assert "En vigueur · depuis le 1er janvier 2026" in page


def test_each_adoption_of_a_number_keeps_its_own_text(town: Town) -> None:
    legal = town.someone(Role.LEGAL)
    adopt(town)
    adopt(town, BINDING.replace("remedy: Décrivez le jeu.", "remedy: Décrivez mieux le jeu."), "Mieux dite.")

    addresses = re.findall(r'href="(/conformite/ZZ-01/fichier\?decision=\d+)"', legal.get("/conformite/ZZ-01").text)

    assert ["mieux" in legal.get(address).text for address in addresses] == [True, False]
    assert legal.get("/conformite/OD-05/fichier?decision=1").status_code == 404
    assert legal.get("/conformite/ZZ-01/fichier?decision=999999").status_code == 404


def test_a_form_left_open_while_the_rule_is_withdrawn_is_told_so(town: Town) -> None:
    adopt(town)
    legal, digest = town.someone(Role.LEGAL), text_of(town, "ZZ-01")
    withdraw(town)

    for answer in (
        legal.post("/conformite/ZZ-01/valider", {"digest": digest, "validated_on": "2026-11-26", "note": ""}),
        legal.get(f"/conformite/ZZ-01/validation?texte={digest}"),
    ):
        assert answer.status_code == 409
        assert "Cette règle a été retirée le" in plain(answer.text)
