"""The catalogue as DCAT-AP, datasets a second, beside the reading of the same rows with nothing written of them."""

import time

from ground import Ground
from measures import Measured
from sqlalchemy import text

from registry.exchange.rdf.writing import Syntax
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.public.feeds import Place, dcat_feed
from registry.public.queries import find_batches, find_parts

GOAL = 1_500
"""Units: datasets a second."""


def measure_feed(ground: Ground, home: Home, size: int) -> list[Measured]:
    """Publishes every dataset of the ground, then writes them in each syntax."""
    with transaction(home.owner, Acting("job:bench"), **ground.info) as session:
        session.execute(text("UPDATE dataset SET stage = 'published', personal_data = 'none' WHERE NOT annulled"))
    with transaction(home.owner, Acting("job:bench"), **ground.info) as session:
        session.execute(text("ANALYZE"))
    found = []
    for syntax in Syntax:
        with transaction(home.public, None) as session:
            began, count = time.perf_counter(), 0
            for batch in find_batches(session):
                find_parts(session, [row["id"] for row in batch])
                count += len(batch)
            ceiling = count / (time.perf_counter() - began)
        with transaction(home.public, None) as session:
            began = time.perf_counter()
            written = sum(map(len, dcat_feed(session, "https://bench", "Bench", Place(1, 1, 0, size, count), syntax)))
            rate = count / (time.perf_counter() - began)
        found.append(
            Measured(
                f"DCAT-AP ({syntax}) de {count} jeux publiés, {written / 2**20:.1f} Mio", f"{rate:.0f} jeux/s",
                f"les mêmes lignes, lues seulement {ceiling:.0f} jeux/s", rate, GOAL, "jeux/s",
            )
        )  # fmt: skip
    return found
