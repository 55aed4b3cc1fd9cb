"""However many records a file holds, a few stand in memory at a time: where it is read, and where it is compared."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.exchange import comparing
from registry.exchange.models import ImportState
from registry.exchange.portals import answers
from registry.exchange.portals.answers import LONG, LongList, answers_of
from registry.exchange.portals.catalogue import read_answers
from registry.exchange.reading import read_file
from registry.exchange.refusals import CannotRead, Problem
from registry.exchange.service import preview_import, receive_import
from registry.exchange.vocabulary import ReadCatalogue, ReadDataset
from registry.exchange.worker import TOGETHER
from tests.exchange.conftest import Bringer
from tests.exchange.portals import PARIS, package, package_search, udata_dataset

_PROSE = "Une description en français, d’une longueur ordinaire. " * 20
_MEASURED = """
import sys
from pathlib import Path
from registry.exchange.portals.worker import read
handed = []
order = {"path": sys.argv[1], "zone": "Europe/Paris", "origin": ""}
read(order, lambda one: handed.append(one.identifier))
print(len(handed), Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def number(count: int) -> str:
    return f"{count:08d}-aaaa-4bbb-8ccc-dddddddddddd"


def whole(count: int) -> dict[str, Any]:
    return package_search(*(package(one, id=number(one), notes=_PROSE) for one in range(count)))


def read_in_a_process(path: Path) -> tuple[int, int]:
    """How many records a process of its own handed over, and the most memory it held. Units: kibibytes."""
    command = [sys.executable, "-c", _MEASURED, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(said[0]), int(said[1])


def test_a_portal_exported_in_one_answer_is_read_in_the_memory_of_a_page(tmp_path: Path) -> None:
    short, long = tmp_path / "page.json", tmp_path / "export.json"
    short.write_text(json.dumps(whole(10)))
    long.write_text(json.dumps(whole(20_000), ensure_ascii=False))
    size = long.stat().st_size // 1024

    few, page = read_in_a_process(short)
    many, export = read_in_a_process(long)

    assert (few, many) == (10, 20_000)
    assert export - page < size // 2


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        (lambda: whole(7), ("result", "results")),
        (lambda: [package(one, id=number(one)) for one in range(7)], ()),
        (lambda: {"success": True, "result": [package(one, id=number(one)) for one in range(7)]}, ("result",)),
        (lambda: {"data": [udata_dataset(one) for one in range(7)], "page": 1, "total": 7}, ("data",)),
    ],
    ids=["package_search", "list", "current_package_list", "udata"],
)
def test_a_long_answer_says_what_the_same_answer_says_read_whole(
    tmp_path: Path, shape: Callable[[], Any], kept: tuple[str, ...], indent: int | None
) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(shape(), ensure_ascii=False, indent=indent))

    (content,) = answers_of(path, long=0)
    listed = content
    for key in kept:
        listed = listed[key]

    assert isinstance(listed, LongList)
    assert (len(listed), list(listed), list(listed)) == (7, list(listed), list(listed))
    assert read_answers(answers_of(path, long=0), PARIS) == read_answers(answers_of(path, long=LONG), PARIS)


def test_pages_joined_in_one_file_are_each_read_as_long_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "pages.json"
    pages = [json.dumps(package_search(package(one, id=number(one)))) for one in range(3)]
    path.write_bytes(b"\x1e".join(page.encode() for page in pages))

    assert [len(content["result"]["results"]) for content in answers_of(path, long=0)] == [1, 1, 1]
    assert len(read_answers(answers_of(path, long=0), PARIS).datasets) == 3


def test_a_value_longer_than_what_is_read_at_once_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps([{"long": "é" * 700_000, "figure": 12345678901234567890}] * 3, ensure_ascii=False))

    (content,) = answers_of(path, long=0)

    assert [(len(one["long"]), one["figure"]) for one in content] == [(700_000, 12345678901234567890)] * 3


def plain(said: Any) -> Any:
    """What was read, its long lists gone through."""
    if isinstance(said, dict):
        return {key: plain(value) for key, value in said.items()}
    return [plain(one) for one in said] if isinstance(said, list) else said


