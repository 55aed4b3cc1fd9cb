"""A catalogue of a portal open to all, whose file does not say so: whoever imports it does, once."""

import pytest
from sqlalchemy import text

from registry.exchange.jobs import import_file, import_jobs
from registry.exchange.service import receive_import
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import work_once
from tests.conftest import Town
from tests.exchange.conftest import PREFIXES, TREES, Bringer

pytestmark = pytest.mark.database

LEVEL = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
SAID = TREES + (
    f'ex:plans a dcat:Dataset ; dct:identifier "plans" ; dct:title "Plans"@fr ; dct:accessRights <{LEVEL}> .\n'
    'ex:avis a dcat:Dataset ; dct:identifier "avis" ; dct:title "Avis"@fr ; dct:accessRights "sur demande" .\n'
)


def levels(town: Town) -> dict[str, str | None]:
    with town.acting() as session:
        rows = session.execute(text("SELECT identifier, access_rights FROM dataset"))
        return {row.identifier: row.access_rights for row in rows}


def test_a_catalogue_declared_open_is_so_where_the_file_says_nothing_and_nowhere_else(town: Town, tmp_path):
    path = tmp_path / "essai.ttl"
    path.write_text(PREFIXES + SAID)

    def bring(**options: bool):
        return import_file(
            town.home, str(path), organisation_id=town.authority_id, acting=Acting("cli:essai"), info=town.info,
            **options,
        )  # fmt: skip

    assert bring(public=True, dry_run=True).declared_public == 2
    first = bring(public=True)
    again = bring(public=True)

    assert (first.created, first.declared_public) == (4, 2)
    assert any("2 jeux dits ouverts à tous" in line for line in first.sentences())
    assert levels(town) == {"arbres": "public", "bancs": "public", "plans": "restricted", "avis": None}
    assert (again.changed, again.unchanged, again.declared_public) == (0, 4, 0)
    assert bring().changed == 0
    with town.acting() as session:
        kept = session.execute(text("SELECT summary ->> 'public' FROM import_batch ORDER BY id")).scalars().all()
        reasons = session.execute(
            text(
                "SELECT DISTINCT t.value FROM ledger_entry e JOIN ledger_text t ON t.digest = e.reason"
                " WHERE e.table_name = 'dataset'"
            )
        ).scalars()
        assert kept == ["true", "true", "false"]
        assert ["portail ouvert à tous" in said for said in reasons] == [True]


def test_a_declared_level_that_somebody_takes_away_stays_away(bringer: Bringer):
    def declare() -> None:
        with bringer.town.acting() as session:
            number = receive_import(
                session, bringer.town.authority_id, source_name="essai.ttl", source_sha256="0" * 64, public=True
            ).id
        bringer.preview_of(number, TREES)
        bringer.apply(number)

    declare()
    with bringer.town.acting("account:1") as session:
        session.execute(text("UPDATE dataset SET access_rights = NULL WHERE identifier = 'arbres'"))

    declare()

    assert levels(bringer.town) == {"arbres": None, "bancs": "public"}


def test_the_page_has_a_box_for_it_and_the_preview_shows_it(town: Town):
    steward = town.someone(Role.STEWARD)
    assert "portail ouvert à tous" in steward.get("/imports").text
    data = {"organisation_id": str(town.authority_id), "address": "", "public": "true"}
    sent = steward.post("/imports", data, files={"file": ("essai.ttl", (PREFIXES + TREES).encode(), "text/turtle")})
    jobs = import_jobs(town.home, town.info)
    work_once(town.home.urls.jobs, town.home.jobs, jobs)

    page = sent.headers["location"]
    shown = steward.get(page).text
    assert "Déclaré à l’import" in shown
    assert "Niveau d’accès" in shown
    assert steward.post(f"{page}/appliquer").status_code == 303
    work_once(town.home.urls.jobs, town.home.jobs, jobs)

    assert levels(town) == {"arbres": "public", "bancs": "public"}
