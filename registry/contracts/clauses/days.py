"""A day read from the address of a page."""

from datetime import date

from registry.kernel.words import _
from registry.web.visits import Visit


def day_asked(visit: Visit, name: str) -> tuple[date | None, str]:
    """A day of the address, or nothing, with the sentence for one that is none."""
    said = visit.query(name)
    if not said:
        return None, ""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        found = date.min
    if not date(1900, 1, 1) <= found <= date(2200, 12, 31):
        return None, _("« {said} » n’est pas une date possible : la page montre aujourd’hui.").format(said=said[:40])
    return found, ""
