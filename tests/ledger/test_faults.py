"""T-03: the server refuses the nth statement, n = 1, 2, 3… until the operation passes; nothing is left half done.

The statement is replaced, in the driver, by one that the server refuses: what follows is what follows any refusal
of PostgreSQL.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from registry.accounts.service import invite_account
from registry.datasets.forms import DatasetChange, DatasetForm, DistributionForm
from registry.datasets.models import Dataset
from registry.datasets.service import amend_dataset, record_dataset
from registry.exchange.service import apply_import, preview_import, receive_import
from registry.exchange.vocabulary import (
    PredicateTally,
    ReadCatalog,
    ReadCatalogue,
    ReadDataset,
    ReadDistribution,
    SourceFormat,
)
from registry.kernel.permissions import Role
from registry.ledger.verification import verify_ledger
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.database import transaction
from registry.platform.tables import Table
from registry.rooms import assemble

pytestmark = pytest.mark.database
MORE_THAN_ENOUGH = 400


class RefusingOnce:
    """Makes the nth statement of an engine one that the server refuses."""

    def __init__(self, nth: int) -> None:
        self.nth, self.seen = nth, 0

    def __call__(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> Any:
        self.seen += 1
        if self.seen != self.nth:
            return statement, parameters
        return "SELECT 1 / 0", [{}] if isinstance(parameters, list) else {}

    @property
    def struck(self) -> bool:
        """Whether the statement came."""
        return self.seen >= self.nth


def _counts(opened) -> dict[str, int]:
    """How many rows each table holds, jobs included."""
    names = [f'"{name}"' for name in sorted(Table.metadata.tables)] + ["jobs.procrastinate_jobs"]
    with opened.home.owner.connect() as connection:
        query = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS rows FROM {name}" for name in names)
        counted = connection.execute(text(query)).all()
        versions = connection.execute(text("SELECT coalesce(sum(version), 0) FROM dataset")).scalar_one()
    return {row.name: row.rows for row in counted} | {"versions of datasets": versions}


def _holds(opened) -> list[str]:
    with transaction(opened.home.jobs, opened.acting()) as session:
        return verify_ledger(session).defects


def _strike_until_it_passes(opened, operation: Callable[[], object]) -> int:
    """How many statements were refused, one run each, before the operation passed."""
    before = _counts(opened)
    for nth in range(1, MORE_THAN_ENOUGH):
        refusing = RefusingOnce(nth)
        event.listen(opened.home.jobs, "before_cursor_execute", refusing, retval=True)
        try:
            operation()
        except DBAPIError as error:
            assert "division by zero" in str(error)  # noqa: PT017 - a run that passes is the way out.
        else:
            assert not refusing.struck, f"statement {nth} was refused and nobody noticed"
            return nth - 1
        finally:
            event.remove(opened.home.jobs, "before_cursor_execute", refusing)
        assert _counts(opened) == before, f"statement {nth}: something was left behind"
        assert _holds(opened) == []
    pytest.fail("the operation never passed")


@pytest.fixture
def within(opened):
    """Runs one use case in a transaction of its own that judges what it touched, as the pages do."""

    def run(use_case: Callable[..., object]) -> None:
        with transaction(opened.home.jobs, opened.acting(), **assemble(), time_zone="Europe/Paris",
                         today=lambda: date(2026, 11, 24)) as session:  # fmt: skip
            use_case(session)

    return run


def _file(place: int) -> DistributionForm:
    return DistributionForm(identifier=f"f{place}", download_url=f"https://essai.invalid/{place}.csv")


def test_a_recorded_dataset_is_whole_or_absent(opened, within):
    form = DatasetForm(identifier="essai", title="Arbres", distributions=[_file(1), _file(2)])
    struck = _strike_until_it_passes(opened, lambda: within(lambda s: record_dataset(s, opened.high, form)))
    counts = _counts(opened)
    assert (counts['"dataset"'], counts['"distribution"']) == (1, 2)
    assert counts['"finding"'] > 0
    assert struck > 5


def test_an_amended_dataset_is_wholly_amended_or_not_at_all(opened, within):
    number = opened.record("Arbres", distributions=[_file(1), _file(2)])
    form = DatasetChange(title="Arbres d’alignement", distributions=[_file(2), _file(3)])

    def amend(session):
        amend_dataset(session, number, form, expected=session.get(Dataset, number).version, reason="relevé")

    assert _strike_until_it_passes(opened, lambda: within(amend)) > 5
    assert _counts(opened)['"distribution"'] == 3


def test_an_appointment_replaces_the_one_before_or_changes_nothing(opened, within):
    number = opened.record("Arbres")
    with transaction(opened.home.jobs, opened.acting()) as session:
        people = [record_person(session, opened.authority, PersonForm(name=f"Fonction {n}")).id for n in (1, 2)]

    def form(person: int, since: date) -> AppointmentForm:
        return AppointmentForm(
            person_id=person, role=AppointmentRole.STEWARD, subject_kind=AppointmentSubject.DATASET,
            subject_id=number, since=since,
        )  # fmt: skip

    within(lambda s: appoint(s, opened.authority, form(people[0], date(2026, 1, 1))))
    struck = _strike_until_it_passes(
        opened, lambda: within(lambda s: appoint(s, opened.authority, form(people[1], date(2026, 6, 1))))
    )
    assert struck > 5
    with opened.home.owner.connect() as connection:
        ends = connection.execute(text("SELECT upper(during) FROM appointment ORDER BY id")).scalars().all()
    assert ends == [date(2026, 6, 1), None]


def test_an_invited_account_has_its_person_role_and_link_or_does_not_exist(opened, within):
    person = PersonForm(name="Référent données", email="referent@essai.invalid")
    struck = _strike_until_it_passes(
        opened,
        lambda: within(lambda s: invite_account(s, opened.authority, person, role=Role.STEWARD, on=opened.authority)),
    )
    counts = _counts(opened)
    assert [counts[f'"{name}"'] for name in ("account", "role_grant", "single_use_link", "person_key")] == [1] * 4
    assert struck > 5


def test_a_batch_of_an_import_is_wholly_applied_or_wholly_waits_and_then_goes_on(opened, within):
    read = ReadCatalogue(
        format=SourceFormat.TURTLE,
        datasets=[
            ReadDataset(
                identifier=f"jeu-{place}",
                title=f"Jeu {place}",
                contact_name="Service essai",
                distributions=[ReadDistribution(identifier=f"f{place}", download_url=f"https://essai.invalid/{place}")],
            )
            for place in range(3)
        ],
        catalogue=ReadCatalog(title="Essai"),
        leftovers=[],
        tally=PredicateTally(triples=0, rows=[]),
        anomalies=[],
    )
    numbers = []

    def receive(session):
        numbers.append(receive_import(session, opened.high, source_name="essai.ttl", source_sha256="0" * 64).id)

    within(receive)
    touched = ('"dataset"', '"distribution"', '"person"', '"person_key"', '"person_identity"', '"finding"')

    def session_of():
        return transaction(opened.home.jobs, opened.acting(batch_id=numbers[0]), **assemble(),
                           time_zone="Europe/Paris", today=lambda: date(2026, 11, 24))  # fmt: skip

    preview_import(session_of, numbers[0], read)
    before = _counts(opened)
    for nth in range(1, MORE_THAN_ENOUGH):
        refusing = RefusingOnce(nth)
        event.listen(opened.home.jobs, "before_cursor_execute", refusing, retval=True)
        try:
            apply_import(session_of, numbers[0], lambda *_said: None)
        except DBAPIError as error:
            assert "division by zero" in str(error)  # noqa: PT017 - a run that passes is the way out.
        else:
            break
        finally:
            event.remove(opened.home.jobs, "before_cursor_execute", refusing)
        counts = _counts(opened)
        if counts['"dataset"'] == before['"dataset"']:
            assert {name: counts[name] for name in touched} == {name: before[name] for name in touched}
        else:
            assert (counts['"dataset"'], counts['"distribution"'], counts['"person"']) == (3, 3, 1)
        assert _holds(opened) == []
    counts = _counts(opened)
    assert (counts['"dataset"'], counts['"distribution"'], counts['"person"']) == (3, 3, 1)
    assert nth > 10
    with opened.home.owner.connect() as connection:
        assert connection.execute(text("SELECT state FROM import_batch")).scalar_one() == "applied"
        entries = connection.execute(
            text("SELECT count(*) FROM ledger_entry WHERE table_name = 'dataset' AND batch_id = :n"), {"n": numbers[0]}
        ).scalar_one()
        assert entries >= 3
