"""One change on many sheets: what the preview shows is what is written, and one undo takes it back."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.bulk import service as bulk_service
from registry.datasets.bulk.forms import BulkEditForm
from registry.datasets.bulk.queries import find_bulk_lines, get_bulk_edit
from registry.datasets.bulk.rules import becomes
from registry.datasets.bulk.service import apply_bulk_edit, preview_bulk_edit, undo_bulk_edit
from registry.datasets.forms import DatasetChange
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.queries import get_dataset
from registry.datasets.service import amend_dataset
from registry.datasets.vocabulary import BulkOperation, BulkOutcome, BulkState
from registry.exchange.edits import edited
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.ledger.queries import find_versions

pytestmark = pytest.mark.database


def preview(town: Any, *edits: tuple[str, str, Any], writable: set[int] | None = None, **narrowed: Any) -> int:
    """A bulk edit of a selection, previewed; its number."""
    form = BulkEditForm.model_validate(
        {"edits": [{"field": one[0], "operation": one[1], "value": one[2]} for one in edits], "reason": "campagne"}
    )
    every = {town.authority_id, town.commune_id, town.service_id}
    with town.acting() as session:
        return preview_bulk_edit(
            session, DatasetFilter(**narrowed), form, organisation_id=town.authority_id, account_id=None,
            writable=every if writable is None else writable, today=town.info["today"](),
        ).id  # fmt: skip


def outcomes(town: Any, bulk_id: int) -> dict[str, tuple[str, Any, str]]:
    with town.acting() as session:
        lines = find_bulk_lines(session, bulk_id, limit=5000)
        return {one.title: (str(one.outcome), one.changes, one.refusal or "") for one in lines}


def sheet(town: Any, number: int) -> Any:
    with town.acting() as session:
        return get_dataset(session, number)


def findings(town: Any, *ids: int) -> set[tuple[str, int]]:
    """The open findings of these sheets."""
    with town.acting() as session:
        rows = session.execute(
            text(
                "SELECT policy_id, subject_id FROM finding WHERE until IS NULL AND subject_kind = 'dataset'"
                " AND subject_id = ANY (:ids) AND verdict IN ('non-compliant', 'to-complete')"
            ),
            {"ids": list(ids)},
        )
        return {(row.policy_id, row.subject_id) for row in rows}


def test_the_preview_says_which_findings_it_would_settle_and_open_and_so_it_is_once_applied(town: Any) -> None:
    ids = [
        town.record("Arbres", personal_data="none", licence="etalab-2.0"),
        town.record("Bornes", personal_data="none", licence="etalab-2.0"),
        town.record("Agents"),
    ]
    before = findings(town, *ids)

    bulk_id = preview(town, ("personal_data", "set", "personal"), ("nature", "set", "other"))
    with town.acting() as session:
        weighed = get_bulk_edit(session, bulk_id).findings
    assert findings(town, *ids) == before
    apply_bulk_edit(town.acting, bulk_id)

    after = findings(town, *ids)
    settled = Counter(policy for policy, _sheet in before - after)
    opened = Counter(policy for policy, _sheet in after - before)
    assert weighed["judged"] == 3
    assert {one["policy_id"]: one["resolved"] for one in weighed["policies"] if one["resolved"]} == settled
    assert {one["policy_id"]: one["appeared"] for one in weighed["policies"] if one["appeared"]} == opened
    assert settled
    assert opened


@pytest.mark.parametrize(
    ("operation", "before", "value", "after"),
    [
        ("set", ["a"], ["b", "b"], ["b"]),
        ("add", ["a", "b"], ["b", "c"], ["a", "b", "c"]),
        ("remove", ["a", "b"], ["b", "z"], ["a"]),
        ("empty", ["a"], None, []),
    ],
)
def test_a_list_becomes(operation: str, before: list[str], value: Any, after: list[str]) -> None:
    assert becomes(BulkOperation(operation), before, value, is_list=True) == after


def test_the_preview_writes_nothing_and_says_what_would_change_and_what_would_not(town: Any) -> None:
    bare = town.record("Nu")
    town.record("Déjà", licence="etalab-2.0", keywords=["eau"])
    town.record("Gardé", locked_fields=["licence"])
    town.record("D’ailleurs", on=town.commune_id)

    bulk_id = preview(
        town, ("licence", "set", "etalab-2.0"), ("keywords", "add", ["eau"]),
        writable={town.authority_id},
    )  # fmt: skip

    said = outcomes(town, bulk_id)
    assert said["Nu"] == ("change", {"licence": [None, "etalab-2.0"], "keywords": [[], ["eau"]]}, "")
    assert said["Déjà"] == ("unchanged", {}, "")
    assert said["Gardé"][0] == "refused"
    assert "Licence" in said["Gardé"][2]
    assert said["D’ailleurs"][::2] == ("refused", "Vos droits ne permettent pas de modifier cette fiche.")
    assert (sheet(town, bare).version, sheet(town, bare).licence) == (1, None)
    with town.acting() as session:
        kept = get_bulk_edit(session, bulk_id)
        assert (kept.changed, kept.unchanged, kept.refused, kept.state) == (1, 1, 2, BulkState.PREVIEWED)


def test_applied_it_is_one_batch_of_the_ledger_and_of_the_hand_of_somebody(town: Any) -> None:
    number = town.record("Nu")
    bulk_id = preview(town, ("licence", "set", "etalab-2.0"), ("issued", "set", "2026-01-02"))

    apply_bulk_edit(town.acting, bulk_id)

    assert (sheet(town, number).licence, sheet(town, number).issued) == ("etalab-2.0", date(2026, 1, 2))
    with town.acting() as session:
        versions = find_versions(session, "dataset", number)
    assert (versions[0].batch_id, versions[0].event, versions[0].reason) == (
        bulk_id, "datasets:bulk:apply", "campagne",
    )  # fmt: skip
    assert "licence" in edited(versions), "an import leaves it as it leaves what is typed by hand"
    apply_bulk_edit(town.acting, bulk_id)
    assert sheet(town, number).version == 2, "applied again, it does nothing"


def test_undone_it_leaves_what_somebody_changed_since_and_says_so(town: Any) -> None:
    kept, back = town.record("Retouché", licence="odbl"), town.record("Intact", licence="odbl", keywords=["a"])
    bulk_id = preview(town, ("licence", "empty", None), ("keywords", "set", ["b", "c"]))
    apply_bulk_edit(town.acting, bulk_id)
    with town.acting() as session:
        amend_dataset(session, kept, DatasetChange(acronym="R"), expected=2)

    undo_bulk_edit(town.acting, bulk_id)

    assert (sheet(town, back).licence, sheet(town, back).keywords) == ("odbl", ["a"])
    assert (sheet(town, kept).licence, sheet(town, kept).acronym) == (None, "R")
    assert outcomes(town, bulk_id)["Retouché"][0] == BulkOutcome.KEPT
    with town.acting() as session:
        assert (get_bulk_edit(session, bulk_id).state, get_bulk_edit(session, bulk_id).kept) == (BulkState.UNDONE, 1)
    with pytest.raises(Conflict, match="Défaite"):
        apply_bulk_edit(town.acting, bulk_id)


def test_a_field_changed_between_the_preview_and_its_application_stays(town: Any) -> None:
    same, other = town.record("Même champ"), town.record("Autre champ")
    bulk_id = preview(town, ("licence", "set", "etalab-2.0"))
    with town.acting() as session:
        amend_dataset(session, same, DatasetChange(licence="odbl"), expected=1)
        amend_dataset(session, other, DatasetChange(acronym="A"), expected=1)

    apply_bulk_edit(town.acting, bulk_id)

    assert (sheet(town, same).licence, sheet(town, other).licence) == ("odbl", "etalab-2.0")
    assert outcomes(town, bulk_id)["Même champ"][::2] == (
        "refused", "Ce champ a été modifié depuis l’aperçu : la fiche y est restée.",
    )  # fmt: skip


def test_what_no_longer_fits_a_sheet_at_the_moment_of_writing_is_refused_there_alone(town: Any) -> None:
    ends, locked, fits = town.record("Finit avant"), town.record("Gardé depuis"), town.record("Convient")
    bulk_id = preview(town, ("temporal_start", "set", "2020-01-01"))
    with town.acting() as session:
        amend_dataset(session, ends, DatasetChange(temporal_end=date(2019, 1, 1)), expected=1)
        amend_dataset(session, locked, DatasetChange(locked_fields=["temporal_start"]), expected=1)

    apply_bulk_edit(town.acting, bulk_id)

    said = outcomes(town, bulk_id)
    assert [sheet(town, one).temporal_start for one in (ends, locked, fits)] == [None, None, date(2020, 1, 1)]
    assert said["Finit avant"][::2] == (
        "refused", "La période couverte finit avant de commencer : vérifiez les deux dates.",
    )  # fmt: skip
    assert said["Gardé depuis"][0] == "refused"
    assert said["Gardé depuis"][2].startswith("Gardé sur cette fiche")
    with town.acting() as session:
        assert get_bulk_edit(session, bulk_id).state is BulkState.APPLIED


def test_cut_short_it_goes_on_from_the_first_sheet_not_written(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [town.record(f"Jeu {number}") for number in range(5)]
    bulk_id = preview(town, ("frequency", "set", "ANNUAL"))
    monkeypatch.setattr(bulk_service, "BATCH", 2)

    def stop(done: int, _total: int, _step: str) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_bulk_edit(town.acting, bulk_id, stop)
    assert sum(sheet(town, number).frequency is not None for number in numbers) == 4
    apply_bulk_edit(town.acting, bulk_id)
    assert [sheet(town, number).version for number in numbers] == [2] * 5
    undo_bulk_edit(town.acting, bulk_id)
    assert [sheet(town, number).frequency for number in numbers] == [None] * 5


def test_what_comes_out_wrong_on_one_sheet_is_refused_there_alone(town: Any) -> None:
    town.record("Finit avant", temporal_end=date(2020, 1, 1))
    town.record("Sans fin")
    bulk_id = preview(town, ("temporal_start", "set", "2021-01-01"))

    said = outcomes(town, bulk_id)
    assert said["Sans fin"][0] == "change"
    assert said["Finit avant"][::2] == (
        "refused", "La période couverte finit avant de commencer : vérifiez les deux dates.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (("issued", "set", "2999-01-01"), "à venir"),
        (("issued", "set", "86400"), "une date qui existe"),
        (("issued", "set", 86400), "une date qui existe"),
        (("personal_data", "set", "beaucoup"), "Choisissez une valeur"),
        (("licence", "add", "odbl"), "n’est pas une liste"),
        (("licence", "set", ""), "Donnez une valeur"),
        (("information_system_id", "set", 987654), "n’existe pas"),
    ],
)
def test_a_value_that_fits_no_sheet_is_refused_before_any_preview(town: Any, edit: Any, sentence: str) -> None:
    town.record("Nu")
    with pytest.raises(Invalid) as refused:
        preview(town, edit)
    assert sentence in refused.value.errors[0].message


def test_nothing_selected_is_said(town: Any) -> None:
    with pytest.raises(NotFound, match="rien à modifier"):
        preview(town, ("licence", "empty", None), words="introuvable")
