"""A database is sampled in a transaction that only reads; only listed machines are asked, and never a registry."""

from collections.abc import Iterator
from datetime import date

import psycopg
import pytest
from sqlalchemy import make_url

from registry.inspection.addresses import is_database
from registry.inspection.databases import InspectedDatabase, Reach, inspect_database
from registry.inspection.vocabulary import PersonalSign
from registry.kernel.errors import Invalid
from registry.platform.home import Home
from registry.platform.postgres import Cluster, superuser_url

TODAY = date(2026, 11, 26)
NAME = "logement"
WRITES = """
CREATE TABLE demandeur (id integer, nom text, prenom text, naissance date, nir text, photo bytea, options jsonb);
INSERT INTO demandeur SELECT n, 'MARTIN', 'Marie', date '1950-01-01' + n * 300, '2 95 10 99 126 111 93', 'x', '{"a": 1}'
  FROM generate_series(1, 50) AS n;
CREATE TABLE "Relevé" (compteur text);
INSERT INTO "Relevé" VALUES ('A12');
CREATE TABLE vide (nom text);
CREATE TABLE secret (mail text);
CREATE TABLE grande AS SELECT 'marie.petit' || n || '@orange.fr' AS mail FROM generate_series(1, 60000) AS n;
ANALYZE grande;
CREATE VIEW piege AS SELECT pg_sleep(100)::text AS x;
CREATE VIEW interdite WITH (security_invoker) AS SELECT mail FROM secret;
CREATE MATERIALIZED VIEW rangee AS SELECT prenom FROM demandeur;
"""


@pytest.fixture
def lent(cluster: Cluster) -> Iterator[str]:
    """A database of the authority's, and the address of an account that reads all of it but one table."""
    owner = superuser_url(cluster)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
        connection.execute("CREATE ROLE lecteur LOGIN PASSWORD 'lecteur'")
        try:
            with psycopg.connect(superuser_url(cluster, NAME), autocommit=True) as own:
                own.execute(WRITES)
                own.execute('GRANT SELECT ON demandeur, "Relevé", vide, grande, piege, interdite, rangee TO lecteur')
            yield address_of(cluster, NAME)
        finally:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
            connection.execute("DROP ROLE lecteur")


def address_of(cluster: Cluster, name: str) -> str:
    """The address of a database, as an administrator writes it."""
    return f"postgresql://lecteur:lecteur@/{name}?host={cluster.socket_dir}"


SOON = Reach(statement=1)


def scan(address: str, cluster: Cluster, *, schema: str | None = None, reach: Reach = SOON) -> InspectedDatabase:
    """What an inspection of this address says, its own machine being listed."""
    return inspect_database(address, allowed=[str(cluster.socket_dir)], on=TODAY, schema=schema, reach=reach)


@pytest.mark.database
def test_each_table_is_sampled_and_what_cannot_be_read_is_told(lent: str, cluster: Cluster) -> None:
    found = {one.table.removeprefix("public."): one for one in scan(lent, cluster).tables}
    assert list(found) == ["Relevé", "demandeur", "grande", "secret", "vide", "interdite", "piege", "rangee"]
    people = found["demandeur"]
    assert [one.name for one in people.columns] == ["id", "nom", "prenom", "naissance", "nir", "options"]
    assert {people.columns[one.column].name: one.sign for one in people.suggestions} == {
        "nom": PersonalSign.PERSON_NAME, "prenom": PersonalSign.PERSON_NAME,
        "naissance": PersonalSign.BIRTH_DATE, "nir": PersonalSign.NIR,
    }  # fmt: skip
    assert (found["secret"].is_refused, found["vide"].is_refused) == (True, False)
    assert (found["grande"].sampled, found["grande"].is_whole) == (1000, False)
    # A view whose table is not lent through it, one that takes too long, one that is kept as a table is.
    assert [found[name].is_refused for name in ("interdite", "piege", "rangee")] == [True, True, False]
    assert "MARTIN" not in repr(found)


@pytest.mark.database
def test_a_schema_or_tables_alone_may_be_asked(lent: str, cluster: Cluster) -> None:
    only = inspect_database(lent, allowed=[str(cluster.socket_dir)], on=TODAY, only=["vide"])
    assert [one.table for one in only.tables] == ["public.vide"]
    with pytest.raises(Invalid, match="Aucune table"):
        scan(lent, cluster, schema="ailleurs")


@pytest.mark.database
def test_the_transaction_cannot_write(lent: str, cluster: Cluster) -> None:
    with psycopg.connect(superuser_url(cluster, NAME), autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION tache() RETURNS text LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO vide VALUES ('trace'); RETURN 'x'; END $$"
        )
        connection.execute("ALTER TABLE demandeur ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY piege ON demandeur USING (tache() = 'x')")
        connection.execute("GRANT INSERT ON vide TO lecteur")
        refused = {one.table: one.is_refused for one in scan(lent, cluster).tables}
        assert refused["public.demandeur"]
        assert connection.execute("SELECT count(*) FROM vide").fetchone() == (0,)


@pytest.mark.database
def test_a_registry_is_never_inspected(home: Home, cluster: Cluster) -> None:
    address = (
        make_url(home.urls.owner).render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    )
    for schema in (None, "public", "jobs"):
        with pytest.raises(Invalid, match="registre Beffroi"):
            inspect_database(address.split("&port")[0], allowed=[str(cluster.socket_dir)], on=TODAY, schema=schema)


@pytest.mark.parametrize(
    ("address", "allowed", "words"),
    [
        ("postgresql://a:b@base.interne/x", (), "BEFFROI_SCAN_HOSTS"),
        ("postgresql://a:b@base.interne/x", ("autre.interne",), "BEFFROI_SCAN_HOSTS"),
        ("postgresql://a:b@base.interne,autre/x", ("base.interne",), "BEFFROI_SCAN_HOSTS"),
        ("postgresql://a:b@base.interne/x?hostaddr=10.0.0.1", ("base.interne",), "hostaddr"),
        ("postgresql://a:b@base.interne/x?host=10.0.0.1", ("base.interne",), "deux machines"),
        ("postgresql://a:b@base.interne/x?host=/run/x", ("base.interne", "/run/x"), "deux machines"),
        ("postgresql:///x?host=10.0.0.1", ("10.0.0.1",), "deux machines"),
        ("postgresql://10.9.0.1/x", ("10.1.0.0/16",), "BEFFROI_SCAN_HOSTS"),
        ("postgresql:///x", (), "BEFFROI_SCAN_HOSTS"),
        ("sqlite:////etc/passwd", ("",), "genre de base"),
        ("https://data.exemple.fr/a.csv", (), "genre de base"),
        ("postgresql://[::1", (), "ne se lit pas"),
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_asked_is_refused_before_anything_is(
    address: str, allowed: tuple[str, ...], words: str
) -> None:
    assert is_database(address)
    with pytest.raises(Invalid) as refused:
        inspect_database(address, allowed=allowed, on=TODAY)
    assert words in refused.value.message
    assert ":b@" not in refused.value.message


@pytest.mark.database
def test_past_a_number_of_tables_the_rest_is_told(lent: str, cluster: Cluster) -> None:
    some = scan(lent, cluster, reach=Reach(tables=2, statement=1))
    assert ([one.table for one in some.tables], some.left_out[0]) == (
        ["public.Relevé", "public.demandeur"], "public.grande",
    )  # fmt: skip
    assert len(some.left_out) == 6
