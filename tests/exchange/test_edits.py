"""What somebody edited by hand stays when a catalogue comes again, unless whoever imports takes the file's."""

from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange, DatasetForm, DistributionForm
from registry.datasets.models import Dataset
from registry.datasets.queries import find_distributions
from registry.datasets.service import amend_dataset, record_dataset
from registry.exchange.jobs import import_file, import_jobs
from registry.exchange.models import ImportAction
from registry.exchange.queries import find_lines, get_batch
from registry.exchange.views import line_view
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from registry.platform.jobs import work_once
from tests.conftest import Town
from tests.exchange.conftest import PREFIXES, TREES, Bringer

pytestmark = pytest.mark.database

NOTHING = {"create": 0, "change": 0, "unchanged": 2, "refused": 0}


def edit(bringer: Bringer, **values: Any) -> None:
    """Somebody edits the sheet of the trees on its page."""
    sheet = bringer.sheets()["arbres"]
    with bringer.town.acting("account:1") as session:
        amend_dataset(session, sheet["id"], DatasetChange(**values), expected=sheet["version"])


def files_of(bringer: Bringer) -> list[DistributionForm]:
    """The distributions of the trees, as their page sends them."""
    with bringer.town.acting() as session:
        return [
            DistributionForm.model_validate(one)
            for one in find_distributions(session, bringer.sheets()["arbres"]["id"])
        ]


def held(bringer: Bringer) -> tuple[str | None, list[str], int | None]:
    """The description, keywords and contact of the trees."""
    with bringer.town.acting() as session:
        sheet = session.get(Dataset, bringer.sheets()["arbres"]["id"])
        assert sheet is not None
        return sheet.description, sheet.keywords, sheet.contact_person_id


def test_the_same_file_again_changes_nothing_of_what_was_edited_by_hand(bringer: Bringer):
    bringer.bring(TREES)
    edit(bringer, description="Relu par la direction.", keywords=["arbre", "nature"])
    version = bringer.sheets()["arbres"]["version"]

    number, counts = bringer.bring(TREES)

    assert counts == NOTHING
    assert held(bringer)[:2] == ("Relu par la direction.", ["arbre", "nature"])
    assert bringer.sheets()["arbres"]["version"] == version
    with bringer.town.acting() as session:
        assert get_batch(session, number).summary["edits_kept"] == 1
        line = next(one for one in find_lines(session, number) if one.identifier == "arbres")
        (said,) = line_view(line, bringer.state(number)).kept
    assert "modifié à la main depuis" in said
    assert "Relu par la direction." in said
    assert "Les arbres." in said


def test_where_the_file_changed_too_the_value_edited_by_hand_stays_and_the_rest_is_written(bringer: Bringer):
    bringer.bring(TREES)
    edit(bringer, description="Relu par la direction.")
    second = TREES.replace("Les arbres.", "Texte du portail.").replace('title "Arbres"', 'title "Arbres en ville"')

    _number, counts = bringer.bring(second)

    assert counts["change"] == 1
    after = bringer.sheets()["arbres"]
    assert (after["title"], after["description"]) == ("Arbres en ville", "Relu par la direction.")
    # What that import wrote beside it does not make the value the file's own.
    assert bringer.bring(second)[1] == NOTHING
    assert bringer.sheets()["arbres"]["description"] == "Relu par la direction."


def test_what_the_file_changes_and_nobody_edited_is_written_import_after_import(bringer: Bringer):
    for words in ("Les arbres.", "Texte du portail.", "Texte du portail, revu."):
        bringer.bring(TREES.replace("Les arbres.", words))
        assert bringer.sheets()["arbres"]["description"] == words


def test_what_was_emptied_by_hand_stays_empty(bringer: Bringer):
    bringer.bring(TREES)
    edit(bringer, description=None, contact_person_id=None)

    assert bringer.bring(TREES)[1] == NOTHING

    assert held(bringer) == (None, [], None)


def test_files_edited_added_or_taken_out_by_hand_stay_so(bringer: Bringer):
    bringer.bring(TREES)
    csv, _json = sorted(files_of(bringer), key=lambda one: one.title or "")
    ours = DistributionForm(title="Plan", access_url="https://exemple.fr/plan")
    edit(bringer, distributions=[csv.model_copy(update={"title": "CSV relu"}), ours])

    assert bringer.bring(TREES)[1] == NOTHING
    assert bringer.sheets()["arbres"]["files"] == ["CSV relu", "Plan"]

    number, _compared = bringer.preview(TREES)
    bringer.apply(number, overwrite_edits=True)
    assert bringer.sheets()["arbres"]["files"] == ["CSV", "JSON"]


def test_a_file_the_source_withdraws_goes_and_one_it_changes_keeps_the_title_given_by_hand(bringer: Bringer):
    bringer.bring(TREES)
    csv, other = sorted(files_of(bringer), key=lambda one: one.title or "")
    edit(bringer, distributions=[csv.model_copy(update={"title": "CSV relu"}), other])

    bringer.bring(TREES.replace("ex:csv, ex:json", "ex:csv").replace("arbres.csv>", "arbres-2.csv>"))

    (left,) = files_of(bringer)
    assert (left.title, left.download_url) == ("CSV relu", "https://exemple.fr/arbres-2.csv")


