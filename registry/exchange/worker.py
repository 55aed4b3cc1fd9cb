"""What every process that reads a catalogue does, whatever the family of its format (`…_worker.py`).

On its standard output each line is a JSON document: the datasets, some at a time, and last the catalogue without
them, or the problem (`registry/inspection/answering.py`).
"""

from collections.abc import Callable
from dataclasses import replace

from registry.exchange.vocabulary import HandOver, ReadCatalogue, ReadDataset
from registry.inspection.answering import Order as Order
from registry.inspection.answering import answer_with, write

TOGETHER = 100
"""How many datasets a line of the answer holds."""


def serve(read: Callable[[Order, HandOver], ReadCatalogue]) -> int:
    """Reads the file of the order that stands on the standard input, and answers on the standard output.

    The order holds `path`, `name` (what people call the file), `format` (a `SourceFormat`), `zone`, the limits
    `memory_bytes` and `seconds`, and what the family asks for besides. Datasets that are handed over as they are read
    never stand together in memory.
    """

    def work(order: Order) -> None:
        waiting: list[ReadDataset] = []

        def hand_over(one: ReadDataset) -> None:
            waiting.append(one)
            if len(waiting) == TOGETHER:
                write(waiting)
                waiting.clear()

        found = read(order, hand_over)
        for one in found.datasets:
            hand_over(one)
        if waiting:
            write(waiting)
        write({"catalogue": replace(found, datasets=())})

    return answer_with(work)
