"""At ten thousand datasets, each figure is still the length of the list it opens, for each who reads it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from registry.compliance.service import BATCH, evaluate
from registry.compliance.vocabulary import SubjectKind
from registry.dashboard.service import count_months
from registry.kernel.permissions import Role
from registry.platform.postgres import Cluster
from tests.conftest import Town, opened_home, opened_town
from tests.dashboard.figures import FIGURE, not_as_counted, number, opened_by

pytestmark = [pytest.mark.database, pytest.mark.slow]
SIZE = 10_000
FILL = """
INSERT INTO dataset (organisation_id, version, identifier, title, title_sort, description, keywords, themes,
    publisher_name, languages, access_rights, frequency, issued, modified, licence, personal_data, nature, stage,
    annulled)
SELECT (CAST(:bodies AS bigint[]))[1 + n % 4], 1, 'jeu-' || n, 'Relevé ' || n, '', 'Relevé fait sur place.',
    ARRAY['relevé'], CASE WHEN n % 4 = 0 THEN ARRAY['ENVI'] ELSE ARRAY['TRAN'] END, 'Direction', ARRAY['fr'],
    CASE WHEN n % 7 > 0 THEN 'public' END, CASE WHEN n % 3 > 0 THEN 'ANNUAL' END, date '2024-01-01' + n % 600,
    date '2025-06-01' + n % 500, CASE n % 5 WHEN 0 THEN 'cc-by-nc-4.0' WHEN 1 THEN NULL ELSE 'etalab-2.0' END,
    CASE WHEN n % 6 > 0 THEN 'none' ELSE 'personal' END, CASE WHEN n % 9 = 0 THEN 'mobility' ELSE 'other' END,
    (ARRAY['identified', 'collected', 'qualified', 'documented', 'cleared', 'published'])[1 + n % 6], n % 500 = 0
  FROM generate_series(1, :size) AS n
"""
FILES = """
INSERT INTO distribution (organisation_id, version, dataset_id, identifier, title, download_url, format, annulled)
SELECT organisation_id, 1, id, identifier, 'Fichier', 'https://exemple.invalid/' || id,
    CASE WHEN id % 2 = 0 THEN 'CSV' ELSE 'PDF' END, annulled
  FROM dataset WHERE id % 3 > 0
"""
HELD = """
INSERT INTO appointment (organisation_id, version, person_id, role, subject_kind, subject_id, during, published,
    annulled)
SELECT d.organisation_id, 1, (SELECT min(id) FROM person), role, 'dataset', d.id, daterange('2025-01-01', NULL), false,
    false
  FROM dataset d CROSS JOIN unnest(ARRAY['owner', 'steward']) AS role
 WHERE d.id % 4 < 3 AND (role = 'owner' OR d.id % 4 < 2)
"""
PAGES = ("/pilotage", "/gouvernance/enjeux", "/gouvernance/enjeux?force=pratiques")


@pytest.fixture(scope="module")
def large(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A registry of ten thousand datasets at every stage, some kept by somebody, judged, its months counted."""
    with opened_home(cluster, template, tmp_path_factory.mktemp("large")) as home, opened_town(home) as town:
        town.someone(Role.READER)
        with town.as_owner() as session:
            bodies = [town.authority_id, town.commune_id, town.other_commune_id, town.service_id]
            session.execute(text(FILL), {"size": SIZE, "bodies": bodies})
            session.execute(text(FILES))
            session.execute(text(HELD))
        subjects = town.info["engine"].subjects
        for kind in (SubjectKind.DATASET, SubjectKind.ORGANISATION):
            with town.acting() as session:
                ids = subjects[kind].everything(session, None)
            for start in range(0, len(ids), BATCH):
                with town.acting() as session:
                    evaluate(session, kind, ids[start : start + BATCH], today=town.info["today"]())
        with town.acting() as session:
            count_months(session)
        yield town


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("role", "place"), [(Role.READER, None), (Role.DIRECTOR, "service_id"), (Role.DPO, "commune_id")]
)
def test_each_figure_opens_exactly_what_it_counts(large: Town, role: Role, place: str | None, page: str) -> None:
    asker = large.someone(role, getattr(large, place) if place else None)
    shown = asker.get(page)
    assert shown.status_code == 200
    opened = opened_by(shown.text)
    assert len(opened) > 5
    assert not_as_counted(opened, lambda address: asker.get(address).text) == {}


def test_there_is_much_to_count(large: Town) -> None:
    kept, *_others, breaches, _late = FIGURE.findall(large.someone(Role.READER).get("/pilotage").text)
    assert number(kept) > SIZE / 4
    assert number(breaches) > SIZE / 4
