"""The process that renders a report as one page of the web: `python -m registry.reporting.page_worker FOLDER`.

It needs neither Pango nor fonts: the page asks nothing of anybody.
"""

import sys

from registry.reporting.composing import Composition
from registry.reporting.order import Account, Order
from registry.reporting.vocabulary import Progress, Step
from registry.reporting.workshop import tell, work


def press(composition: Composition, _order: Order) -> tuple[bytes, Account]:
    """The page as it is composed."""
    tell(Progress(Step.WRITING, 99))
    return composition.html.encode(), Account(pages=1, warnings=())


if __name__ == "__main__":
    sys.exit(work(press, sys.argv))
