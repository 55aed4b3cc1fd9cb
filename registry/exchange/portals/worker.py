"""The process that reads a portal's answers: `python -m registry.exchange.portals.worker`, its order on the input."""

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from registry.exchange.portals.answers import answers_of
from registry.exchange.portals.catalogue import read_answers
from registry.exchange.vocabulary import HandOver, ReadCatalogue
from registry.exchange.worker import Order, serve


def read(order: Order, hand_over: HandOver) -> ReadCatalogue:
    """The catalogue some answers of a portal hold."""
    zone = ZoneInfo(order["zone"])
    return read_answers(answers_of(Path(order["path"])), zone, origin=order["origin"], hand_over=hand_over)


if __name__ == "__main__":
    sys.exit(serve(read))
