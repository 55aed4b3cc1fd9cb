"""The link of an operator: what it shows and takes of one contract, and all that it does not open."""

import json
import re
from datetime import timedelta
from hashlib import sha256
from html import unescape
from io import StringIO
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.forms import ClauseForm
from registry.contracts.clauses.service import record_clause
from registry.contracts.deliveries.forms import AcceptForm, DeliveryForm, ReceiptForm, RefuseForm
from registry.contracts.deliveries.models import Delivery, DeliveryReceipt
from registry.contracts.deliveries.service import accept_receipt, receive, record_delivery, refuse_receipt
from registry.contracts.deliveries.vocabulary import DeliveryChannel
from registry.contracts.depots.forms import MOST_DAYS, DepotForm, RenewForm
from registry.contracts.depots.models import OperatorLink
from registry.contracts.depots.queries import enter_depot, get_link
from registry.contracts.depots.service import make_operator_link, renew_operator_link, revoke_operator_link
from registry.contracts.forms import ContractForm, PartyForm
from registry.contracts.models import Contract
from registry.contracts.queries import find_party_rows, get_contract
from registry.contracts.service import cover_dataset, record_contract
from registry.contracts.vocabulary import ContractKind, Delivered, PartySide
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.datasets.vocabulary import PersonalData
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.permissions import Role
from registry.ledger.models import LedgerEntry
from registry.platform.database import open_session
from registry.web.templating import say_day
from tests.conftest import Town
from tests.exchange.tables import csv_of

pytestmark = pytest.mark.database
ONE = timedelta(days=1)
ROWS = [["point", "volume"], ["P1", "12"], ["P2", "8"]]


class Scene:
    """Two contracts of the authority with the same operator, a delivery late in each, and a link to the first."""

    def __init__(self, town: Town) -> None:
        self.town, self.today, self.operator = town, town.info["today"](), town.service_id
        with town.acting() as session:
            self.contract, self.delivery = self._contract(session, "Eau")
            self.other, self.other_delivery = self._contract(session, "Assainissement secret")
            self.link, self.token = self.makes(session)

    def _contract(self, session: Session, name: str) -> tuple[int, int]:
        dataset = record_dataset(session, self.town.authority_id, DatasetForm(title=f"Volumes, {name}")).id
        form = ContractForm(
            kind=ContractKind.DSP, object=name, signed_on=self.today - 800 * ONE, starts_on=self.today - 700 * ONE,
            ends_on=self.today + 900 * ONE, datasets=[dataset],
            parties=[PartyForm(party_id=self.operator, side=PartySide.HOLDER)],
        )  # fmt: skip
        contract = record_contract(session, self.town.authority_id, form)
        terms: dict[str, Any] = {"frequency": "ANNUAL", "first_due_on": (self.today - 9 * ONE).isoformat()}
        clause, _said = record_clause(
            session, contract.id, ClauseForm(kind="schedule", terms=terms, datasets=[dataset])
        )  # fmt: skip
        record_clause(session, contract.id, ClauseForm(kind="open-format", terms={"format": "CSV"}, datasets=[dataset]))
        due = DeliveryForm(clause_id=clause.id, dataset_id=dataset, due_on=self.today - 9 * ONE)
        standing = session.execute(
            select(Delivery).where(col(Delivery.clause_id) == clause.id)
        ).scalars().all()  # fmt: skip
        made = standing[0] if standing else record_delivery(session, contract.id, due)
        return contract.id, made.id

    def makes(self, session: Session, days: int = 90) -> tuple[int, str]:
        form = DepotForm(party_id=self.operator, days=days)
        link, token = make_operator_link(session, self.contract, form, today=self.today)
        return link.id, token

    def page(self, token: str | None = None) -> Response:
        return self.town.client.get(f"/depot/{token or self.token}")

    def says(self) -> str:
        """The page in words, its spaces as one types them."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.page().text)).split())

    def deposits(
        self, content: bytes, name: str = "volumes.csv", *, token: str | None = None, delivery: int | None = None
    ) -> Response:
        """Sends a file as the page's form does."""
        client, token = self.town.client, token or self.token
        shown = client.get(f"/depot/{token}")
        csrf = re.search(r'name="_csrf" value="([0-9a-f]+)"', shown.text)
        return client.post(
            f"/depot/{token}/livraisons/{delivery or self.delivery}", data={"_csrf": csrf[1] if csrf else "rien"},
            files={"file": (name, content, "text/csv")}, follow_redirects=False,
        )  # fmt: skip

    def receipts(self) -> list[DeliveryReceipt]:
        with self.town.acting() as session:
            query = select(DeliveryReceipt).order_by(col(DeliveryReceipt.id))
            return list(session.execute(query).scalars().all())


