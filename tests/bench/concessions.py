"""Two thousand contracts of thirty clauses on fifty datasets: their pages beside the sheet of a dataset, their year.

Each figure is what a whole answer costs: on the clock of one client, and in processor time of the web process and of
PostgreSQL together. The sheet is that of a dataset of no contract, asked of the same server just before.
"""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection
from statistics import median

import psutil
from ground import Ground, registry_command, server_process, server_time, serving, settled
from measures import Manner, Measured, spending
from sqlalchemy import text

from registry.contracts.clauses.kinds import kinds, scope_is_dataset
from registry.desk.deadline_queries import find_deadlines
from registry.platform.database import Acting, transaction
from registry.platform.home import Home

YEAR_GOAL = 1000
"""Units: ms for the calendar of a year."""
CONTRACTS, CLAUSES, DATASETS, DELIVERIES = 2_000, 30, 50, 12
_TIMES, _ASKED = 5, 12
_APART = 200
"""Datasets that no contract is about: their sheets are the ceiling."""
PAGES: tuple[tuple[str, str, float | None], ...] = (
    ("un contrat", "/contrats/{contract}", 2),
    ("  ce qui en est en vigueur un jour", "/contrats/{contract}/clauses?le={day}", 2),
    ("  le même, pour un jeu", "/contrats/{contract}/clauses?le={day}&jeu={dataset}", 2),
    ("  le même en JSON", "/api/v1/contracts/{contract}/clauses?on={day}", 2),
    ("  sa couverture, clauses × jeux", "/contrats/{contract}/couverture?le={day}", 2),
    ("  la même pour un tableur", "/contrats/{contract}/couverture/fichier?le={day}", 2),
    ("  la même en JSON", "/api/v1/contracts/{contract}/coverage?on={day}", 2),
    ("  ses échéances", "/contrats/{contract}/echeances", 2),
    ("  ses livraisons", "/contrats/{contract}/livraisons", 2),
    ("un jeu dont dix contrats parlent", "/jeux/{dataset}", None),
    ("  ce que ces contrats en disent", "/jeux/{dataset}/clauses", None),
    ("la liste des contrats", "/contrats", 2),
    ("la couverture de tous, première page", "/contrats/couverture", None),
    ("les livraisons à suivre", "/livraisons", 3),
    ("les échéances de l’année", "/echeances", None),
    ("la page des directions", "/pilotage", None),
)
"""Pages of a signed-in steward, each with the most it may cost. Units: × the sheet."""

