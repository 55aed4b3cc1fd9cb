"""The two commands: what they fetch, what they say when something is missing, and what they never do."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`dev.py` as a module, keeping its log in the test's folder."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LOG", tmp_path / "setup.log")
    return module


def program(folder: Path, name: str, script: str) -> Path:
    """A program of the machine's, as a shell script."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_integration_machine_runs_exactly_the_second_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = [line for line in script.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert commands[0] == "set -euo pipefail"
    assert commands[-1] == "exec python3 dev.py test"
    assert len(commands) == 3


def test_setting_up_needs_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_locks_bear_hashes_and_no_address(dev: ModuleType) -> None:
    for text in ((ROOT / "requirements.lock").read_text("utf-8"), dev.NODE_REQUIREMENT):
        requirements = [part for part in text.replace("\\\n", " ").splitlines() if part and part[0] not in " #"]
        assert requirements
        assert all("==" in requirement and "--hash=sha256:" in requirement for requirement in requirements)
        assert "://" not in text
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    named = {name: facts for name, facts in packages.items() if name}
    assert all("integrity" in facts and "resolved" not in facts for facts in named.values())


def test_no_command_shows_the_commands() -> None:
    for arguments, code in (([], 2), (["cuisine"], 2), (["--help"], 0)):
        done = subprocess.run(
            [sys.executable, ROOT / "dev.py", *arguments], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == code
        assert "python3 dev.py run" in done.stdout


def test_a_network_that_comes_back_is_tried_again(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    count = tmp_path / "count"
    flaky = program(
        tmp_path / "bin",
        "flaky",
        f'echo x >> {count}; [ "$(wc -l < {count})" -ge 3 ] || {{ echo "Temporary failure"; exit 1; }}',
    )
    dev.quietly([str(flaky)], failure="Échec", remedy="Recommencez.")
    assert count.read_text().count("x") == 3
    assert pauses == [5, 10]
    assert "nouvel essai" in capsys.readouterr().out


def test_any_other_failure_is_said_once_with_its_reason_and_its_log(dev: ModuleType, tmp_path: Path) -> None:
    count = tmp_path / "count"
    wrong = program(
        tmp_path / "bin",
        "wrong",
        f"echo x >> {count}; echo Collecting; echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES.' >&2; exit 1",
    )
    with pytest.raises(dev.SetupError) as refused:
        dev.quietly([str(wrong)], failure="Les paquets n’ont pu être installés", remedy="Recommencez.")
    assert count.read_text().count("x") == 1
    assert "n’ont pu être installés : ERROR: THESE PACKAGES DO NOT MATCH THE HASHES. Recommencez." in str(refused.value)
    assert str(dev.LOG) in str(refused.value)
    assert "Collecting" in dev.LOG.read_text("utf-8")


def test_what_is_made_is_made_again_only_when_its_sources_change(dev: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "stamp"
    first = dev.Stamp(path, "3.11", b"lock")
    assert not first.holds()
    first.leave()
    assert first.holds()
    assert not dev.Stamp(path, "3.12", b"lock").holds()
    assert not dev.Stamp(path, "3.11", b"other lock").holds()
    assert not dev.Stamp(path, "3.1", b"1lock").holds()


def test_without_the_right_to_install_the_exact_line_is_said(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "PANGO_LIBRARIES", ("libnowhere.so.0",))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev.ensure_pango() is False
    told = capsys.readouterr().out
    assert "sudo apt-get install -y --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0" in told
    assert "pas de PDF" in told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run apt-get unasked")
def test_root_installs_what_is_missing(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    program(folder, "env", 'shift; exec "$@"')
    program(folder, "apt-get", f'echo "$@" >> {tmp_path}/asked; case "$*" in *install*) : > {folder}/chromium;; esac')
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(dev, "CHROMIUM_COMMANDS", ("chromium",))
    monkeypatch.setattr(dev, "BROWSER_LIBRARIES", ())
    assert dev.ensure_chromium() is False, "what was installed must really be there"
    program(folder, "apt-get", f'printf "#!/bin/sh\\n" > {folder}/chromium; /bin/chmod +x {folder}/chromium')
    assert dev.ensure_chromium() is True
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.split()[2] for line in asked] == ["update", "install"]
    assert asked[1].endswith("--no-install-recommends chromium libatomic1")


def test_a_browser_whose_driver_cannot_start_is_no_browser(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "chromium", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dev, "BROWSER_LIBRARIES", ())
    assert dev.ensure_chromium() is True
    monkeypatch.setattr(dev, "BROWSER_LIBRARIES", ("libnowhere.so.0",))
    assert dev.ensure_chromium() is False
    assert "chromium libatomic1" in capsys.readouterr().out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run apt-get unasked")
def test_a_refusal_of_apt_does_not_stop_the_rest(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bin"
    program(folder, "env", 'shift; exec "$@"')
    program(folder, "apt-get", "echo 'E: Unable to locate package'; exit 100")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(dev, "PANGO_LIBRARIES", ("libnowhere.so.0",))
    assert dev.ensure_pango() is False
    assert "À reprendre plus tard : apt-get install" in capsys.readouterr().out


def test_the_libraries_looked_for_are_those_the_renderer_loads(dev: ModuleType) -> None:
    found = importlib.util.find_spec("weasyprint")
    assert found is not None
    assert found.origin is not None
    loads = (Path(found.origin).parent / "text" / "ffi.py").read_text("utf-8")
    assert [name for name in dev.PANGO_LIBRARIES if f"'{name}'" not in loads] == []


def test_what_is_compiled_once_is_kept_for_the_next_start(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in dev.clean_environment()


def test_what_runs_on_another_server_is_there(dev: ModuleType) -> None:
    assert [place for place in dev.OTHER_SERVER if not (dev.ROOT / place).exists()] == []


def test_tests_never_see_a_registry_in_service(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL", "BEFFROI_HOME", "PYTHONPATH"):
        monkeypatch.setenv(name, "in-service")
    assert "in-service" not in dev.tests_environment().values()
    assert dev.tests_environment()["PATH"] == os.environ["PATH"]
