"""What a page of figures says and what each of its figures opens: the two must be the same number."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

FINDINGS = re.compile(r"<p role=\"status\">([\d\s]+) constats?")
SHEETS = re.compile(r"<p role=\"status\">([\d\s]+) jeux? de données")
OPENED = re.compile(r"<a href=\"(/(?:conformite/constats|jeux)\?[^\"]+)\">([\d\s]+)<span")
FIGURE = re.compile(r"<strong><a href=\"[^\"]+\">([\d\s]+)<")


BREACHING = {"nature": "subsidies", "access_rights": "restricted"}
"""A dataset that breaks an obligation as soon as it is recorded."""


def number(said: str) -> int:
    """A number as a page writes it."""
    return int(re.sub(r"\s", "", said))


def opened_by(page: str) -> list[tuple[str, int]]:
    """Each figure of a page that opens a list: the address of the list, and what the figure says."""
    return [(unescape(address), number(said)) for address, said in OPENED.findall(page)]


def not_as_counted(opened: list[tuple[str, int]], ask: Callable[[str], str]) -> dict[str, tuple[int, int]]:
    """The lists whose length is not what their figure says: what it says, and how many they are."""
    wrong = {}
    for address, said in opened:
        found = (SHEETS if address.startswith("/jeux") else FINDINGS).search(ask(address))
        length = number(found[1]) if found else 0
        if length != said:
            wrong[unquote(address)] = (said, length)
    return wrong
