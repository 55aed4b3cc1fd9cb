"""What this room shows on a dataset's sheet: to whom it may be given, what was decided of its publication."""

from sqlmodel import col

from registry.datasets.models import DataService, Distribution
from registry.kernel.permissions import Permission
from registry.publication.beside import decided_panel
from registry.publication.models import PublicationChoice, ReuseTerms, SecretAnswer
from registry.publication.showing import publication_panel
from registry.web.held import tell_held
from registry.web.visits import Panel

tell_held("dataset", "publication", col(SecretAnswer.dataset_id))
tell_held("dataset", "choices", col(PublicationChoice.dataset_id))
for name, part in (("file", Distribution), ("service", DataService)):
    tell_held(
        "dataset", f"licence of a {name}", col(part.dataset_id), col(part.licence).is_not(None), ~col(part.annulled)
    )
tell_held("dataset", "reuse", col(ReuseTerms.dataset_id))
PANELS = (
    Panel("dataset", Permission.DATASETS_SHEET_READ, "publication/_publication.html", publication_panel),
    Panel("stage-request", Permission.DATASETS_SHEET_READ, "publication/_decided.html", decided_panel),
)
