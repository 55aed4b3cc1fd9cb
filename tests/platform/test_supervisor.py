"""The supervisor starts what people wait for first, and does not end what serves for want of what only helps."""

import signal
import subprocess
import sys
import time
from pathlib import Path

SUPERVISED = """
import sys
from pathlib import Path
from registry.platform.supervisor import Child, supervise

mark, asked = Path(sys.argv[1]), []

def ready():
    asked.append(mark.exists())
    return len(asked) > 5

def sleeping(first=""):
    return (sys.executable, "-c", f"{first}\\nimport time; time.sleep(60)")

late = sleeping(f"open({str(mark)!r}, 'w').close()")
code = supervise(
    [Child("web", sleeping()), Child("worker", late, late=True)], {}, ready,
    on_ready=lambda: print("ready", any(asked), flush=True), tend=lambda: None,
)
sys.exit(code)
"""


def test_what_nobody_waits_for_starts_once_people_are_answered(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(mark)], stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready False\n", "It had not started while nobody was answered."
        until = time.monotonic() + 30
        while not mark.exists() and time.monotonic() < until:
            time.sleep(0.02)
        assert mark.exists()
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


WITHOUT_HELP = """
import sys
from registry.platform import supervisor
from registry.platform.supervisor import Child, supervise

supervisor.MOST_RESTARTS = 0
helps = Child("search", (sys.executable, "-c", "raise SystemExit(3)"), vital=sys.argv[1] == "vital")
serves = Child("web", (sys.executable, "-c", "import time; time.sleep(60)"))

def tend():
    print("serving", serves.is_running, "helping", helps.is_running, file=sys.stderr, flush=True)

sys.exit(supervise([serves, helps], {}, lambda: True, on_ready=lambda: None, tend=tend))
"""


def test_a_child_that_only_helps_ends_without_ending_the_others_and_a_vital_one_ends_all() -> None:
    process = subprocess.Popen([sys.executable, "-c", WITHOUT_HELP, "only helps"], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert process.stderr.readline() == "serving True helping False\n"
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    vital = [sys.executable, "-c", WITHOUT_HELP, "vital"]
    assert subprocess.run(vital, check=False, timeout=60, capture_output=True).returncode == 1