# One concession in two is of water, one in ten grants an exclusivity; each has a clause on its report, and steps noted.
# One in two has amendments: what the first replaces of five clauses, what the second ends of one.
_FILLING = (
    """
INSERT INTO contract (version, organisation_id, kind, object, object_sort, public_service, consulted_on, signed_on,
                      starts_on, ends_on, hosts_data, clauses_read_on, annulled)
SELECT 1, CAST(:body AS bigint), 'dsp', 'Contrat ' || n, 'contrat ' || n,
       CASE WHEN n % 2 = 0 THEN 'water' ELSE 'transport' END,
       date '2015-01-01' + n, date '2015-06-01' + n, date '2015-09-01' + n,
       CAST(:today AS date) + (n * 13) % 2600, n % 3 = 0, CASE WHEN n % 5 > 0 THEN CAST(:today AS date) END, false
  FROM generate_series(1, CAST(:contracts AS int)) n
""",
    """
INSERT INTO contract_party (version, organisation_id, contract_id, party_id, side, gdpr_role, annulled)
SELECT 1, organisation_id, id, CAST(:holder AS bigint), 'holder', 'processor', false FROM contract
""",
    """
INSERT INTO contract_dataset (version, organisation_id, contract_id, dataset_id, annulled)
SELECT 1, c.organisation_id, c.id, d.ids[1 + (c.id * 37 + k) % cardinality(d.ids)], false
  FROM contract c CROSS JOIN generate_series(1, CAST(:datasets AS int)) k
 CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM dataset WHERE id <> ALL (:apart)) d
""",
    """
INSERT INTO amendment (version, organisation_id, contract_id, number, object, progress, signed_on, effective_on,
                       annulled)
SELECT 1, organisation_id, id, n, 'Avenant ' || n, NULL, signed_on + 700 * n, starts_on + 700 * n, false
  FROM contract, generate_series(1, 2) n WHERE id % 2 = 0
""",
    """
INSERT INTO clause (version, organisation_id, contract_id, kind)
SELECT 1, c.organisation_id, c.id,
       CASE WHEN k.kind = 'exclusivity' AND c.id % 10 > 0 THEN 'supply' ELSE k.kind END
  FROM contract c, generate_series(1, CAST(:clauses AS int)) n
  JOIN unnest(CAST(:kinds AS text[])) WITH ORDINALITY k (kind, place)
    ON k.place = 1 + (n - 1) % cardinality(CAST(:kinds AS text[]))
""",
    """
INSERT INTO clause_stipulation (version, organisation_id, contract_id, clause_id, amendment_id, act, article, text,
                                terms, datasets, survives, annulled)
SELECT 1, c.organisation_id, c.contract_id, c.id, a.id, said.act, 'article ' || c.id % 40,
       repeat('Le titulaire remet à l’autorité concédante les données du service. ', 6),
       CASE c.kind WHEN 'annual-report' THEN '{"due_month": 4}'::jsonb
            WHEN 'exclusivity' THEN '{"exclusivity_kind": "general", "granted_on": "2024-03-01"}'::jsonb
            WHEN 'schedule' THEN '{"frequency": "QUARTERLY", "first_due_on": "2024-03-31", "grace_days": 10}'::jsonb
            WHEN 'supply' THEN '{"indispensable": true}'::jsonb ELSE '{}'::jsonb END,
       CASE WHEN c.kind = ANY (:by_dataset) AND c.id % 2 = 0 THEN o.forty ELSE '{}' END, false, false
  FROM clause c
  JOIN (SELECT contract_id, (array_agg(dataset_id ORDER BY dataset_id))[1:40] AS forty
          FROM contract_dataset GROUP BY contract_id) o ON o.contract_id = c.contract_id
 CROSS JOIN (VALUES (0, 'adds'), (1, 'replaces'), (2, 'ends')) AS said (number, act)
  LEFT JOIN amendment a ON a.contract_id = c.contract_id AND a.number = said.number
 WHERE said.number = 0 OR (a.id IS NOT NULL AND c.id % 30 < CASE said.number WHEN 1 THEN 5 ELSE 1 END)
""",
    """
INSERT INTO contract_step (version, organisation_id, contract_id, step, done_on, evidence, annulled)
SELECT 1, organisation_id, id, 'exit-plan-agreed', CAST(:today AS date) - 100, '{}', false
  FROM contract WHERE id % 4 = 0
""",
    """
INSERT INTO contract_report (version, organisation_id, contract_id, year, received_on, evidence, annulled)
SELECT 1, organisation_id, id, y, make_date(y + 1, 5, 20), '{}', false FROM contract, generate_series(2020, 2023) y
""",
    """
INSERT INTO delivery (version, organisation_id, contract_id, clause_id, dataset_id, kind, due_on, in_time_until,
                      received_on, answer, unasked, annulled)
SELECT 1, c.organisation_id, c.contract_id, c.id, o.dataset_id, 'data', day.due, day.due + 10,
       CASE WHEN n > 2 THEN day.due + n % 15 END, CASE WHEN n > 2 THEN 'accepted' END, false, false
  FROM clause c JOIN (SELECT contract_id, min(dataset_id) AS dataset_id FROM contract_dataset GROUP BY 1) o
    ON o.contract_id = c.contract_id
 CROSS JOIN generate_series(0, CAST(:deliveries AS int) - 1) n
 CROSS JOIN LATERAL (SELECT CAST(:today AS date) + 170 - n * 90 - CAST(c.contract_id % 90 AS int) AS due) day
 WHERE c.kind = 'schedule'
""",
)


def measure_concessions(ground: Ground, home: Home) -> Iterator[Measured]:
    """The filling, then the calendar of a year as the page of deadlines asks for it."""
    today = ground.info["today"]()
    with transaction(home.owner, Acting("job:bench"), **ground.info) as session:
        began = time.perf_counter()
        apart = session.execute(text("SELECT id FROM dataset ORDER BY id DESC LIMIT :apart"), {"apart": _APART})
        said = {
            "body": ground.owners[0], "holder": ground.owners[1], "today": today, "contracts": CONTRACTS,
            "clauses": CLAUSES, "datasets": DATASETS, "deliveries": DELIVERIES, "apart": list(apart.scalars()),
            "kinds": list(kinds()), "by_dataset": [one for one in kinds() if scope_is_dataset(one)],
        }  # fmt: skip
        for filling in _FILLING:
            session.execute(text(filling), said)
            # Else the next one is planned for the empty tables that autovacuum last saw.
            session.execute(text(f"ANALYZE {filling.split()[2]}"))
        rows = session.execute(text("SELECT (SELECT count(*) FROM clause_stipulation), count(*) FROM contract_dataset"))
        lines, ties = rows.one()
        work = f"écrire {CONTRACTS} contrats de {CLAUSES} clauses et {DATASETS} jeux"
        yield Measured(work, f"{time.perf_counter() - began:.0f} s : {lines} lignes de clauses, {ties} jeux liés")
    yield _year(ground, home, today)


