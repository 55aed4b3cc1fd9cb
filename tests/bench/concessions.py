"""A year's calendar of deadlines where two thousand contracts run, each with thirty clauses."""

import time
from statistics import median

from ground import Ground
from measures import Measured
from sqlalchemy import text

from registry.desk.deadline_queries import find_deadlines
from registry.platform.database import Acting, transaction
from registry.platform.home import Home

GOAL = 1000
"""Units: ms for the calendar of a year."""
CONTRACTS, CLAUSES, _TIMES = 2_000, 30, 5
# One concession in two is of water, one in ten grants an exclusivity; each has a clause on its report, and steps noted.
_FILLING = (
    """
INSERT INTO contract (version, organisation_id, kind, object, object_sort, public_service, consulted_on, signed_on,
                      starts_on, ends_on, hosts_data, annulled)
SELECT 1, CAST(:body AS bigint), 'dsp', 'Contrat ' || n, 'contrat ' || n,
       CASE WHEN n % 2 = 0 THEN 'water' ELSE 'transport' END,
       date '2015-01-01' + n, date '2015-06-01' + n, date '2015-09-01' + n,
       CAST(:today AS date) + (n * 13) % 2600, n % 3 = 0, false
  FROM generate_series(1, CAST(:contracts AS int)) n
""",
    """
INSERT INTO clause (version, organisation_id, contract_id, kind)
SELECT 1, c.organisation_id, c.id,
       CASE WHEN k = 1 THEN 'annual-report' WHEN k = 2 AND c.id % 10 = 0 THEN 'exclusivity' ELSE 'supply' END
  FROM contract c, generate_series(1, CAST(:clauses AS int)) k
""",
    """
INSERT INTO clause_stipulation (version, organisation_id, contract_id, clause_id, act, terms, datasets, survives,
                                annulled)
SELECT 1, c.organisation_id, c.contract_id, c.id, 'adds',
       CASE c.kind WHEN 'annual-report' THEN '{"due_month": 4}'::jsonb
            WHEN 'exclusivity' THEN '{"exclusivity_kind": "general", "granted_on": "2024-03-01"}'::jsonb
            ELSE '{"indispensable": true}'::jsonb END, '{}', false, false
  FROM clause c
""",
    """
INSERT INTO contract_step (version, organisation_id, contract_id, step, done_on, evidence, annulled)
SELECT 1, organisation_id, id, 'exit-plan-agreed', CAST(:today AS date) - 100, '{}', false
  FROM contract WHERE id % 4 = 0
""",
)


def measure_calendar(ground: Ground, home: Home) -> list[Measured]:
    """What the page of deadlines asks for, over every contract."""
    today = ground.info["today"]()
    said = {"body": ground.owners[0], "today": today, "contracts": CONTRACTS, "clauses": CLAUSES}
    with transaction(home.owner, Acting("job:bench"), **ground.info) as session:
        for filling in _FILLING:
            session.execute(text(filling), said)
    taken, found = [], 0
    for _number in range(_TIMES):
        with transaction(home.jobs, Acting("job:bench"), **ground.info) as session:
            began = time.perf_counter()
            deadlines = find_deadlines(session, today, frozenset())
            taken.append((time.perf_counter() - began) * 1000)
            found = sum({one.day < today: one.of_all for one in deadlines}.values())
    work = f"échéances d’un an, {CONTRACTS} contrats de {CLAUSES} clauses"
    figure = f"médiane {median(taken):.0f} ms, au plus {max(taken):.0f} ms, {found} échéances"
    return [Measured(work, figure, "", median(taken), GOAL, "ms", at_most=True)]