def test_whoever_imports_may_take_the_values_of_the_file_all_the_same(bringer: Bringer):
    bringer.bring(TREES)
    edit(bringer, description="Relu par la direction.", contact_person_id=None)
    number, compared = bringer.preview(TREES)
    assert {one.action for one in compared} == {ImportAction.UNCHANGED}

    bringer.apply(number, overwrite_edits=True)

    description, _keywords, contact = held(bringer)
    assert description == "Les arbres."
    assert contact is not None
    with bringer.town.acting() as session:
        summary = get_batch(session, number).summary
        assert (summary["change"], summary["unchanged"], summary["overwrite_edits"]) == (1, 1, True)
    bringer.undo(number)
    assert held(bringer)[0] == "Relu par la direction."


def test_what_an_import_wrote_and_an_undo_took_back_is_of_no_hand(bringer: Bringer):
    bringer.bring(TREES)
    number, _counts = bringer.bring(TREES.replace("Les arbres.", "Texte du portail."))
    bringer.undo(number)

    assert bringer.bring(TREES.replace("Les arbres.", "Autre texte."))[1]["change"] == 1

    assert bringer.sheets()["arbres"]["description"] == "Autre texte."


def test_a_sheet_recorded_by_hand_keeps_its_values_and_gains_those_it_lacked(bringer: Bringer):
    bringer.town.record("Arbres, fiche à nous", on=bringer.town.authority_id, identifier="arbres")

    bringer.bring(TREES)

    after = bringer.sheets()["arbres"]
    assert (after["title"], after["description"]) == ("Arbres, fiche à nous", "Les arbres.")
    assert after["files"] == ["CSV", "JSON"]


def test_no_name_of_a_contact_outlives_the_import_that_left_it_aside(bringer: Bringer):
    bringer.bring(TREES)
    edit(bringer, contact_person_id=None)

    number, _counts = bringer.bring(TREES)

    assert (
        bringer.count(f"import_line WHERE batch_id = {number} AND changes::text || content::text ILIKE '%essai%'") == 0
    )


def test_the_command_counts_what_it_keeps_and_takes_it_when_asked(bringer: Bringer, tmp_path: Any):
    path = tmp_path / "essai.ttl"
    path.write_text(PREFIXES + TREES)
    bringer.bring(TREES)
    edit(bringer, description="Relu par la direction.")

    def bring(**options: Any) -> Any:
        return import_file(
            bringer.town.home, str(path), organisation_id=bringer.town.authority_id,
            acting=Acting("cli:essai"), info=bringer.town.info, **options,
        )  # fmt: skip

    for kept in (bring(dry_run=True), bring()):
        assert (kept.kept, kept.changed) == (1, 0)
        assert any("--overwrite-edits" in line for line in kept.sentences())
        assert kept.as_json()["kept"] == 1
    taken = bring(overwrite_edits=True)

    assert (taken.kept, taken.changed) == (0, 1)
    assert held(bringer)[0] == "Les arbres."


def test_the_page_shows_what_is_kept_and_a_box_takes_it(town: Town, bringer: Bringer):
    bringer.bring(TREES)
    edit(bringer, description="Relu par la direction.")
    number, _compared = bringer.preview(TREES)
    steward = town.someone(Role.STEWARD)

    shown = steward.get(f"/imports/{number}").text
    assert "modifié à la main depuis" in shown
    assert "Reprendre aussi les champs modifiés à la main" in shown
    assert steward.post(f"/imports/{number}/appliquer", {"overwrite_edits": "true"}).status_code == 303
    work_once(town.home.urls.jobs, town.home.jobs, import_jobs(town.home, town.info))

    assert held(bringer)[0] == "Les arbres."
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM import_line WHERE changes ? 'kept'")).scalar_one() == 0


def test_a_field_kept_from_imports_stays_even_for_who_takes_back_what_was_edited(bringer: Bringer):
    bringer.bring('ex:a a dcat:Dataset ; dct:identifier "a" ; dct:title "A"@fr ; dct:description "Un."@fr .')
    (sheet,) = bringer.sheets().values()
    with bringer.town.acting() as session:
        change = DatasetChange(locked_fields=["description"])
        amend_dataset(session, sheet["id"], change, expected=sheet["version"])

    number, (line,) = bringer.preview(
        'ex:a a dcat:Dataset ; dct:identifier "a" ; dct:title "Autre"@fr ; dct:description "Deux."@fr .'
    )
    assert [one["code"] for one in line.anomalies] == ["locked-field"]
    bringer.apply(number, overwrite_edits=True)

    (sheet,) = bringer.sheets().values()
    assert (sheet["title"], sheet["description"]) == ("Autre", "Un.")


def test_undoing_leaves_a_sheet_that_somebody_described_further(bringer: Bringer):
    number, _said = bringer.bring('ex:a a dcat:Dataset ; dct:identifier "a" ; dct:title "A"@fr .')
    (sheet,) = bringer.sheets().values()
    with bringer.town.acting() as session:
        source = record_dataset(session, bringer.town.authority_id, DatasetForm(title="Fait de A"))
        form = DatasetChange.model_validate({"derivations": [{"source_id": sheet["id"]}]})
        amend_dataset(session, source.id, form, expected=1)

    assert bringer.undo(number) == ["A"], "What another dataset is made from stays."
    assert "a" in bringer.sheets()