def numbers_of(home: Home, today: date) -> tuple[list[int], list[int], list[int]]:
    """Contracts that run, datasets of no contract, and datasets of contracts: as many of each as are asked for."""
    asked = (
        "SELECT id FROM contract WHERE ends_on > :today AND id % 2 = 0 ORDER BY id % 97, id LIMIT :asked",
        "SELECT id FROM dataset ORDER BY id DESC LIMIT :asked",
        "SELECT DISTINCT dataset_id FROM contract_dataset WHERE contract_id % 97 = 0 ORDER BY 1 LIMIT :asked",
    )
    with home.jobs.connect() as connection:
        said = {"today": today, "asked": _ASKED}
        contracts, sheets, covered = (list(connection.execute(text(one), said).scalars()) for one in asked)
    return contracts, sheets, covered


def _year(ground: Ground, home: Home, today: date) -> Measured:
    """What the page of deadlines asks for, over every contract."""
    taken, waited, found = [], [], 0
    for _number in range(_TIMES):
        with transaction(home.jobs, Acting("job:bench"), **ground.info) as session:
            with spending(ground) as spent:
                deadlines = find_deadlines(session, today, frozenset())
            taken.append(1000 * spent.processor)
            waited.append(1000 * spent.seconds)
            found = sum({one.day < today: one.of_all for one in deadlines}.values())
    work = f"échéances d’un an, {CONTRACTS} contrats de {CLAUSES} clauses"
    figure = f"{median(taken):.0f} ms de processeur, {median(waited):.0f} à l’horloge, {found} échéances"
    return Measured(work, figure, "", median(taken), YEAR_GOAL, "ms", at_most=True)


def measure_pages_of_contracts(
    ground: Ground, manner: Manner, contracts: list[int], sheets: list[int], covered: list[int]
) -> Iterator[Measured]:
    """Each page beside the sheet: at each repetition the sheet is asked just before."""
    port, day = ground.settings.port, ground.info["today"]()
    with serving(registry_command(ground, manner.workers), port, {}) as (process, _starting):
        yield Measured("démarrage jusqu’à ce que tout soit indexé et jugé", f"{settled(process):.0f} s")
        asker = _Asker(ground, process)
        # Whatever a process makes once is made before.
        beside = [f"/jeux/{one}" for one in sheets]
        asker.ask(beside)
        for work, path, goal in PAGES:
            pages = [
                path.format(contract=contract, dataset=dataset, day=day)
                for contract, dataset in zip(contracts, covered, strict=True)
            ]
            asker.ask(pages[:1])
            found = [(asker.ask(beside), asker.ask(pages)) for _number in range(manner.repetitions)]
            yield Measured(
                work,
                f"{median(page.processor for _s, page in found):.0f} ms de processeur, "
                f"{median(page.clock for _s, page in found):.0f} à l’horloge, {found[0][1].size / 1024:.0f} Kio",
                f"fiche d’un jeu : {median(sheet.processor for sheet, _p in found):.0f} ms, "
                f"{median(sheet.clock for sheet, _p in found):.0f}",
                median(page.processor / sheet.processor for sheet, page in found),
                goal, "× la fiche", at_most=True,
            )  # fmt: skip


@dataclass(frozen=True)
class _Cost:
    """What an answer takes. Units: ms of processor; median of ms on the clock; bytes of the last answer."""

    processor: float
    clock: float
    size: int


class _Asker:
    """One client of a server, which counts what its answers cost."""

    def __init__(self, ground: Ground, process: subprocess.Popen[bytes]) -> None:
        self._line = HTTPConnection("127.0.0.1", ground.settings.port, timeout=120)
        self._web, self._server = psutil.Process(process.pid), server_process(ground)
        self._headers = {
            "Cookie": f"beffroi={ground.session_token}", "Authorization": f"Bearer {ground.api_token}",
        }  # fmt: skip

    def ask(self, paths: list[str]) -> _Cost:
        """Asks for pages one after the other; any other answer than 200 is an error."""
        before, taken, size = self._spent(), [], 0
        for path in paths:
            name = "Authorization" if path.startswith("/api/") else "Cookie"
            began = time.perf_counter()
            self._line.request("GET", path, headers={name: self._headers[name], "Accept-Language": "fr"})
            answer = self._line.getresponse()
            size = len(answer.read())
            taken.append(1000 * (time.perf_counter() - began))
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        return _Cost(1000 * (self._spent() - before) / len(paths), median(taken), size)

    def _spent(self) -> float:
        web = sum(sum(one.cpu_times()[:2]) for one in self._web.children(recursive=True))
        return web + server_time(self._server)