@pytest.fixture
def scene(town: Town) -> Scene:
    return Scene(town)


def test_the_page_says_what_is_late_and_takes_a_file_checked_at_once_with_its_acknowledgement(scene: Scene) -> None:
    before = scene.page()
    assert before.status_code == 200
    assert "9 jours de retard" in before.text
    assert before.headers["x-robots-tag"] == "noindex, nofollow"
    assert before.headers["cache-control"] == "no-store"
    answer = scene.deposits(csv_of(ROWS))
    assert answer.status_code == 303, answer.text
    [receipt] = scene.receipts()
    assert (receipt.channel, receipt.file_name, receipt.received_on) == ("link", "volumes.csv", scene.today)
    assert {one["code"]: one["verdict"] for one in receipt.checks["checks"]}["agreed-format"] == "ok"
    after = scene.says()
    assert "Attend la réponse de la collectivité Dépôt n° 1 Reçu le" in after
    assert re.search(r"Empreinte SHA-256 : [0-9a-f]{64}", after)


def test_what_another_body_keeps_is_named_to_who_delivers_it_and_checked_by_its_sheet(scene: Scene) -> None:
    town = scene.town
    with town.acting() as session:
        wanted = record_dataset(
            session, town.commune_id, DatasetForm(title="Relevés du centre", personal_data=PersonalData.PERSONAL)
        ).id  # fmt: skip
        record_dataset(session, town.commune_id, DatasetForm(title="Registre tu"))
        cover_dataset(session, scene.contract, wanted, expected=get_contract(session, scene.contract).version)
        form = DeliveryForm(dataset_id=wanted, due_on=scene.today)
        delivery = record_delivery(session, scene.contract, form).id
    shown = scene.says()
    assert "Relevés du centre" in shown
    assert "Registre tu" not in shown
    assert "vos droits ne montrent pas" not in shown
    assert scene.deposits(csv_of(ROWS), delivery=delivery).status_code == 303
    [receipt] = scene.receipts()
    [told] = [one for one in receipt.checks["checks"] if one["code"] == "personal-data"]
    assert told["verdict"] == "unknown", "The sheet says that it holds some: no green where none is recognised."


def test_a_file_that_is_not_what_was_agreed_is_received_and_told_so_and_a_program_is_refused(scene: Scene) -> None:
    assert scene.deposits(b"\x7fELF" + bytes(90)).status_code == 422
    assert scene.receipts() == []
    assert scene.deposits(b'{"points": [{"id": 1}]}', "volumes.json").status_code == 303
    assert "Le contrat demande CSV ; le fichier est du type JSON." in scene.says()


def test_a_file_that_is_refused_is_told_at_the_top_of_the_page_with_what_the_contract_asks(scene: Scene) -> None:
    with scene.town.acting() as session:
        plans = record_delivery(session, scene.contract, DeliveryForm(label="Plans", due_on=scene.today)).id
        report = DeliveryForm(label="Rapport", kind=Delivered.REPORT, due_on=scene.today)
        report_number = record_delivery(session, scene.contract, report).id
    program = b"\x7fELF" + bytes(90)

    refused = scene.deposits(program)

    summary = refused.text[refused.text.index('id="erreurs"') :]
    assert refused.text.index('id="erreurs"') < refused.text.index('class="panel" id="livraison-')
    assert f'href="#file-{scene.delivery}"' in summary
    assert f'id="file-{scene.delivery}"' in summary
    assert "Ce fichier est un programme" in summary
    assert "Le contrat demande le format CSV." in summary
    assert "Déposez un PDF" not in refused.text
    assert "dans un format ouvert" in scene.deposits(program, delivery=plans).text
    assert "Envoyez un PDF" in scene.deposits(program, delivery=report_number).text
    shown = scene.says()
    assert "Le contrat demande le format CSV." in shown, "Before anything is sent."


