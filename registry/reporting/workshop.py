"""What the two rendering processes share: limits, composition, and what they say while they work.

Such a process has no database, no network and no secret: its environment holds none. It writes its
progress on its standard output, one JSON line at a time.
"""

import gc
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from registry.reporting.composing import Composition, compose
from registry.reporting.discovery import get_report
from registry.reporting.fonts import FontFolder
from registry.reporting.order import (
    CONTENT,
    DOCUMENT,
    OUT_OF_MEMORY,
    TABLE,
    Account,
    Order,
    read_order,
    write_account,
)
from registry.reporting.vocabulary import Medium, Progress, Step

NICENESS = 10

Press = Callable[[Composition, Order], tuple[bytes, Account]]


def tell(progress: Progress) -> None:
    """Says how far the rendering has come."""
    line = {"step": progress.step.value, "percent": progress.percent, "pages": progress.pages}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def work(press: Press, arguments: list[str]) -> int:
    """Renders the order that lies in a folder, once told that it does; answers the exit code of the process."""
    if not sys.stdin.readline():
        return 0  # Whoever wanted a document changed their mind.
    folder = Path(arguments[1])
    order = read_order(folder)
    limit = order.memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    # The process lives for one document: collecting its garbage would cost time and free little.
    gc.disable()
    try:
        tell(Progress(Step.COMPOSING, 2))
        coverage = FontFolder(order.fonts).coverage if order.medium is Medium.PDF else None
        composition = compose(
            get_report(order.report_id), (folder / CONTENT).read_bytes(), order=order, coverage=coverage
        )
        data, account = press(composition, order)
    except MemoryError:
        return OUT_OF_MEMORY
    (folder / DOCUMENT).write_bytes(data)
    (folder / TABLE).write_bytes(composition.table.data)
    write_account(folder, account)
    return 0
