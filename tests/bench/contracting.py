"""Essential data of a whole country read for one body, beside the standard library that reads the same file whole."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from ground import Ground
from measures import MIB, Measured

from registry.contracts.decp.reading import LIMITS

GOAL, MOST_MEMORY = 20, 300
"""Units: megabytes of JSON a second of one core; MiB held at most."""
_BYTES = 100_000_000
_OURS = 200
_SIREN = "200033579"
# What a process held is read from inside: what the system tells its parent counts the parent too, from before it was
# another program.
_TELLING = """
import atexit, runpy, sys
def tell():
    with open("/proc/self/status") as said:
        sys.stderr.write(next(line.split()[1] for line in said if line.startswith("VmHWM")))
atexit.register(tell)
"""
_WORKER = f'{_TELLING}runpy.run_module("registry.contracts.decp.worker", run_name="__main__")'
_WHOLE = f'{_TELLING}import json; json.load(open(json.load(sys.stdin)["path"], encoding="utf-8"))'


def measure_essential(ground: Ground) -> list[Measured]:
    """Reads a file of which one contract in twenty is a concession, and a few of these are ours."""
    source = ground.root / "decp.json"
    size = _write(source) / 1e6
    order = {
        "path": str(source), "sirens": [_SIREN], "memory_bytes": LIMITS.memory_bytes, "seconds": LIMITS.seconds,
    }  # fmt: skip
    seconds, memory, answer = _run(_WORKER, order)
    whole, held, _nothing = _run(_WHOLE, order)
    kept = len(json.loads(answer)["contracts"])
    if kept != _OURS:
        raise RuntimeError(f"{kept} contracts: {answer[:200]!r}")
    beside = f"json.load du tout {size / whole:.0f} Mo/s, {held:.0f} Mio"
    work = f"données essentielles, {size:.0f} Mo, {_OURS} concessions gardées"
    return [
        Measured(work, f"{size / seconds:.0f} Mo/s de processeur", beside, size / seconds, GOAL, "Mo/s"),
        Measured("mémoire de cette lecture", f"{memory:.0f} Mio", beside, memory, MOST_MEMORY, "Mio", at_most=True),
    ]


def _run(program: str, order: dict[str, Any]) -> tuple[float, float, bytes]:
    """The seconds of processor time that a program takes, the MiB it holds at most, and what it answers."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(order).encode(), capture_output=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, int(done.stderr) * 1024 / MIB, done.stdout


def _write(place: Path) -> int:
    """A file of the national format, in which what is ours comes last."""
    said = {"considerationSociale": ["Clause sociale"]}, {"considerationEnvironnementale": ["Critère environnemental"]}
    shared = {"objet": "Travaux d’entretien, « lot 3 »", "dureeMois": 48, "considerationsSociales": said[0]}
    shared |= {"considerationsEnvironnementales": said[1], "datePublicationDonnees": "2024-04-12"}
    market = {"acheteur": {"id": "21750001630066"}, "montant": 575000.5, "codeCPV": "45000000-7", **shared}
    concession = {"nature": "Concession de service", "dateSignature": "2024-04-02", "valeurGlobale": 1e6, **shared}
    with place.open("w", encoding="utf-8") as target:
        target.write('{"marches": {"marche": [{}')
        number = 0
        while target.tell() < _BYTES * 0.95:
            target.writelines(f",\n{_text({'id': f'M{number + rank}', **market})}" for rank in range(1000))
            number += 1000
        target.write('],\n"contrat-concession": [{}')
        number = 0
        while target.tell() < _BYTES:
            rows = ({"id": f"C{number + rank}", "autoriteConcedante": {"id": "38103128500004"}} for rank in range(1000))
            target.writelines(f",\n{_text({**row, **concession})}" for row in rows)
            number += 1000
        ours = (
            {"id": f"N{rank}", "autoriteConcedante": {"id": f"{_SIREN}00018"}, **concession} for rank in range(_OURS)
        )
        target.writelines(f",\n{_text(one)}" for one in ours)
        target.write("]}}")
    return place.stat().st_size


def _text(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False)
