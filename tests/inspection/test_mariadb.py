"""A MariaDB database is sampled as a PostgreSQL one is: read only, within a time, one table after the other."""

from collections.abc import Iterator
from datetime import date

import pymysql
import pytest

from registry.inspection.databases import InspectedDatabase, Reach, inspect_database
from registry.inspection.rows import MOST_COLUMNS
from registry.inspection.vocabulary import PersonalSign
from registry.kernel.errors import Invalid, Unavailable

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 26)
WRITES = (
    "CREATE DATABASE logement CHARACTER SET utf8mb4",
    "CREATE DATABASE ailleurs",
    "CREATE TABLE ailleurs.autre (mail text)",
    "USE logement",
    """CREATE TABLE demandeur (id int, nom text, prenom varchar(80), naissance date, vu datetime, nir char(21),
       photo blob, options json)""",
    """INSERT INTO demandeur SELECT seq, 'MARTIN', 'Hélène', date '1950-01-01' + INTERVAL seq * 300 DAY, now(),
       '2 95 10 99 126 111 93', 'x', '{"a": 1}' FROM seq_1_to_50""",
    "CREATE TABLE `Relevé d'eau 100%` (`n° de ``compteur``` text, `order` int)",
    "INSERT INTO `Relevé d'eau 100%` VALUES ('A12', 1)",
    "CREATE TABLE grande AS SELECT concat('marie.petit', seq, '@orange.fr') AS mail FROM seq_1_to_3000",
    "CREATE TABLE secret (mail text)",
    "CREATE VIEW lente AS SELECT sleep(30) AS x",
    "CREATE VIEW vue AS SELECT prenom FROM demandeur",
    "CREATE USER lecteur IDENTIFIED BY 'lecteur'",
    "GRANT SELECT ON logement.demandeur TO lecteur",
    "GRANT SELECT ON logement.`Relevé d'eau 100%` TO lecteur",
    "GRANT SELECT ON logement.grande TO lecteur",
    "GRANT SELECT ON logement.vue TO lecteur",
    "GRANT SELECT ON logement.lente TO lecteur",
    "GRANT INSERT ON logement.secret TO lecteur",
    "GRANT SELECT ON ailleurs.autre TO lecteur",
)


@pytest.fixture(scope="module")
def lent(mariadb: int) -> Iterator[str]:
    """A database of the authority's, and the address of an account that reads some of its tables."""
    with pymysql.connect(host="127.0.0.1", port=mariadb, user="root", autocommit=True) as connection:
        cursor = connection.cursor()
        for statement in WRITES:
            cursor.execute(statement)
        yield f"mariadb://lecteur:lecteur@127.0.0.1:{mariadb}/logement"
        for statement in ("DROP DATABASE logement", "DROP DATABASE ailleurs", "DROP USER lecteur"):
            cursor.execute(statement)


SOON = Reach(statement=1)


def scan(address: str, *only: str, reach: Reach = SOON) -> InspectedDatabase:
    """What an inspection of this address says, its own machine being listed."""
    return inspect_database(address, allowed=["127.0.0.1"], on=TODAY, only=only, reach=reach)


def test_each_table_and_view_is_sampled_and_what_cannot_be_read_is_told(lent: str) -> None:
    seen = scan(lent)
    found = {one.table.removeprefix("logement."): one for one in seen.tables}
    assert list(found) == ["Relevé d'eau 100%", "demandeur", "grande", "secret", "lente", "vue"]
    people = found["demandeur"]
    assert [one.name for one in people.columns] == ["id", "nom", "prenom", "naissance", "vu", "nir", "options"]
    assert {people.columns[one.column].name: one.sign for one in people.suggestions} == {
        "nom": PersonalSign.PERSON_NAME, "prenom": PersonalSign.PERSON_NAME,
        "naissance": PersonalSign.BIRTH_DATE, "nir": PersonalSign.NIR,
    }  # fmt: skip
    assert [(one.name, one.filled) for one in found["Relevé d'eau 100%"].columns] == [
        ("n° de `compteur`", 1), ("order", 1),
    ]  # fmt: skip
    assert (found["grande"].sampled, found["grande"].is_whole) == (1000, False)
    # It may add to the first and read none of it; the second sleeps longer than a statement may last.
    assert (found["secret"].is_refused, found["lente"].is_refused, found["vue"].is_refused) == (True, True, False)
    assert "Hélène" not in repr(seen)
    assert "MARTIN" not in repr(seen)


def test_nothing_is_written_even_by_an_account_that_may(lent: str, mariadb: int) -> None:
    with pymysql.connect(host="127.0.0.1", port=mariadb, user="root", database="logement") as connection:
        cursor = connection.cursor()
        cursor.execute(
            "CREATE FUNCTION tache() RETURNS text MODIFIES SQL DATA BEGIN INSERT INTO secret VALUES ('trace');"
            " RETURN 'x'; END"
        )
        cursor.execute("CREATE VIEW piege AS SELECT tache() AS x")
        try:
            [table] = scan(lent.replace("lecteur:lecteur", "root"), "piege").tables
            assert table.is_refused
            cursor.execute("SELECT count(*) FROM secret")
            assert cursor.fetchone() == (0,)
        finally:
            cursor.execute("DROP VIEW piege")
            cursor.execute("DROP FUNCTION tache")


def test_only_the_database_of_the_address_is_read_or_the_schema_that_is_named(lent: str) -> None:
    elsewhere = inspect_database(lent, allowed=["127.0.0.1"], on=TODAY, schema="ailleurs")
    assert [one.table for one in elsewhere.tables] == ["ailleurs.autre"]
    every = {one.table.partition(".")[0] for one in scan(lent.removesuffix("logement")).tables}
    assert every == {"ailleurs", "logement"}
    with pytest.raises(Invalid, match="Aucune table"):
        scan(lent, "absente")


def test_a_schema_of_thousands_of_tables_is_read_up_to_a_number_and_a_time_and_the_rest_is_told(
    lent: str, mariadb: int
) -> None:
    with pymysql.connect(host="127.0.0.1", port=mariadb, user="root", autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE DATABASE foule")
        cursor.execute("CREATE DATABASE large")
        try:
            for rank in range(60):
                cursor.execute(f"CREATE TABLE foule.t{rank:03} (a int) ENGINE=Aria")
            columns = ", ".join(f"c{rank} tinyint" for rank in range(MOST_COLUMNS + 20))
            cursor.execute(f"CREATE TABLE large.t ({columns}) ENGINE=Aria")
            root = f"mysql://root@127.0.0.1:{mariadb}/"
            some = scan(f"{root}foule", reach=Reach(tables=40, statement=5))
            assert (len(some.tables), some.left_out[0], len(some.left_out)) == (40, "foule.t040", 20)
            assert scan(f"{root}foule", reach=Reach(seconds=-1, statement=5)).tables == []
            [wide] = scan(f"{root}large", reach=Reach(statement=5)).tables
            assert (len(wide.columns), wide.is_cut) == (MOST_COLUMNS, True)
        finally:
            cursor.execute("DROP DATABASE foule")
            cursor.execute("DROP DATABASE large")


def test_a_wrong_password_is_said_without_the_words_of_the_server(lent: str) -> None:
    with pytest.raises(Unavailable, match="refuse ce compte") as refused:
        scan(lent.replace("lecteur:lecteur", "lecteur:faux"))
    assert "Access denied" not in str(refused.value.__cause__)
    assert "faux" not in refused.value.message
