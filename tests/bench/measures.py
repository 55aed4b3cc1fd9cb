"""What is measured, each beside its ceiling: the same machine, workers, client and minute."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import psycopg
from ground import (
    Ground,
    hello_command,
    registry_command,
    server_process,
    server_time,
    serving,
    settled,
    web_memory,
)
from rdflib import Graph

from registry.compliance.service import BATCH, evaluate
from registry.exchange.jobs import import_file
from registry.exchange.views import ImportReport
from registry.ledger.service import seal
from registry.platform.database import Acting, transaction
from registry.platform.home import Home, open_home
from registry.search.following import Follower

HERE = Path(__file__).resolve().parent
MIB = 1024 * 1024


@dataclass(frozen=True)
class Manner:
    """How it is measured: web workers, connections of the client, seconds and repetitions of each figure."""

    workers: int = 1
    connections: int = 4
    seconds: float = 3.0
    repetitions: int = 3


@dataclass(frozen=True)
class Measured:
    """One line of the table. `reached` and `goal` are in the same unit; `at_most` says which side is good."""

    work: str
    figure: str
    ceiling: str = ""
    reached: float | None = None
    goal: float | None = None
    unit: str = ""
    at_most: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.reached is None or self.goal is None:
            return None
        return self.reached <= self.goal if self.at_most else self.reached >= self.goal


def ask(port: int, requests: list[str], manner: Manner, *, once: bool = False, connections: int = 0) -> dict[str, Any]:
    """What the client finds, in a process of its own; any other answer than 200 is an error."""
    order = {
        "port": port, "requests": requests, "once": once, "connections": connections or manner.connections,
        "seconds": manner.seconds, "warming": 0.5,
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, str(HERE / "client.py")], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    if set(found["statuses"]) != {"200"}:
        raise RuntimeError(f"{requests[0][:60]!r}: {found['statuses']}")
    return found


def rates(port: int, manner: Manner, requests: Callable[[int], list[str]], **more: Any) -> dict[str, float]:
    """The median of the repetitions; `requests` gives those of each repetition."""
    found = [ask(port, requests(number), manner, **more) for number in range(manner.repetitions)]
    return {name: median(one[name] for one in found) for name in ("rate", "median_ms", "p95_ms")}


def request(method: str, path: str, body: str = "", **headers: str) -> str:
    """The bytes of a request, as text."""
    said = {"Host": "127.0.0.1", "Accept-Language": "fr", **{k.replace("_", "-"): v for k, v in headers.items()}}
    if body:
        said |= {"Content-Type": "application/json", "Content-Length": str(len(body.encode()))}
    return f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in said.items()) + "\r\n" + body


@contextmanager
def beside_hello(port: int, manner: Manner) -> Iterator[Callable[[], float]]:
    """The ceiling, served meanwhile on another port: gives its requests a second, now."""
    with serving(hello_command(port, manner.workers), port, {"PYTHONPATH": str(HERE)}):
        yield lambda: float(ask(port, [request("GET", "/")], manner)["rate"])


def measure_select(home: Home, ids: list[int], seconds: float) -> float:
    """Keyed SELECTs a second of psycopg, one connection: the ceiling of anything that reads a record."""
    count = 0
    with psycopg.connect(home.urls.jobs, autocommit=True, prepare_threshold=1) as connection:
        ends = time.perf_counter() + seconds
        while time.perf_counter() < ends:
            connection.execute("SELECT * FROM dataset WHERE id = %s", [ids[count % len(ids)]]).fetchone()
            count += 1
    return count / seconds


PAGES: tuple[tuple[str, str, float], ...] = (
    ("liste avec facettes, première page", "/jeux", 1),
    (
        "la même, restreinte par trois facettes dont les constats",
        "/jeux?theme=ENVI&frequence=QUARTERLY&constat=compliant&tri=-mise-a-jour",
        1,
    ),
    ("la même, triée par organisation", "/jeux?tri=organisation", 1),
    ("la même, loin dans la liste", "/jeux?apres={far}", 1),
    ("la même, où se lit un mot d’une fiche sur huit", "/jeux?q=budgets", 1),
    ("la même, où se lisent deux mots d’une fiche sur cinquante", "/jeux?q=relev%C3%A9+42", 1),
    ("recherche avec facettes", "/recherche?q=bornes", 1),
    ("constats à facettes, première page", "/conformite/constats", 1.0),
    (
        "les mêmes, réduits par trois facettes",
        "/conformite/constats?constat=non-compliant&force=obligation&domaine=open-data",
        1.0,
    ),
)
"""Pages of a signed-in steward, each with its share of the ceiling. Units: % of hello."""


def measure_pages(
    ground: Ground, manner: Manner, hello: Callable[[], float], ids: list[int], select: float, far: str
) -> Iterator[Measured]:
    """The sheet as a page and as JSON, the list, and one edit after another; `far` is a place deep in the list."""
    port = ground.settings.port
    cookie = {"Cookie": f"beffroi={ground.session_token}"}
    bearer = {"Authorization": f"Bearer {ground.api_token}"}
    with serving(registry_command(ground, manner.workers), port, {}) as (process, starting):
        yield Measured("démarrage à la première réponse", f"{starting:.1f} s", "", starting, 3, "s", at_most=True)
        yield Measured("et jusqu’à ce que tout soit indexé et jugé", f"{settled(process):.0f} s")
        resting = web_memory(process) / MIB
        yield Measured("mémoire du processus web au repos", f"{resting:.0f} Mio", "", resting, 200, "Mio", at_most=True)
        first = _first_list(port, "/jeux", cookie)
        counting = web_memory(process) / MIB
        yield Measured(
            "la première liste après le démarrage : tout est compté",
            f"{1000 * first:.0f} ms, {counting - resting:.1f} Mio de plus",
        )
        first = _first_list(port, "/conformite/constats", cookie)
        yield Measured("les premiers constats après le démarrage : tous sont comptés", f"{1000 * first:.0f} ms")
        for work, requests, goal in (
            ("fiche entière avec volets, connecté", [request("GET", f"/jeux/{n}", **cookie) for n in ids], 2.0),
            ("la même en JSON", [request("GET", f"/api/v1/datasets/{n}", **bearer) for n in ids], 4.0),
            *((work, [request("GET", path.format(far=far), **cookie)], goal) for work, path, goal in PAGES),
        ):
            yield beside(work, requests, goal, port, manner, hello)
        yield _after_a_change(port, ids[-1], cookie, bearer)
        parts = manner.repetitions
        edits = rates(port, manner, lambda number: _edits(ids[number::parts], bearer), once=True, connections=1)
        yield Measured(
            "une modification par l’API, constats et écriture au registre, un client",
            f"{edits['rate']:.0f}/s, médiane {edits['median_ms']:.1f} ms, p95 {edits['p95_ms']:.1f} ms",
            f"SELECT à clé {select:.0f}/s",
            edits["rate"],
            100,
            "/s",
        )
        busy = web_memory(process) / MIB
        yield Measured("mémoire du processus web après ces mesures", f"{busy:.0f} Mio")


def beside(
    work: str, requests: list[str], goal: float, port: int, manner: Manner, hello: Callable[[], float]
) -> Measured:
    """A page and the ceiling, one after the other at each repetition: both meet the same machine."""
    shares, ceilings, found = list[float](), list[float](), list[dict[str, Any]]()
    for _number in range(manner.repetitions):
        found.append(ask(port, requests, manner))
        ceilings.append(hello())
        shares.append(100 * found[-1]["rate"] / ceilings[-1])
    rate, middle, slow = (median(one[name] for one in found) for name in ("rate", "median_ms", "p95_ms"))
    return Measured(
        work,
        f"{rate:.0f}/s, médiane {middle:.1f} ms, p95 {slow:.1f} ms",
        f"bonjour {median(ceilings):.0f}/s",
        median(shares),
        goal,
        "% de bonjour",
    )


def _first_list(port: int, path: str, cookie: dict[str, str]) -> float:
    """Seconds of the first list of its kind that a process is asked for."""
    line, began = HTTPConnection("127.0.0.1", port, timeout=120), time.perf_counter()
    line.request("GET", path, headers=cookie)
    line.getresponse().read()
    line.close()
    return time.perf_counter() - began


def _after_a_change(port: int, number: int, cookie: dict[str, str], bearer: dict[str, str]) -> Measured:
    """The list just after a sheet was written: the counts take it in before they answer."""
    took = []
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    for turn in range(20):
        body = json.dumps({"acronym": f"A{turn}"})
        version = {"If-Match": f'"{turn + 1}"', "Content-Type": "application/json"}
        line.request("PATCH", f"/api/v1/datasets/{number}", body, {**bearer, **version})
        line.getresponse().read()
        began = time.perf_counter()
        line.request("GET", "/jeux", headers=cookie)
        line.getresponse().read()
        took.append(1000 * (time.perf_counter() - began))
    line.close()
    return Measured("la liste juste après une écriture, un client", f"médiane {sorted(took)[10]:.1f} ms")


def _edits(ids: list[int], bearer: dict[str, str]) -> list[str]:
    """One first change a dataset, of its licence and title: some findings change, some do not."""
    made = []
    for number in ids[:-1]:
        body = json.dumps({"title": f"Relevé {number}, corrigé", "licence": "odbl-1.0"})
        made.append(request("PATCH", f"/api/v1/datasets/{number}", body, If_Match='"1"', **bearer))
    return made


def measure_evaluation(ground: Ground, home: Home, *, work: str) -> Measured:
    """Every dataset judged, in this process, by the batches of `beffroi evaluate`."""
    day = ground.info["today"]()
    began = time.perf_counter()
    judged = 0
    for kind in ground.info["engine"].subjects:
        with transaction(home.jobs, Acting("cli:bench"), **ground.info) as session:
            ids = ground.info["engine"].subjects[kind].everything(session, None)
        judged += len(ids)
        for start in range(0, len(ids), BATCH):
            with transaction(home.jobs, Acting("cli:bench"), **ground.info) as session:
                evaluate(session, kind, ids[start : start + BATCH], today=day)
    each = 1000 * (time.perf_counter() - began) / judged
    return Measured(work, f"{judged} fiches, {each:.2f} ms chacune", "", each, 1, "ms", at_most=True)


def measure_import(ground: Ground, home: Home, source: Path, records: int, into: int) -> Measured:
    """A whole catalogue brought in: read, compared, written, judged; beside rdflib's parsing of the same file."""
    began = time.perf_counter()
    triples = len(Graph().parse(source, format="xml"))
    parsing = time.perf_counter() - began
    began = time.perf_counter()
    done = import_file(home, str(source), organisation_id=into, acting=Acting("cli:bench"), info=ground.info)
    seconds = time.perf_counter() - began
    if done.created != records:
        raise RuntimeError(f"{done.created} datasets created out of {records}")
    return Measured(
        f"import RDF de {records} jeux, tout compris",
        f"{seconds:.1f} s, {1000 * seconds / records:.1f} ms par jeu",
        f"rdflib seul {parsing:.1f} s ({triples} triplets)",
        seconds / parsing,
        2,
        "× rdflib",
        at_most=True,
    )


