"""The directors' page beside the sheet of a dataset, asked in turn of the same server."""

from collections.abc import Iterator
from statistics import median

from ground import Ground, registry_command, serving, settled
from measures import Manner, Measured, ask, request

from registry.dashboard.service import count_months
from registry.platform.database import Acting, transaction
from registry.platform.home import Home

GOAL = 3.0
"""Units: × the sheet, both at their p95."""


def count_figures(ground: Ground, home: Home) -> None:
    """What the night keeps for the trends."""
    with transaction(home.jobs, Acting("job:bench"), **ground.info) as session:
        count_months(session)


def measure_directors(ground: Ground, manner: Manner, ids: list[int]) -> Iterator[Measured]:
    """The page and its version for elected members; at each repetition the sheet is asked just before."""
    port, cookie = ground.settings.port, {"Cookie": f"beffroi={ground.session_token}"}
    sheets = [request("GET", f"/jeux/{number}", **cookie) for number in ids]
    with serving(registry_command(ground, manner.workers), port, {}) as (process, _starting):
        settled(process)
        for work, path in (("la page des directions", "/pilotage"), ("  pour les élus", "/pilotage?version=elus")):
            pages, beside = [], []
            for _number in range(manner.repetitions):
                beside.append(ask(port, sheets, manner))
                pages.append(ask(port, [request("GET", path, **cookie)], manner))
            rate, middle, slow = (median(one[name] for one in pages) for name in ("rate", "median_ms", "p95_ms"))
            sheet = median(one["p95_ms"] for one in beside)
            yield Measured(
                work,
                f"{rate:.0f}/s, médiane {middle:.1f} ms, p95 {slow:.1f} ms",
                f"fiche d’un jeu : p95 {sheet:.1f} ms",
                median(one["p95_ms"] / other["p95_ms"] for one, other in zip(pages, beside, strict=True)),
                GOAL,
                "× la fiche",
                at_most=True,
            )
