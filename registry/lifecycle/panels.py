"""What this room shows on a dataset's sheet: where it stands, what is asked of it, where it may go."""

from registry.kernel.permissions import Permission
from registry.lifecycle.showing import stage_panel
from registry.web.visits import Panel

PANELS = (Panel("dataset", Permission.DATASETS_SHEET_READ, "lifecycle/_stage.html", stage_panel),)
