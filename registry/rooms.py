"""THE MAP: one row per room, from the lowest floor to the highest. The application is assembled from it."""

from importlib import import_module
from importlib.util import find_spec

WITH_TABLES = ("platform", "ledger", "organisations", "accounts", "compliance", "datasets", "exchange", "reporting")


def import_models() -> None:
    """Makes every table known to the metadata: for migrations and their checks."""
    for room in WITH_TABLES:
        if find_spec(f"registry.{room}.models") is not None:
            import_module(f"registry.{room}.models")
