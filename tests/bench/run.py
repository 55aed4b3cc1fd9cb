"""`python3 dev.py bench`: how fast the registry is, each figure beside a ceiling measured in the same run."""

import argparse
import os
import platform
import socket
import sys
import time
from collections.abc import Iterator

from catalogue import write_answer, write_catalogue, write_table
from concessions import measure_concessions, measure_pages_of_contracts, numbers_of
from contracting import measure_essential
from directing import count_figures, measure_directors
from feeding import measure_feed
from ground import Ground, fill, opened_ground
from judging import measure_judging
from measures import (
    Manner,
    Measured,
    beside_hello,
    home_of,
    measure_evaluation,
    measure_import,
    measure_inventory,
    measure_pages,
    measure_select,
)
from papers import measure_record, measure_report
from records import fill_records, measure_records
from searching import measure_search

from registry.inspection.rows import MOST_ROWS
from registry.kernel.paging import write_cursor
from registry.platform.logs import configure_logs

SIZES = (1_000, 10_000)
IMPORTED = 1_000
FIRST_IMPORTED = 1_000_000
FIRST_ANSWERED = 2_000_000
FIRST_LISTED = 3_000_000
"""The imported datasets bear numbers of their own."""


def main() -> int:
    """Measures, and prints the table as it goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of datasets")
    parser.add_argument("--workers", type=int, default=1, help="web processes")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each repetition")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument(
        "--only",
        default="",
        help="measure these: p(ages), e(valuation, laws tried), i(mport), r(eport), s(earch), t(he record), "
        "d(irectors), f(eed), c(ontracts brought in), k(ept contracts)",
    )
    parser.add_argument("--full", action="store_true", help="import as many datasets as the registry holds")
    given = parser.parse_args()
    configure_logs("ERROR")
    manner = Manner(workers=given.workers, seconds=given.seconds, repetitions=given.repetitions)
    print(
        f"{platform.machine()}, {os.cpu_count()} cœurs ; Python "
        f"{platform.python_version()} ; {manner.workers} processus web ; client : {manner.connections} connexions d’un "
        f"seul processus ; pages : médiane de {manner.repetitions} fois {manner.seconds:g} s\n"
    )
    began = time.monotonic()
    port = free_port()
    missed = 0
    with opened_ground(port) as ground:
        held = 0
        for size in sorted(given.sizes):
            load = os.getloadavg()[0]
            print(f"{size} jeux de données, trois distributions chacun (charge de la machine : {load:.1f})")
            for line in _measure(ground, manner, held, size, given):
                missed += line.holds is False
                _show(line)
            held = size
            print(flush=True)
    print(f"{missed} objectif(s) manqué(s) ; mesuré en {time.monotonic() - began:.0f} s")
    return 0


def _measure(ground: Ground, manner: Manner, held: int, size: int, given: argparse.Namespace) -> Iterator[Measured]:
    chosen = given.only or "peirstdfck"
    with home_of(ground) as home:
        kept, bare = fill(ground, home, range(held, size))
        rows = 4 * (size - held)
        yield Measured(
            f"COPY de {rows} lignes, avec écriture au registre",
            f"{rows / kept:.0f} lignes/s",
            f"COPY nu {rows / bare:.0f} lignes/s",
            kept / bare,
            None,
            "× COPY nu",
        )
        yield measure_evaluation(ground, home, work="évaluer tout, constats nouveaux")
        with home.jobs.connect() as connection:
            ids = list(connection.exec_driver_sql("SELECT id FROM dataset ORDER BY id DESC LIMIT 1000").scalars())
            place = "SELECT title_sort, id FROM dataset ORDER BY title_sort DESC, id DESC LIMIT 1 OFFSET 100"
            far = write_cursor(tuple(connection.exec_driver_sql(place).one()))
        if "e" in chosen:
            yield from measure_judging(ground, home, ids)
        select = measure_select(home, ids, manner.seconds)
        if "s" in chosen:
            yield from measure_search(ground, home)
        if "r" in chosen and not held:
            yield from measure_report(ground, home)
            yield from measure_record(ground)
    if "p" in chosen:
        # The ceiling is measured in the same minute: on a shared machine the next one is another machine.
        with beside_hello(free_port(), manner) as hello:
            yield from measure_pages(ground, manner, hello, ids, select, far)
    if "t" in chosen and not held:
        with home_of(ground) as home:
            numbers = fill_records(ground, home)
        with beside_hello(free_port(), manner) as hello:
            yield from measure_records(ground, manner, hello, numbers)
    if "d" in chosen:
        with home_of(ground) as home:
            count_figures(ground, home)
        yield from measure_directors(ground, manner, ids)
    if "f" in chosen:
        with home_of(ground) as home:
            yield from measure_feed(ground, home, size)
    if "c" in chosen and not held:
        yield from measure_essential(ground)
    if "i" in chosen:
        count = size if given.full else min(IMPORTED, size)
        source = ground.root / "catalogue.rdf"
        write_catalogue(source, range(FIRST_IMPORTED, FIRST_IMPORTED + count))
        with home_of(ground) as home:
            into = ground.importing[given.sizes.index(size) % 3]
            yield measure_import(ground, home, source, count, into)
            answer = ground.root / "answer.json"
            write_answer(answer, range(FIRST_ANSWERED, FIRST_ANSWERED + count))
            ceiling = (size - held) / kept
            yield from measure_inventory(ground, home, answer, "d’un portail (JSON)", count, into, ceiling)
            table = ground.root / "inventaire.csv"
            count = min(count, MOST_ROWS)
            write_table(table, range(FIRST_LISTED, FIRST_LISTED + count))
            yield from measure_inventory(ground, home, table, "d’un tableau (CSV)", count, into, ceiling)
    if "k" in chosen and size == max(given.sizes):
        # Last: nothing else is measured beside two thousand contracts.
        with home_of(ground) as home:
            yield from measure_concessions(ground, home)
            numbers = numbers_of(home, ground.info["today"]())
        yield from measure_pages_of_contracts(ground, manner, *numbers)


def _show(line: Measured) -> None:
    verdict = {True: "tenu", False: "MANQUÉ", None: ""}[line.holds]
    reached = "" if line.reached is None else f"{line.reached:.1f} {line.unit}"
    goal = "" if line.goal is None else f"({'≤' if line.at_most else '≥'} {line.goal:g}) {verdict}"
    print(f"  {line.work:72} {line.figure:52} {line.ceiling:52} {reached} {goal}".rstrip(), flush=True)


def free_port() -> int:
    """A port nobody listens to."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
