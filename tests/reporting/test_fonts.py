"""The fonts of documents are ours alone, unpacked once, the same each time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.platform.assets import PACKAGE
from registry.reporting.fonts import prepare_fonts


def test_a_second_call_unpacks_nothing(tmp_path: Path) -> None:
    first = prepare_fonts(tmp_path)
    stamps = {path.name: path.stat().st_mtime_ns for path in first.path.iterdir()}

    second = prepare_fonts(tmp_path)

    assert second.path == first.path
    assert {path.name: path.stat().st_mtime_ns for path in second.path.iterdir()} == stamps


def test_two_machines_unpack_the_same_bytes(tmp_path: Path) -> None:
    here, there = prepare_fonts(tmp_path / "a"), prepare_fonts(tmp_path / "b")

    assert here.digests == there.digests
    assert here.digest == there.digest


def test_processes_that_unpack_at_once_all_end_with_the_whole_folder(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from registry.reporting.fonts import prepare_fonts; "
    code += "print(prepare_fonts(Path(sys.argv[1])).digest)"

    def unpack(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            check=True, capture_output=True, text=True, cwd=PACKAGE.parent,
        ).stdout  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        digests = set(pool.map(unpack, range(4)))

    assert len(digests) == 1
    assert [path.name for path in tmp_path.iterdir()] == [prepare_fonts(tmp_path).path.name]


@pytest.mark.parametrize("letter", [*"éèàçœŒÿŸ«»’–—…€№ %●▲◆○›§²Ж", "\u00a0", "\u2011"])
def test_every_character_of_french_and_of_our_templates_can_be_drawn(font_home: Path, letter: str) -> None:
    assert ord(letter) in prepare_fonts(font_home).coverage


def test_documents_see_no_font_of_the_machine(tmp_path: Path) -> None:
    folder = prepare_fonts(tmp_path)

    text = folder.configuration.read_text("utf-8")
    assert text.count("<dir>") == 1
    assert f"<dir>{folder.path}</dir>" in text
    assert "<include" not in text
