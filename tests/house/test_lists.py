"""The lists the registry ships say whole words: an unquoted comma in a YAML mapping cuts a label without a word."""

from itertools import chain
from typing import Any

import pytest
import yaml

from registry.platform.assets import asset_root

LISTS = sorted((asset_root("policies") / "lists").glob("*.yaml"))
PAIRS = ("()", "«»", "[]", "“”")


def texts_of(entry: dict[str, Any]) -> list[str]:
    """Every text an entry holds."""
    held = chain.from_iterable(one if isinstance(one, list) else [one] for one in entry.values())
    return [one for one in held if isinstance(one, str)]


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.stem)
def test_no_entry_of_a_list_is_cut_by_a_comma(file: Any) -> None:
    for code, entry in yaml.safe_load(file.read_text(encoding="utf-8"))["codes"].items():
        for name, value in entry.items():
            assert value is not None, f"{file.name}, {code}: quote the words that hold a comma, {name!r} is no heading."
            assert name.isidentifier(), f"{file.name}, {code}: {name!r} is no heading, quote what comes before it."
        for said in texts_of(entry):
            for first, last in PAIRS:
                assert said.count(first) == said.count(last), f"{file.name}, {code}: {said!r} does not close {first}."