def test_the_language_changed_on_what_answers_a_deposit_leads_back_to_the_page_of_the_link(scene: Scene) -> None:
    refused = scene.deposits(b"\x7fELF" + bytes(90))
    csrf = re.search(r'name="_csrf" value="([0-9a-f]+)"', refused.text)
    assert csrf is not None
    answer = scene.town.client.post(
        "/langue", data={"_csrf": csrf[1], "langue": "en"}, headers={"referer": str(refused.url)},
        follow_redirects=False,
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, f"/depot/{scene.token}")


def test_what_is_late_is_the_first_thing_that_its_holder_sees(scene: Scene) -> None:
    with scene.town.acting() as session:
        for label, days in (("Sans hâte", -30), ("Reçu", 40), ("Oublié", 20)):
            form = DeliveryForm(label=label, due_on=scene.today - days * ONE)
            made = record_delivery(session, scene.contract, form)
            if label == "Reçu":
                came = ReceiptForm(channel=DeliveryChannel.PAPER, described="Au comptoir")
                receive(session, made.id, came, None, expected=None)
    titles = re.findall(r'id="livraison-\d+">\s*<h2>(.*?)</h2>', unescape(scene.page().text))
    assert titles == ["Oublié", "Volumes, Eau", "Sans hâte", "Reçu"]


def test_what_is_refused_comes_with_its_reasons_and_may_be_deposited_again(scene: Scene) -> None:
    scene.deposits(csv_of(ROWS))
    with scene.town.acting() as session:
        [receipt] = session.execute(select(DeliveryReceipt)).scalars().all()
        form = RefuseForm(reasons="Il manque le quartier nord.", correct_by=scene.today + 15 * ONE)
        refuse_receipt(session, receipt.id, form, expected=receipt.version)
    assert "Il manque le quartier nord." in scene.page().text
    assert "octet pour octet" not in scene.page().text
    assert scene.deposits(csv_of(ROWS)).status_code == 303
    said = f"que celui du n° 1, refusé le {say_day(scene.today)}."
    assert said in unescape(scene.page().text).replace("\N{NO-BREAK SPACE}", " ")
    inside = scene.town.someone(Role.STEWARD).get(f"/livraisons/{receipt.delivery_id}").text
    assert said in unescape(inside).replace("\N{NO-BREAK SPACE}", " ")
    assert scene.deposits(csv_of([*ROWS, ["P3", "9"]])).status_code == 303
    assert [one.number for one in scene.receipts()] == [1, 2, 3]
    assert scene.page().text.count("octet pour octet") == 1, "another file is not said to be the same"
    with scene.town.acting() as session:
        last = session.execute(select(DeliveryReceipt).order_by(col(DeliveryReceipt.id).desc())).scalars().first()
        assert last is not None
        accept_receipt(session, last.id, AcceptForm(), expected=last.version)
    assert "Acceptée" in scene.says()
    assert 'type="file"' not in scene.page().text
    assert scene.deposits(csv_of(ROWS)).status_code == 409


def test_a_link_takes_no_more_deposits_than_somebody_can_answer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.contracts.deliveries.service.MOST_UNANSWERED", 2)
    for volume in (1, 2):
        assert scene.deposits(csv_of([*ROWS, ["P3", str(volume)]])).status_code == 303
    last = csv_of([*ROWS, ["P3", "3"]])
    full = scene.deposits(last)
    assert (full.status_code, "attendent déjà une réponse" in full.text) == (409, True)
    assert sha256(last).hexdigest() not in scene.town.home.files.every()
    with scene.town.acting() as session:
        first = session.execute(select(DeliveryReceipt).order_by(col(DeliveryReceipt.id))).scalars().first()
        assert first is not None
        refuse_receipt(session, first.id, RefuseForm(reasons="Le premier ne vaut plus."), expected=first.version)
    assert scene.deposits(last).status_code == 303