NUMBERS = st.sampled_from(["1.25", "-0.5", "1e5", "-12.5E-7", "2e+3", "0", "-3", "12345678901234567890", "4.0"])
VALUES = st.recursive(
    NUMBERS | st.sampled_from(["true", "null"]) | st.text(max_size=5).map(json.dumps),
    lambda below: st.lists(below, max_size=3).map(lambda some: f"[{', '.join(some)}]"),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.lists(VALUES, max_size=6), VALUES, st.integers(1, 20), st.sampled_from(["", " ", "\n  "]))
def test_a_long_answer_says_the_same_wherever_its_reading_is_cut(
    tmp_path_factory: pytest.TempPathFactory, records: list[str], beside: str, piece: int, space: str
) -> None:
    path = tmp_path_factory.mktemp("answers") / "answer.json"
    listed = f",{space}".join(records)
    for raw in (f"[{listed}]", f'{{"x":{space}{beside},"results":{space}[{listed}]{space},"y":{beside}}}', beside):
        path.write_text(raw, "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(answers, "_PIECE", piece)
            # What is taken for a fault is read again whole, in memory.
            patch.delattr(answers, "_loaded")
            (content,) = answers_of(path, long=0)
            assert plain(content) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "problem", "line"),
    [
        (b'{"success": true,\n"result": {"results": [{"id": 1},\n{"id": 2}', Problem.CUT_SHORT, 3),
        (b'{"success": true,\n"result": {"results": [{"id": 1},\n]}}', Problem.SYNTAX, 3),
        (b'[{"id": 1},\n{"id": \xff}]', Problem.ENCODING, 2),
        (b'[{"id": 1}]\n[2]', Problem.SYNTAX, 2),
        (b'{"results": [1], "page": 1,}', Problem.SYNTAX, 1),
    ],
    ids=["cut short", "an element missing", "not UTF-8", "two answers", "a key missing"],
)
def test_what_is_wrong_in_a_long_answer_is_said_with_its_line(
    tmp_path: Path, raw: bytes, problem: Problem, line: int
) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(raw)
    with pytest.raises(CannotRead) as met:
        list(answers_of(path, long=0))
    assert (met.value.problem, met.value.details["line"]) == (problem, line)


def test_what_a_process_read_is_gone_through_again_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    count = 2 * TOGETHER + 7
    path.write_text(json.dumps(whole(count)))

    found = read_file(path)

    names = [number(one) for one in range(count)]
    assert len(found.datasets) == count
    assert [one.identifier for one in found.datasets] == names
    assert [one.identifier for one in found.datasets[TOGETHER - 2 : TOGETHER + 2]] == names[TOGETHER - 2 : TOGETHER + 2]
    assert found.datasets[-1].identifier == names[-1]
    with pytest.raises(IndexError):
        found.datasets[count]


class Watched(list[ReadDataset]):
    """The datasets of a file, each asked for in slices alone."""

    def __init__(self, datasets: list[ReadDataset]) -> None:
        super().__init__(datasets)
        self.asked: list[int] = []

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.asked.append(len(found))
        return found


@pytest.mark.database
def test_a_preview_holds_no_more_records_than_it_compares_at_once(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "BATCH", 3)
    read = read_answers([whole(8)], PARIS)
    watched = Watched(list(read.datasets))
    with bringer.town.acting() as session:
        batch = receive_import(session, bringer.town.authority_id, source_name="essai", source_sha256="0" * 64).id
    passing: list[int] = []

    outcome, _absent = preview_import(
        bringer.opener(batch), batch, _with(read, watched), watch=lambda found: passing.append(len(found))
    )

    assert (watched.asked, passing) == ([3, 3, 2], [3, 3, 2])
    assert bringer.state(batch) is ImportState.PREVIEWED
    assert (outcome.counts.total(), outcome.distributions, bringer.count("import_line")) == (8, 8, 8)


def _with(read: ReadCatalogue, datasets: list[ReadDataset]) -> ReadCatalogue:
    values = {**vars(read), "datasets": datasets}
    return ReadCatalogue(**values)
