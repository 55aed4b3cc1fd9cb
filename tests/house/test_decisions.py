"""What was decided is written in half a page, one sentence can be quoted, and what it points to exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "registry" / "decisions"
PARTS = ["## Context", "## Decision", "## Consequences", "## Where"]
HALF_A_PAGE = 2_600
RECORDS = sorted(FOLDER.glob("*.md"))


def test_decisions_are_numbered_without_a_gap() -> None:
    assert RECORDS, "registry/decisions/ is empty: write down what the house has decided."
    numbers = [path.name[:5] for path in RECORDS]
    expected = [f"{number:04}-" for number in range(1, len(RECORDS) + 1)]
    assert numbers == expected, f"Number decisions one after another, 0001-….md: {[path.name for path in RECORDS]}"


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_decision_is_half_a_page_with_one_sentence_to_quote(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. "), f"{path.name}: begin with its number and its title."
    assert re.findall(r"^## .*$", text, re.MULTILINE) == PARTS, f"{path.name}: its parts are {PARTS}, in that order."
    assert len(text) <= HALF_A_PAGE, f"{path.name}: {len(text)} characters; keep to half a page ({HALF_A_PAGE})."
    quoted = text.partition("## Decision\n")[2].partition("## Consequences")[0].strip()
    assert re.fullmatch(r"> [^\n]+\.", quoted), (
        f"{path.name}: the decision is one line to quote, that begins with `> `."
    )


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_what_a_decision_points_to_exists(path: Path) -> None:
    where = path.read_text("utf-8").partition("## Where\n")[2]
    pointers = re.findall(r"`([^`]+)`(?:\s+\(((?:`\w+`(?:,\s+)?)+)\))?", where)
    places = [
        (place, re.findall(r"\w+", names)) for place, names in pointers if "/" in place or place.endswith(".toml")
    ]
    assert any(place.startswith(("tests/", "pyproject")) for place, _names in places), (
        f"{path.name}: name the test or the contract that keeps the decision."
    )
    for place, names in places:
        assert (ROOT / place).exists(), f"{path.name}: {place} is no more; point to what keeps the decision now."
        text = (ROOT / place).read_text("utf-8") if names else ""
        gone = [name for name in names if not re.search(rf"\b{name}\b", text)]
        assert not gone, f"{path.name}: {place} no longer holds {gone}."
