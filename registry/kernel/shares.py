"""How much of something is done, in whole percent: said alike on pages and in documents."""


def percent(part: int, whole: int) -> int | None:
    """The share in whole percent, half up, where 0 and 100 are kept for none and all; None of nothing."""
    if not whole:
        return None
    rounded = (200 * part + whole) // (2 * whole)
    if part < whole:
        rounded = min(rounded, 99)
    return max(rounded, 1) if part else 0
