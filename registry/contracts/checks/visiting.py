"""The checks of a file that came with a form: made while no transaction is open."""

from typing import Any

from registry.contracts.checks.checking import check_file
from registry.contracts.checks.demands import demands_of
from registry.contracts.deliveries.models import Delivery
from registry.web.visits import Visit


def check_upload(visit: Visit, delivery: Delivery) -> dict[str, Any]:
    """The report of the file that came with the form, against what is asked on the due day; nothing where none came.

    Whoever writes afterwards looks again at what they read before.
    """
    file = visit.upload.file if visit.upload is not None else None
    if file is None:
        return {}
    asked = demands_of(
        visit.session, delivery.contract_id, delivery.dataset_id, delivery.due_on or visit.today,
        visit.premises.home.files.read,
    )  # fmt: skip
    return visit.apart(lambda: check_file(file.path, name=file.name, demands=asked, on=visit.today))