def test_the_days_given_to_correct_are_late_neither_for_us_nor_for_the_operator(scene: Scene) -> None:
    with scene.town.acting() as session:
        came = ReceiptForm(
            received_on=scene.today - 5 * ONE, channel=DeliveryChannel.PAPER, described="Remise en main propre"
        )
        receipt = receive(session, scene.delivery, came, None, expected=None)
        said = RefuseForm(
            reasons="Il manque une colonne.", answered_on=scene.today - 5 * ONE, correct_by=scene.today - 2 * ONE
        )
        refuse_receipt(session, receipt.id, said, expected=receipt.version)

    assert "6 jours de retard" in scene.says(), "4 days before what was refused, and 2 since the delay given"


def test_nothing_of_another_contract_is_shown_or_taken_and_the_database_holds_to_it(scene: Scene) -> None:
    assert "Assainissement" not in scene.page().text
    assert scene.deposits(csv_of(ROWS), delivery=scene.other_delivery).status_code == 404
    assert scene.receipts() == []
    with open_session(scene.town.home.app, None, **scene.town.info) as session:
        assert enter_depot(session, scene.token, "essai") is not None
        assert session.execute(select(col(Contract.id))).scalars().all() == [scene.contract]
        assert session.execute(select(col(Delivery.contract_id))).scalars().unique().all() == [scene.contract]
        touched = session.execute(
            text("UPDATE delivery SET label = 'x' WHERE contract_id = :other RETURNING id"), {"other": scene.other}
        )
        assert touched.all() == []
        with pytest.raises(Exception, match="row-level security"):
            session.execute(
                text(
                    "INSERT INTO delivery_receipt (organisation_id, version, delivery_id, number, received_on, channel,"
                    " checks, answer, annulled) VALUES (:body, 1, :other, 1, current_date, 'link', '{}', 'waiting',"
                    " false)"
                ),
                {"body": scene.town.authority_id, "other": scene.other_delivery},
            )


def test_no_table_about_contracts_is_left_open_to_the_links_of_another(scene: Scene) -> None:
    about = "SELECT table_name FROM information_schema.columns WHERE column_name IN ('contract_id', 'delivery_id')"
    held = "SELECT tablename FROM pg_policies WHERE policyname = 'one_contract' AND permissive = 'RESTRICTIVE'"
    with scene.town.home.owner.connect() as connection:
        tables = set(connection.execute(text(f"{about} AND table_schema = 'public'")).scalars())
        closed = set(connection.execute(text(held)).scalars())

    assert {"contract_report", "delivery_receipt"} <= tables
    assert not tables - closed, "A new table says which contract it is of: give it the policy `one_contract`."


def test_a_link_is_closed_the_moment_it_is_revoked_and_its_former_address_once_it_is_renewed(scene: Scene) -> None:
    with scene.town.acting() as session:
        link = get_link(session, scene.link)
        _renewed, token = renew_operator_link(
            session, scene.link, RenewForm(), expected=link.version, today=scene.today
        )  # fmt: skip
    assert scene.page().status_code == 404
    assert scene.page(token).status_code == 200
    with scene.town.acting() as session:
        revoke_operator_link(session, scene.link, expected=get_link(session, scene.link).version)
    closed = scene.page(token)
    assert closed.status_code == 404
    assert "Demandez-en un autre au service de la collectivité" in closed.text
    assert scene.deposits(csv_of(ROWS), token=token).status_code == 404
    assert scene.receipts() == []


@pytest.mark.parametrize(("days", "opens"), [(0, 200), (1, 404)])
def test_a_link_opens_on_its_last_day_and_not_on_the_day_after(scene: Scene, days: int, opens: int) -> None:
    with scene.town.acting() as session:
        get_link(session, scene.link).expires_on = scene.today - days * ONE
    assert scene.page().status_code == opens


def test_a_link_lasts_a_year_at_most_and_is_for_a_party_of_the_contract(scene: Scene) -> None:
    with pytest.raises(ValueError, match="less than or equal"):
        DepotForm(party_id=scene.operator, days=MOST_DAYS + 1)
    with scene.town.acting() as session, pytest.raises(Invalid, match="partie de ce contrat"):
        make_operator_link(session, scene.contract, DepotForm(party_id=scene.town.commune_id), today=scene.today)


