"""What granian loads in each web process."""

import gc
from importlib import import_module

from litestar import Litestar

from registry.platform.garbage import TOGETHER


def create() -> Litestar:
    """The application. Nearly all that loading makes stays: to look through it again and again took a fifth of it.

    Some collections are left: with none, the process held six mebibytes more ever after.
    """
    gc.set_threshold(TOGETHER)
    app: Litestar = import_module("registry.app").create()
    return app
