"""What is not the law judges nobody: a doctrine that was withdrawn, a bill that was not adopted."""

from datetime import date, timedelta

import pytest

from registry.compliance.catalogue import Catalogue
from registry.compliance.policy_files import load_catalogue
from registry.compliance.vocabulary import Force, SubjectKind, VersionStatus
from registry.platform.assets import asset_root
from tests.conftest import TODAY

WITHDRAWN_ON = date(2019, 5, 28)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(asset_root("policies"))


def _in_force(catalogue: Catalogue, day: date) -> set[str]:
    return {policy.id for policy, _version in catalogue.in_force(SubjectKind.SYSTEM, day)}


def test_the_note_of_2016_on_the_cloud_judges_no_day_after_it_was_withdrawn(catalogue: Catalogue) -> None:
    policy = catalogue.find("SOUV-04")
    assert policy is not None
    (version,) = policy.versions
    assert version.status is VersionStatus.REPEALED
    assert policy.force is not Force.OBLIGATION
    assert "SOUV-04" in _in_force(catalogue, WITHDRAWN_ON)
    for day in (date(2016, 4, 4), WITHDRAWN_ON + timedelta(days=1), TODAY):
        assert "SOUV-04" not in _in_force(catalogue, day)
        assert "SOUV-04" not in {policy.id for policy, _version in catalogue.waiting(day)}


def test_the_bill_that_names_urban_communities_binds_on_no_day(catalogue: Catalogue) -> None:
    policy = catalogue.find("SOUV-05")
    assert policy is not None
    (version,) = policy.versions
    assert (policy.force, version.status) == (Force.WATCH, VersionStatus.PROPOSED)
    for day in (TODAY, version.effective_from, version.effective_from + timedelta(days=3650)):
        assert not version.applies_on(day)
        assert "SOUV-05" not in _in_force(catalogue, day)


def test_what_binds_the_state_alone_judges_no_local_authority(catalogue: Catalogue) -> None:
    binding = {
        policy.id
        for policy in catalogue.policies
        for version in policy.versions
        if version.status is VersionStatus.IN_FORCE and "2024-449" in version.text and "31" in version.article
    }
    assert not binding, "Article 31 of the SREN act is for the State and its operators."
