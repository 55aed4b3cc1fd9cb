"""What a sheet tells the policies: of others’ rights, of what is kept, of what each field is for; then and now."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.datasets.facts import _ASKED, _ASKED_OF_FILES, bind_datasets, facts_of_dataset
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.rules import are_personal_fields_justified, may_be_high_value, may_third_parties_hold_rights
from registry.datasets.service import amend_dataset, record_dataset
from registry.datasets.systems.facts import bind_systems
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from tests.conftest import TODAY, Town


@pytest.mark.parametrize(
    ("origin", "rights", "said"),
    [
        (None, None, None),
        ("produced", None, False),
        ("derived", None, False),
        ("partner", None, True),
        ("operator", None, True),
        ("produced", "held", True),
        (None, "none", True),
    ],
)
def test_rights_are_in_question_for_what_came_from_others_or_was_looked_into(
    origin: str | None, rights: str | None, said: bool | None
) -> None:
    assert may_third_parties_hold_rights(origin, rights) is said


NAME, FREE, UNSAID, GUESSED = (True, False, True), (False, False, True), (None, False, True), (True, False, False)
JUSTIFIED = (True, True, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([], None),
        ([FREE], None),
        ([JUSTIFIED, FREE], True),
        ([JUSTIFIED, NAME], False),
        ([JUSTIFIED, UNSAID], None),
        ([NAME, UNSAID], False),
        ([JUSTIFIED, GUESSED], None),
    ],
    ids=[
        "no field described", "none that is personal", "each with its purpose", "one without",
        "one of which nobody said", "one without, whatever the other is", "one that a reading only suggests",
    ],
)  # fmt: skip
def test_personal_fields_are_justified_one_by_one_and_a_guess_is_no_breach(
    fields: list[tuple[bool | None, bool, bool]], said: bool | None
) -> None:
    assert are_personal_fields_justified(fields) is said


def _facts(session: Session, number: int, **reading: Any) -> dict[str, Any]:
    return bind_datasets(session, [number], on=TODAY, **reading)[number][1]


@pytest.mark.database
def test_fields_rights_and_retention_are_read_as_they_stand_and_as_they_stood(town: Town) -> None:
    with town.acting() as session:
        form = DatasetForm.model_validate(
            {
                "title": "Cantine", "personal_data": "personal", "declared_absent": ["retention_months"],
                "fields": [{"name": "nom", "personal_category": "identity"}],
            }
        )  # fmt: skip
        number = record_dataset(session, town.authority_id, form).id
    with town.acting() as session:
        before = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        change = DatasetChange.model_validate(
            {
                "retention_months": 12, "retention_trigger": "La rentrée", "declared_absent": [], "origin": "partner",
                "last_use_review": TODAY - timedelta(days=3),
                "fields": [{"name": "nom", "personal_category": "identity", "purpose": "Appeler l’enfant"}],
            }
        )  # fmt: skip
        amend_dataset(session, number, change, expected=1)
        session.flush()
        now, then = _facts(session, number, until=None), _facts(session, number, until=before)
    assert now["dataset.personal_fields_justified"] is True
    assert then["dataset.personal_fields_justified"] is False
    assert (now["dataset.retention_months"], now["dataset.retention_trigger__present"]) == (12, True)
    assert "dataset.retention_trigger" not in now
    assert then["dataset.retention_months__present"] is False
    assert "dataset.retention_trigger__present" not in then
    assert now["dataset.third_party_rights_in_question"] is True
    assert "dataset.third_party_rights_in_question" not in then
    assert now["dataset.last_use_review"] == TODAY - timedelta(days=3)


@pytest.mark.parametrize(
    ("nature", "themes", "said"),
    [
        (None, [], False),
        ("other", [], False),
        ("subsidies", [], False),
        ("local-address-base", [], True),
        ("mobility", [], True),
        ("other", ["hy"], True),
    ],
)
def test_a_category_of_high_value_is_asked_where_the_annex_may_name_the_dataset(
    nature: str | None, themes: list[str], said: bool
) -> None:
    assert may_be_high_value(nature, themes) is said


def _recorded(town: Town, said: dict[str, Any]) -> dict[str, Any]:
    """The facts of a sheet that says this."""
    with town.acting() as session:
        number = record_dataset(session, town.authority_id, DatasetForm.model_validate({"title": "Essai", **said})).id
        session.flush()
        return _facts(session, number, until=None)


_MAP = {"themes": ["ENVI"], "distributions": [{"format": "GPKG", "download_url": "https://exemple.invalid/plan.gpkg"}]}
_TABLE = {"distributions": [{"format": "CSV", "download_url": "https://exemple.invalid/tableau.csv"}]}


@pytest.mark.database
def test_an_inspire_theme_is_asked_of_environment_and_territory_and_taken_for_none_elsewhere(town: Town) -> None:
    assert "dataset.inspire_themes__present" not in _recorded(town, _MAP)
    assert _recorded(town, {**_MAP, "declared_absent": ["inspire_themes"]})["dataset.inspire_themes__present"] is False
    assert _recorded(town, _TABLE)["dataset.inspire_themes__present"] is False
    themed = _recorded(town, {**_TABLE, "inspire_themes": ["hy", "bu"]})
    assert themed["dataset.inspire_themes"] == ("bu", "hy")
    # What bears a theme may be of high value: somebody is asked.
    assert "dataset.hvd_categories__present" not in themed
    assert _recorded(town, _TABLE)["dataset.hvd_categories__present"] is False


@pytest.mark.database
def test_an_interface_is_known_by_what_it_gives_and_by_the_sheet_being_offline(town: Town) -> None:
    valued = {"hvd_categories": ["c_43f88346"], "access_rights": "public", **_TABLE}
    silent = _recorded(town, valued)
    assert silent["dataset.hvd_categories"] == ("c_43f88346",)
    assert not {"dataset.api", "dataset.api_documented", "dataset.hvd_law_cited"} & silent.keys()
    offered = _recorded(
        town,
        {
            **valued,
            "services": [
                {"endpoint_url": "https://exemple.invalid/api", "endpoint_description": "https://exemple.invalid/doc"}
            ],
            "applicable_legislation": ["http://data.europa.eu/eli/reg_impl/2023/138/oj"],
        },
    )
    assert (offered["dataset.api"], offered["dataset.api_documented"], offered["dataset.hvd_law_cited"]) == (True,) * 3
    bare = {**valued, "services": [{"endpoint_url": "https://exemple.invalid/api"}]}
    assert "dataset.api_documented" not in _recorded(town, bare)
    other = _recorded(
        town, {**valued, "access_rights": "non-public", "applicable_legislation": ["https://exemple.invalid/loi"]}
    )
    assert (other["dataset.api"], other["dataset.hvd_law_cited"]) == (False, False)


@pytest.mark.parametrize("stage", ["withdrawn", "archived", "disposed"])
def test_what_left_the_catalogue_is_not_online_whatever_its_sheet_still_says(stage: str) -> None:
    said = dict.fromkeys(_ASKED) | dict.fromkeys(("declared_absent", "themes", "inspire_themes"), ())
    said |= {"hvd_categories": (), "applicable_legislation": (), "access_rights": "public", "conforms_to": ()}
    file = SimpleNamespace(**dict.fromkeys((*_ASKED_OF_FILES,)) | {"access_url": "https://exemple.invalid/a.csv"})

    def online(at: str) -> Any:
        return facts_of_dataset(SimpleNamespace(**said | {"stage": at}), [file], set())["dataset.published_online"]

    assert online(stage) is False
    assert online("documented") is True


@pytest.mark.database
def test_the_national_access_point_is_known_by_its_address(town: Town) -> None:
    there = "https://transport.data.gouv.fr/resources/1"
    timetable = {"nature": "mobility", "access_rights": "public"}
    deposited = _recorded(town, {**timetable, "distributions": [{"format": "GTFS", "access_url": there}]})
    assert deposited["dataset.on_national_access_point"] is True
    assert deposited["dataset.mobility_formats"] == ("GTFS",)
    shouted = _recorded(town, {**timetable, "landing_page": "https://Transport.Data.Gouv.fr/datasets/1", **_TABLE})
    assert shouted["dataset.on_national_access_point"] is True
    quoted = _recorded(
        town, {**timetable, "landing_page": "https://exemple.invalid/?de=transport.data.gouv.fr", **_TABLE}
    )
    assert "dataset.on_national_access_point" not in quoted
    elsewhere = _recorded(town, {**timetable, **_TABLE})
    assert "dataset.on_national_access_point" not in elsewhere
    assert elsewhere["dataset.mobility_formats"] == ()
    assert "dataset.schema_declared" not in elsewhere
    schema = "https://exemple.invalid/schema"
    assert _recorded(town, {**timetable, **_TABLE, "conforms_to": [schema]})["dataset.schema_declared"] is True
    bare = _recorded(town, {**timetable, **_TABLE, "declared_absent": ["conforms_to"]})
    assert bare["dataset.schema_declared"] is False
    kept = _recorded(town, {**timetable, **_TABLE, "access_rights": "restricted"})
    assert kept["dataset.on_national_access_point"] is False


@pytest.mark.database
def test_what_a_sheet_says_of_its_making_is_there_absent_or_unknown(town: Town) -> None:
    said = _recorded(town, {"provenance": "Levé", "origin": "derived", "declared_absent": ["publishable_category"]})
    assert (said["dataset.provenance__present"], said["dataset.origin"], said["dataset.stage"]) == (
        True, "derived", "identified",
    )  # fmt: skip
    assert said["dataset.publishable_category__present"] is False
    assert not {"dataset.provenance", "dataset.system__present"} & said.keys()


@pytest.mark.database
def test_a_country_asked_for_and_not_obtained_is_known_as_such(town: Town) -> None:
    with town.acting() as session:
        said = SystemForm(name="Service en ligne", external_host=True, declared_absent=["host_country"])
        number = record_system(session, town.authority_id, said).id
        session.flush()
        (_row, facts) = bind_systems(session, [number], on=TODAY, until=None)[number]
    assert facts["system.host_country__present"] is False
    assert "system.hosted_in_eea" not in facts