def measure_inventory(
    ground: Ground, home: Home, source: Path, what: str, records: int, into: int, kept: float
) -> Iterator[Measured]:
    """Bringing an inventory in, from the file to findings and index; then the same again, which changes nothing.

    Processor time of every process it takes: this one, the one that reads, PostgreSQL's sessions. Memory of the first
    two together. Units: `kept` in records a second, those rows by COPY with the ledger kept: the ceiling.
    """
    _index(ground, home)
    new = _bring(ground, home, source, into, lambda done: done.created, records)
    with spending(ground) as indexed:
        _index(ground, home)
    yield Measured(
        f"import de {records} jeux {what}, constats et index compris",
        f"{_parts(new, records)}, {1000 * indexed.processor / records:.2f} index",
        f"COPY des mêmes, avec écriture au registre : {kept:.0f} jeux/s",
        records / (new.processor + indexed.processor),
        750,
        "jeux/s et par cœur",
    )
    peak = new.peak / MIB
    yield Measured("  mémoire des deux processus de l’import", f"{peak:.0f} Mio", "", peak, 300, "Mio", at_most=True)
    same = _bring(ground, home, source, into, lambda done: done.unchanged, records)
    rate = records / same.processor
    yield Measured("  le même, rien de changé", _parts(same, records), "", rate, None, "jeux/s et par cœur")


