"""The licence is there, whole, and the project says the same."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_licence_is_the_whole_eupl_and_the_project_says_so() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n"), "LICENSE must hold the EUPL 1.2 in English."
    articles = [int(number) for number in re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE)]
    assert articles == list(range(1, 16)), "LICENSE must hold articles 1 to 15 of the EUPL 1.2."
    appendix = text.partition("Appendix\n")[2]
    assert appendix.count("\n— ") == 10, "LICENSE must end with the Appendix and its ten compatible licences."
    assert appendix.rstrip().endswith("require the production of a new EUPL version.")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("EUPL-1.2", ["LICENSE"])
