"""Cells of a CSV file that a spreadsheet opens: what begins a formula in one is never computed."""

TREACHEROUS = frozenset("=+-@\t\r\n＝＋－＠'")
"""What begins a formula in some spreadsheet; and the apostrophe, which says that one does not."""


def inert(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet computes."""
    return f"'{cell}" if cell.lstrip(" \u00a0")[:1] in TREACHEROUS else cell