def test_what_nothing_awaits_is_refused_before_the_file_is_read(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.deposits(csv_of(ROWS))
    with scene.town.acting() as session:
        [receipt] = session.execute(select(DeliveryReceipt)).scalars().all()
        accept_receipt(session, receipt.id, AcceptForm(), expected=receipt.version)

    def reads_it(*_given: object, **_named: object) -> None:
        raise AssertionError("the file was read")

    monkeypatch.setattr("registry.contracts.checks.visiting.check_file", reads_it)
    answer = scene.deposits(csv_of(ROWS))
    assert (answer.status_code, "déjà acceptée" in answer.text) == (409, True)


def test_the_link_of_a_party_that_left_or_no_longer_delivers_says_so_and_takes_nothing(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/contrats/{scene.contract}/liens-de-depot"
    assert "En service" in dpo.get(path).text

    def changes(**values: Any) -> None:
        with scene.town.acting() as session:
            row = find_party_rows(session, scene.contract)[scene.operator]
            for name, value in values.items():
                setattr(row, name, value)

    for change, back in (
        ({"annulled": True}, {"annulled": False}), ({"side": PartySide.GRANTOR}, {"side": PartySide.HOLDER}),
    ):  # fmt: skip
        changes(**change)
        shown = dpo.get(path).text
        assert "Fermé : n’est plus une partie qui livre" in shown.replace("\xa0", " ")
        assert "Personne à qui donner un lien" in shown, "There is nobody to choose: it says what to do first."
        assert f'href="/contrats/{scene.contract}/modifier#parties"' in shown
        assert 'name="party_id"' not in shown
        assert "En service" not in shown
        assert "/renouveler" not in shown
        assert scene.page().status_code == 404
        assert scene.deposits(csv_of(ROWS)).status_code == 404
        with scene.town.acting() as session:
            version = get_link(session, scene.link).version
            with pytest.raises(Conflict, match="ne livre plus rien par ce contrat"):
                renew_operator_link(session, scene.link, RenewForm(), expected=version, today=scene.today)
        changes(**back)
    assert scene.receipts() == []
    assert scene.page().status_code == 200


def test_only_a_digest_is_kept_and_the_address_is_in_no_log(scene: Scene, journal: StringIO) -> None:
    scene.deposits(csv_of(ROWS))
    scene.page()
    assert "/depot/{token" in journal.getvalue()
    assert scene.token not in journal.getvalue()
    with scene.town.acting() as session:
        link = session.execute(select(OperatorLink)).scalar_one()
        entries = session.execute(select(LedgerEntry)).scalars().all()
        assert scene.token not in link.token_hash
        assert all(scene.token not in json.dumps(one.snapshot, default=str) for one in entries)


def test_the_ledger_says_that_the_link_wrote_and_not_a_person(scene: Scene) -> None:
    scene.deposits(csv_of(ROWS))
    with scene.town.acting() as session:
        query = select(LedgerEntry).where(col(LedgerEntry.table_name) == "delivery_receipt")
        [entry] = session.execute(query).scalars().all()
    assert entry.actor == f"depot:{scene.link}"


def test_the_address_of_a_link_is_no_key_for_anything_else(scene: Scene) -> None:
    client, key = scene.town.client, {"Authorization": f"Bearer {scene.token}"}
    for path in ("/api/v1/contracts", f"/api/v1/deliveries/{scene.delivery}", "/api/v1/datasets"):
        assert client.get(path, headers=key).status_code == 401
    assert client.get(f"/lien/{scene.token}").status_code == 404
    client.cookies.set("beffroi", scene.token)
    try:
        assert client.get("/contrats", follow_redirects=False).status_code == 303
    finally:
        client.cookies.delete("beffroi")


def test_addresses_tried_at_random_are_slowed_down_before_any_file_is_received(scene: Scene) -> None:
    client = scene.town.client
    for _attempt in range(10):
        assert client.get("/depot/faux").status_code == 404
    assert client.get("/depot/faux").status_code == 429
    for rank in range(40):
        assert client.get(f"/depot/faux-{rank}").status_code == 404
    assert scene.page().status_code == 429
    sent = client.post(
        f"/depot/{scene.token}/livraisons/{scene.delivery}", files={"file": ("a.csv", b"a;b\n1;2\n", "text/csv")}
    )
    assert sent.status_code == 429


def test_a_form_that_the_page_did_not_show_is_refused(scene: Scene) -> None:
    sent = scene.town.client.post(
        f"/depot/{scene.token}/livraisons/{scene.delivery}", files={"file": ("a.csv", csv_of(ROWS), "text/csv")}
    )
    assert sent.status_code == 403
    assert scene.receipts() == []


def test_who_records_the_contract_makes_a_link_shown_once_renews_and_revokes_it(scene: Scene) -> None:
    dpo, path = scene.town.someone(Role.DPO), f"/contrats/{scene.contract}/liens-de-depot"
    made = dpo.post(path, {"party_id": str(scene.operator), "days": "30"})
    found = re.search(r"/depot/([\w-]{40,})", made.text)
    assert found is not None
    assert scene.page(found[1]).status_code == 200
    listed = dpo.get(path).text
    assert found[1] not in listed
    with scene.town.acting() as session:
        last = session.execute(select(OperatorLink).order_by(col(OperatorLink.id).desc())).scalars().first()
        assert last is not None
        number, version = last.id, last.version
    assert dpo.post(f"/contrats/liens-de-depot/{number}/revoquer", {"version": str(version)}).status_code == 303
    assert scene.page(found[1]).status_code == 404
    assert dpo.post(f"/contrats/liens-de-depot/{number}/revoquer", {"version": str(version)}).status_code == 409
    assert scene.town.someone(Role.READER).get(path).status_code == 403
    wrong = dpo.post(path, {"party_id": str(scene.town.commune_id), "days": "30"})
    assert (wrong.status_code, "partie de ce contrat" in wrong.text) == (422, True)


def test_an_agent_who_opens_the_link_deposits_as_the_link_and_sees_no_more_by_it(scene: Scene) -> None:
    steward = scene.town.someone(Role.STEWARD)
    shown = steward.get(f"/depot/{scene.token}")
    assert (shown.status_code, "Assainissement" in shown.text) == (200, False)
    place = f"/depot/{scene.token}/livraisons/{scene.delivery}"
    sent = steward.post(place, {}, files={"file": ("volumes.csv", csv_of(ROWS))})
    assert sent.status_code == 303, sent.text
    with scene.town.acting() as session:
        query = select(LedgerEntry).where(col(LedgerEntry.table_name) == "delivery_receipt")
        [entry] = session.execute(query).scalars().all()
    assert (entry.actor, entry.account_id) == (f"depot:{scene.link}", None)


def test_a_link_is_for_who_delivers_and_never_for_the_authority_that_receives(scene: Scene) -> None:
    with scene.town.acting() as session:
        parties = [
            PartyForm(party_id=scene.town.authority_id, side=PartySide.GRANTOR),
            PartyForm(party_id=scene.operator, side=PartySide.CO_HOLDER),
            PartyForm(party_id=scene.town.commune_id, side=PartySide.PARTNER),
        ]
        form = ContractForm(
            kind=ContractKind.DSP, object="Réseau de bus", starts_on=scene.today, ends_on=scene.today + 900 * ONE,
            parties=parties,
        )  # fmt: skip
        contract = record_contract(session, scene.town.authority_id, form).id
        for party in (scene.operator, scene.town.commune_id):
            make_operator_link(session, contract, DepotForm(party_id=party), today=scene.today)
    dpo, path = scene.town.someone(Role.DPO), f"/contrats/{contract}/liens-de-depot"
    shown = dpo.get(path).text
    assert f'<option value="{scene.operator}"' in shown
    assert f'<option value="{scene.town.authority_id}"' not in shown
    refused = dpo.post(path, {"party_id": str(scene.town.authority_id), "days": "30"})
    assert refused.status_code == 422
    assert "L’autorité reçoit ce que le contrat fait livrer" in unescape(refused.text)


def test_an_operator_is_told_who_may_attach_a_schema_and_not_to_attach_it(scene: Scene) -> None:
    scene.deposits(csv_of(ROWS))
    said = scene.says()
    assert "qui suit le contrat peut le joindre" in said
    assert "joignez-le" not in said