def _bring(
    ground: Ground, home: Home, source: Path, into: int, counted: Callable[[ImportReport], int], records: int
) -> "Spent":
    with spending(ground) as spent:
        done = import_file(home, str(source), organisation_id=into, acting=Acting("cli:bench"), info=ground.info)
    if counted(done) != records:
        raise RuntimeError(f"{done.created} created, {done.unchanged} unchanged, out of {records}")
    return spent


def _parts(spent: "Spent", records: int) -> str:
    here, reader, server = (1000 * part / records for part in (spent.here, spent.children, spent.server))
    rate = records / spent.seconds
    return f"{rate:.0f} jeux/s ; ms/jeu : {here:.2f} ici, {reader:.2f} lecture, {server:.2f} base"


def _index(ground: Ground, home: Home) -> None:
    """What the sealer and the indexer do of what was written since the last time."""
    with transaction(home.jobs, Acting("sealer"), **ground.info) as session:
        seal(session)
    follower = Follower(home)
    follower.step()
    follower.close()


@dataclass
class Spent:
    """What a piece of work took. Units: seconds on the clock; of processor here, in children, in PostgreSQL; bytes."""

    seconds: float = 0.0
    here: float = 0.0
    children: float = 0.0
    server: float = 0.0
    peak: int = 0

    @property
    def processor(self) -> float:
        """Seconds of processor of every process together."""
        return self.here + self.children + self.server


@contextmanager
def spending(ground: Ground) -> Iterator[Spent]:
    """Adds up what the block takes, in this process, those it starts and PostgreSQL; and the most memory of the first
    two at once."""
    spent, ended, me, server = Spent(), threading.Event(), psutil.Process(), server_process(ground)

    def look() -> None:
        while not ended.wait(0.05):
            spent.peak = max(spent.peak, me.memory_info().rss + sum(map(_resident, me.children())))

    watching = threading.Thread(target=look)
    watching.start()
    began, here, children, served = time.perf_counter(), time.process_time(), _children_time(), server_time(server)
    try:
        yield spent
    finally:
        spent.seconds, spent.here = time.perf_counter() - began, time.process_time() - here
        spent.children, spent.server = _children_time() - children, server_time(server) - served
        ended.set()
        watching.join()


def _children_time() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _resident(child: psutil.Process) -> int:
    try:
        return int(child.memory_info().rss) if child.name().startswith("python") else 0
    except psutil.Error:
        return 0


def home_of(ground: Ground) -> Any:
    """The registry opened by this process, PostgreSQL started if need be."""
    return open_home(ground.settings)
