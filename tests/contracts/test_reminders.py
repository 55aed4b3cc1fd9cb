"""A late delivery to its reminder, and to the formal notice that may follow once the delay given has passed."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.forms import ClauseForm
from registry.contracts.clauses.kinds import say_terms
from registry.contracts.clauses.models import ClauseStipulation
from registry.contracts.clauses.service import record_clause
from registry.contracts.deliveries.facts import bind_deliveries
from registry.contracts.deliveries.forms import DeliveryForm
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.queries import get_delivery
from registry.contracts.deliveries.service import record_delivery
from registry.contracts.depots.queries import get_link
from registry.contracts.queries import find_party_rows, get_contract
from registry.contracts.reminders.forms import ReminderForm, usual_days
from registry.contracts.reminders.gathering import gather, get_keeper
from registry.contracts.reminders.queries import find_reminders
from registry.contracts.reminders.rules import Reminded, notice_days_of, ripe_on
from registry.contracts.reminders.service import record_reminder, set_reminder_aside
from registry.contracts.service import set_contract_aside
from registry.contracts.vocabulary import PartySide
from registry.kernel.errors import Conflict, Invalid, Refusal
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import work_once
from registry.reporting import service
from registry.reporting.queries import find_documents
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import DocumentState, Medium
from registry.rooms import job_functions
from registry.web.templating import say_day
from tests.conftest import Town
from tests.contracts.test_depots import Scene

ONE = timedelta(days=1)
TEXT = "La livraison n’est pas arrivée : merci de la déposer."


def test_a_formal_notice_may_follow_the_day_after_the_delay_of_a_reminder() -> None:
    last = date(2026, 11, 10)
    sent = [Reminded(date(2026, 10, 26), last)]
    assert (ripe_on(sent, last), ripe_on(sent, last + ONE), ripe_on([], last)) == (False, True, False)
    another = [*sent, Reminded(last + ONE, last + 9 * ONE)]
    assert (ripe_on(another, last + 9 * ONE), ripe_on(another, last + 10 * ONE)) == (False, True)


def test_the_notice_gives_the_days_of_the_last_reminder_that_says_even_of_two_sent_the_same_day() -> None:
    day = date(2026, 10, 26)
    sent = [Reminded(day, day, 15), Reminded(day, day, 30), Reminded(day + ONE, day + ONE)]
    assert (notice_days_of(sent, 8), notice_days_of(sent[2:], 8), notice_days_of([], 8)) == (30, 8, 8)


@pytest.fixture
def scene(town: Town) -> Scene:
    scene = Scene(town)
    with town.acting() as session:
        row = session.execute(select(Delivery).where(Delivery.id == scene.delivery)).scalar_one()
        record_clause(
            session, scene.contract,
            ClauseForm(
                kind="penalties",
                terms={
                    "euros_per_day": "150,50", "cap_euros": "1000", "cap_period": "delivery",
                    "penalty_start": "due-day",
                },
                datasets=[row.dataset_id], article="art. 51", text="Cent cinquante euros cinquante par jour.",
            ),
        )  # fmt: skip
    return scene


def reminded(
    session: Session, scene: Scene, *, sent: int, delay: int, message: str = TEXT, notice_days: int | None = None
) -> Any:
    """A reminder sent so many days ago, which gave so many days."""
    on = scene.today - sent * ONE
    form = ReminderForm(sent_on=on, comply_by=on + delay * ONE, message=message, notice_days=notice_days)
    version = get_delivery(session, scene.delivery).version
    return record_reminder(session, scene.delivery, form, expected=version, today=scene.today, mailed=False)


def notice(session: Session, scene: Scene) -> dict[str, Any]:
    """What the formal notice says today, each line by its label."""
    moment = Moment(scene.today, scene.today, scene.today, None)
    values = gather(session, Subject("delivery", scene.delivery), moment).values
    return {line["label"]: line for sheet in values["sheets"] for line in sheet.get("lines", [])} | {"all": values}


@pytest.mark.database
@pytest.mark.parametrize(
    ("sent", "delay", "sentence"),
    [
        (-1, 5, "Ce jour est à venir"), (9, 5, "Rien n’était encore en retard ce jour-là"),
        (3, 0, "Laissez au moins un jour"),
    ],
)  # fmt: skip
def test_a_reminder_whose_days_do_not_follow_is_refused(scene: Scene, sent: int, delay: int, sentence: str) -> None:
    with scene.town.acting() as session, pytest.raises(Invalid, match=sentence):
        reminded(session, scene, sent=sent, delay=delay)


@pytest.mark.database
def test_nobody_is_reminded_of_what_a_contract_set_aside_had_delivered(scene: Scene) -> None:
    with scene.town.acting() as session:
        version = get_contract(session, scene.contract).version
        set_contract_aside(session, scene.contract, expected=version, reason="Noté deux fois", annulled=True)
        with pytest.raises(Conflict, match="annulé"):
            reminded(session, scene, sent=3, delay=5)


@pytest.mark.database
def test_no_formal_notice_before_the_delay_of_a_reminder_has_passed(scene: Scene) -> None:
    with scene.town.acting() as session:
        with pytest.raises(Refusal, match="Relancez d’abord le titulaire"):
            notice(session, scene)
        reminded(session, scene, sent=3, delay=3)
        with pytest.raises(Refusal, match="Relancez d’abord le titulaire"):
            notice(session, scene)


@pytest.mark.database
def test_the_notice_says_the_days_the_clause_and_the_penalty_to_the_cent_and_the_reminders(scene: Scene) -> None:
    with scene.town.acting() as session:
        reminded(session, scene, sent=6, delay=4)
        said = notice(session, scene)
        assert get_keeper(session, Subject("delivery", scene.delivery)) == scene.town.authority_id
    plain = {
        label: line["text"].replace("\xa0", " ").replace("\u202f", " ")
        for label, line in said.items()
        if label != "all"
    }
    assert plain["Jours de retard à ce jour"] == "9 jours"
    # 9 × 150.50 = 1 354.50, above the cap.
    assert plain["Montant"] == "1 000,00 €"
    assert "9 jours × 150,50 € = 1 354,50 €" in plain["Calcul"]
    assert "art. 51" in said["Pénalités sur les données"]["article"]
    assert "Cent cinquante euros cinquante par jour." in plain["Pénalités sur les données"]
    assert plain["Relance n° 1, texte"] == TEXT
    assert {line["label"]: line["text"] for line in said["all"]["card"]}[
        "Titulaire mis en demeure"
    ] == "Direction de l’eau"


@pytest.mark.database
@pytest.mark.parametrize(
    ("consulted", "indispensable", "invoked", "why"),
    [
        (date(2016, 10, 8), True, False, "n’est pas invoqué : consultation antérieure au 9 octobre 2016."),
        (date(2016, 10, 9), True, True, "Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au code"),
        (date(2019, 3, 31), True, True, "Que l’ordonnance régisse encore ce contrat est une lecture, à valider"),
        (date(2019, 4, 1), True, True, "Code de la commande publique, article L3131-2, alinéa 1."),
        (date(2021, 3, 1), False, False, "ne sont pas notées indispensables"),
        (None, True, False, "la date de la consultation restent à compléter"),
    ],
)
def test_the_notice_invokes_the_law_only_where_it_binds(
    scene: Scene, consulted: date | None, indispensable: bool, invoked: bool, why: str
) -> None:
    with scene.town.acting() as session:
        get_contract(session, scene.contract).consulted_on = consulted
        get_delivery(session, scene.delivery).indispensable = indispensable
        session.flush()
        reminded(session, scene, sent=6, delay=4)
        said = notice(session, scene)
    card = {line["label"]: line["text"] for line in said["all"]["card"]}
    assert why in card["Fondement"]
    in_force = consulted is not None and consulted >= date(2019, 4, 1)
    code = "CCP, L3131-2, alinéa 1"
    older = (
        "Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au CCP, L3131-2, alinéa 1 (lecture à valider)"
    )
    article = (code if in_force else older) if invoked else ""
    assert said["Ce qui est dû"]["article"] == said["Le titulaire est mis en demeure"]["article"] == article
    assert ("standard ouvert" in said["Le titulaire est mis en demeure"]["text"]) is invoked
    assert invoked or "L3131-2" not in str(said["all"]["sheets"])
    assert "délai choisi par la collectivité, sauf délai plus long" in said["Délai pour se conformer"]["text"]
    assert said["À défaut"]["text"].endswith("continuent de courir, dans les limites que le contrat prévoit.")


@pytest.mark.database
def test_the_notice_gives_the_days_chosen_with_the_last_reminder_else_those_of_the_list(scene: Scene) -> None:
    usual = usual_days("formal-notice")

    def delay(session: Session) -> str:
        return str(notice(session, scene)["Délai pour se conformer"]["text"]).replace("\xa0", " ")

    with scene.town.acting() as session:
        reminded(session, scene, sent=7, delay=3)
        assert delay(session).startswith(f"{usual} jours à compter de la réception")
        reminded(session, scene, sent=6, delay=3, notice_days=30)
        assert delay(session).startswith("30 jours à compter")
        reminded(session, scene, sent=5, delay=3, notice_days=8)
        reminded(session, scene, sent=4, delay=3)
        assert delay(session).startswith("8 jours à compter")


@pytest.mark.database
def test_a_delay_that_is_none_is_told_beside_its_field_and_nothing_is_noted(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/livraisons/{scene.delivery}/relancer"
    shown = dpo.get(path).text
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    assert re.search(rf'id="notice_days"[^>]*value="{usual_days("formal-notice")}"', shown)
    form = {
        "version": version[1], "message": TEXT, "sent_on": (scene.today - 5 * ONE).isoformat(),
        "comply_by": (scene.today - ONE).isoformat(), "recipient": "",
    }  # fmt: skip
    for wrong in ("0", "-3", "trois", "400", "1,5"):
        answer = dpo.post(path, {**form, "notice_days": wrong})
        assert answer.status_code == 422, wrong
        assert 'id="notice_days-erreur"' in answer.text, wrong
    with scene.town.acting() as session:
        assert not find_reminders(session, scene.delivery)
    assert dpo.post(path, {**form, "notice_days": "21"}).status_code == 303
    assert "laisserait 21 jours" in dpo.get(f"/livraisons/{scene.delivery}").text.replace("\xa0", " ")


@pytest.mark.database
def test_the_form_proposes_a_text_and_what_is_not_late_is_not_reminded(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/livraisons/{scene.delivery}/relancer"
    shown = unescape(dpo.get(path).text)
    assert "9 jours de retard" in shown.replace("\xa0", " ")
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    form = {
        "version": version[1], "message": TEXT, "sent_on": (scene.today - 5 * ONE).isoformat(),
        "comply_by": (scene.today - ONE).isoformat(), "recipient": "",
    }  # fmt: skip
    answer = dpo.post(path, form)
    assert answer.status_code == 303, answer.text
    page = unescape(dpo.get(f"/livraisons/{scene.delivery}").text)
    assert "Relance n° 1" in page.replace("\xa0", " ")
    assert f"/documents?report=formal-notice&scope=delivery:{scene.delivery}" in page
    with scene.town.acting() as session:
        get_delivery(session, scene.delivery).annulled = True
    with scene.town.acting() as session, pytest.raises(Conflict, match="n’est pas en retard"):
        reminded(session, scene, sent=1, delay=3)


@pytest.mark.database
def test_a_letter_that_contradicts_the_days_recorded_beside_it_is_remade_and_shown_again(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/livraisons/{scene.delivery}/relancer"

    def text_of(page: str) -> str:
        return unescape(re.findall(r'<textarea[^>]*name="message"[^>]*>(.*?)</textarea>', page, re.DOTALL)[0]).strip()

    shown = dpo.get(path).text
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version is not None
    until = scene.today - ONE
    form = {
        "version": version[1], "message": f"{text_of(shown)}\n\nNotre mot à nous.", "recipient": "",
        "sent_on": (scene.today - 5 * ONE).isoformat(), "comply_by": until.isoformat(),
    }  # fmt: skip

    answer = dpo.post(path, form)

    assert answer.status_code == 422
    assert "Le texte ne disait pas les mêmes jours que les champs" in unescape(answer.text)
    with scene.town.acting() as session:
        assert not find_reminders(session, scene.delivery)
    remade = text_of(answer.text)
    plain = " ".join(remade.split())
    assert f"au plus tard le {' '.join(say_day(until).split())}." in plain
    assert "4 jours de retard" in plain, "Late as of the day it was sent."
    assert "4 jours × 150,50 € = 602,00 €" in plain
    assert "Notre mot à nous." in plain, "What somebody wrote stays."
    other = until + 40 * ONE
    by_hand = remade.replace(say_day(until), say_day(other))
    assert dpo.post(path, {**form, "message": by_hand}).status_code == 422, "The text was changed and not the field."
    assert dpo.post(path, {**form, "message": remade}).status_code == 303
    with scene.town.acting() as session:
        (kept,) = find_reminders(session, scene.delivery)
        assert " ".join(kept.message.split()) == plain


@pytest.mark.database
def test_the_letter_cites_the_contract_by_its_reference_and_the_article_of_the_calendar(scene: Scene) -> None:
    with scene.town.acting() as session:
        get_contract(session, scene.contract).reference = "DSP-2021-07"
        clause = get_delivery(session, scene.delivery).clause_id
        session.execute(
            select(ClauseStipulation).where(col(ClauseStipulation.clause_id) == clause)
        ).scalar_one().article = "art. 12.3"
    shown = " ".join(unescape(scene.town.someone(Role.DPO).get(f"/livraisons/{scene.delivery}/relancer").text).split())
    assert "Le contrat « Eau », référence DSP-2021-07, prévoit (Contrat, art. 12.3) la livraison de" in shown


@pytest.mark.database
def test_the_proposed_text_reserves_our_rights_and_says_where_to_deposit_without_what_opens_it(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/livraisons/{scene.delivery}/relancer"

    def proposed() -> str:
        return unescape(dpo.get(path).text).replace("\xa0", " ").replace("\u202f", " ")

    with_link = proposed()
    assert "sans préjudice des pénalités et de tous les droits" in with_link
    assert "Pénalités encourues à ce jour : 9 jours × 150,50 € = 1 354,50 €" in with_link
    assert re.search(r"commence par \S+/depot/, par le lien qui vous a été transmis", with_link)
    assert scene.token not in with_link
    with scene.town.acting() as session:
        link = get_link(session, scene.link)
        party = find_party_rows(session, link.contract_id)[link.party_id]
        side, party.side = party.side, PartySide.SUBCONTRACTOR
    assert "/depot/," not in proposed(), "Another party's link is not the holder's."
    with scene.town.acting() as session:
        find_party_rows(session, link.contract_id)[link.party_id].side = side
    with scene.town.acting() as session:
        get_link(session, scene.link).revoked = True
    without = proposed()
    assert "/depot/," not in without
    assert "peut vous donner un lien pour la déposer en ligne" in without


@pytest.mark.database
def test_a_contract_without_penalties_is_not_told_so_to_its_holder(town: Town) -> None:
    scene = Scene(town)
    shown = unescape(town.someone(Role.DPO).get(f"/livraisons/{scene.delivery}/relancer").text)
    assert "le contrat ne chiffre pas" not in shown
    assert "sans préjudice des pénalités" in shown


@pytest.mark.database
def test_a_reminder_keeps_the_address_it_went_to_and_the_notice_says_it(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/livraisons/{scene.delivery}/relancer"
    version = re.search(r'name="version" value="(\d+)"', dpo.get(path).text)
    assert version is not None
    form = {
        "version": version[1], "message": TEXT, "sent_on": (scene.today - 5 * ONE).isoformat(),
        "comply_by": (scene.today - ONE).isoformat(), "recipient": "service@exploitant.invalid",
    }  # fmt: skip
    assert dpo.post(path, form).status_code == 303
    assert "service@exploitant.invalid" in dpo.get(f"/livraisons/{scene.delivery}").text
    with scene.town.acting() as session:
        assert "à service@exploitant.invalid" in str(notice(session, scene)["all"]["sheets"])
    [told] = dpo.api("GET", f"/api/v1/deliveries/{scene.delivery}/reminders").json()["reminders"]
    assert (told["recipient"], told["mailed"]) == ("service@exploitant.invalid", False)


@pytest.mark.database
def test_a_reminder_noted_by_mistake_is_annulled_and_no_notice_follows_it(scene: Scene) -> None:
    with scene.town.acting() as session:
        made = reminded(session, scene, sent=6, delay=4)
        number, version = made.id, made.version
    dpo, path = scene.town.someone(Role.DPO), f"/livraisons/relances/{number}/annuler"
    assert dpo.post(path, {"version": str(version), "reason": ""}).status_code == 422
    assert dpo.post(path, {"version": str(version), "reason": "Notée deux fois"}).status_code == 303
    page = unescape(dpo.get(f"/livraisons/{scene.delivery}").text)
    assert "Annulée" in page
    assert "formal-notice" not in page
    with scene.town.acting() as session, pytest.raises(Refusal, match="Relancez d’abord le titulaire"):
        notice(session, scene)
    assert dpo.post(path, {"version": str(version), "reason": "Notée deux fois"}).status_code == 409
    back = dpo.api(
        "POST", f"/api/v1/delivery-reminders/{number}/restoration", json={"reason": "Elle était bonne"},
        headers={"If-Match": f'"{version + 1}"'},
    )  # fmt: skip
    assert (back.status_code, back.json()["annulled"]) == (200, False)
    with scene.town.acting() as session:
        assert "9 jours" in notice(session, scene)["Jours de retard à ce jour"]["text"].replace("\xa0", " ")
        [row] = find_reminders(session, scene.delivery)
        assert not set_reminder_aside(session, row.id, expected=row.version, reason="Déjà", annulled=False).annulled, (
            "As elsewhere, bringing back what stands changes nothing."
        )


@pytest.mark.database
def test_the_page_of_a_delivery_shows_the_notice_issued_and_where_to_note_that_it_was_received(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "best_medium", lambda: Medium.PAGE)
    town, path = scene.town, f"/livraisons/{scene.delivery}"
    steward, jurist = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    with town.acting() as session:
        reminded(session, scene, sent=6, delay=4)
    assert "Mises en demeure émises" not in jurist.get(path).text
    made = issue_report(
        town.home, "formal-notice", subject=Subject("delivery", scene.delivery), as_of=None,
        acting=Acting(f"account:{steward.account_id}", account_id=steward.account_id), info=town.info,
        report=lambda *_said: None,
    ).document  # fmt: skip

    drafted = unescape(jurist.get(path).text)

    assert f'href="/documents/{made.id}"' in drafted
    assert "Projet, à approuver" in drafted.partition('id="documents-emis"')[2]
    assert "Noter quand il l’a reçue" not in drafted, "Nothing was sent yet."
    jurist.post(f"/documents/{made.id}/decision", {"answer": "approved", "version": str(made.version)})
    work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))
    with town.acting() as session:
        final = next(one for one in find_documents(session) if one.state is DocumentState.FINAL)
    shown = unescape(jurist.get(path).text).partition('id="documents-emis"')[2]
    assert f'href="/documents/{final.id}"' in shown
    assert f'href="/documents/{made.id}"' not in shown
    assert f'href="{path}/modifier#notice_received_on"' in shown
    assert "Noter quand il l’a reçue" not in town.someone(Role.READER).get(path).text
    said = town.home.files.read(final.document_sha256).decode()
    assert "avant tout envoi" not in said, "A jurist approved it."
    assert "à valider par le service juridique" not in said
    with town.acting() as session:
        row = get_delivery(session, scene.delivery)
        row.notice_received_on, row.notice_days = scene.today, 15
    assert "Noter quand il l’a reçue" not in jurist.get(path).text


@pytest.mark.database
def test_the_notice_owns_up_to_no_gap_cites_no_clause_foreign_to_it_and_cuts_no_word_of_a_reminder(
    scene: Scene,
) -> None:
    whole = "\n\n".join([f"Paragraphe {number}. " + "Les données dues sont attendues. " * 30 for number in range(4)])
    with scene.town.acting() as session:
        row = get_delivery(session, scene.delivery)
        for kind, article in (("quality", "art. 8"), ("supply", "art. 9")):
            form = ClauseForm(kind=kind, datasets=[row.dataset_id], article=article)
            record_clause(session, scene.contract, form)
        reminded(session, scene, sent=6, delay=4, message=whole.strip())
        said = notice(session, scene)
    assert "Qualité des données" not in said, "Nothing was refused: quality is not what is claimed."
    assert said["Fourniture des données"]["text"] == "Contrat, art. 9"
    lines = [line for sheet in said["all"]["sheets"] for line in sheet["lines"]]
    assert not [line for line in lines if line["owed"] and not line["text"]]
    parts = [line["text"] for line in lines if line["label"].startswith("Relance n° 1, texte")]
    assert " ".join(" ".join(parts).split()) == " ".join(whole.split())
    assert all(len(one) <= 1500 for one in parts)
    card = {line["label"]: line["text"] for line in said["all"]["card"]}
    assert card["Adresse du titulaire"].startswith("[à compléter : ")
    assert card["Envoi"].startswith("[à compléter : ")


@pytest.mark.parametrize(("noted", "said"), [("100.5", "100,50 €"), ("1000", "1 000 €"), ("0.05", "0,05 €")])
def test_an_amount_of_a_clause_is_said_with_its_cents_or_none(noted: str, said: str) -> None:
    [(_label, words)] = say_terms("penalties", {"euros_per_day": noted})
    assert words.replace("\u202f", " ").replace("\xa0", " ") == said


def note_by_hand(scene: Scene) -> None:
    """The same data, due the same day, as somebody notes it outside the calendar: the delivery of the scene."""
    with scene.town.acting() as session:
        row = get_delivery(session, scene.delivery)
        form = DeliveryForm(label="À la main", dataset_id=row.dataset_id, due_on=row.due_on)
        scene.delivery = record_delivery(session, row.contract_id, form).id


@pytest.mark.database
def test_a_day_that_no_clause_gives_is_told_as_noted_by_the_authority(scene: Scene) -> None:
    note_by_hand(scene)
    path = f"/livraisons/{scene.delivery}/relancer"
    with scene.town.acting() as session:
        reminded(session, scene, sent=6, delay=4)
        said = notice(session, scene)
    assert "jour noté par la collectivité, sans clause de calendrier relevée" in said["Échéance"]["text"]
    assert "comme le contrat le prévoit" not in said["Le titulaire est mis en demeure"]["text"]
    proposed = unescape(scene.town.someone(Role.DPO).get(path).text).replace("\xa0", " ")
    assert "prévoit la livraison" not in proposed
    assert "était attendue le" in proposed


@pytest.mark.database
def test_nothing_is_claimed_of_data_that_a_waiver_spares_even_noted_by_hand(scene: Scene) -> None:
    note_by_hand(scene)
    with scene.town.acting() as session:
        reminded(session, scene, sent=6, delay=4)
        row = get_delivery(session, scene.delivery)
        record_clause(
            session, scene.contract,
            ClauseForm(
                kind="waiver", terms={"waiver": "part", "decided_on": "2020-01-02", "address": "https://exemple.invalid/"},
                datasets=[row.dataset_id], reasons="Sécurité du réseau.",
            ),
        )  # fmt: skip
    with scene.town.acting() as session:
        with pytest.raises(Refusal, match="Rien n’est en retard"):
            notice(session, scene)
        with pytest.raises(Conflict, match="n’est pas en retard"):
            reminded(session, scene, sent=3, delay=2)
        _row, facts = bind_deliveries(session, [scene.delivery], on=scene.today, until=None)[scene.delivery]
        assert facts.get("delivery.due_on") is None
    page = unescape(scene.town.someone(Role.DPO).get(f"/livraisons/{scene.delivery}").text)
    assert "Une dispense couvre ces données à leur échéance" in page
    assert "150,50" not in page
