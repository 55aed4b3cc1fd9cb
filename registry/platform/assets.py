"""Where the product's own files stand: policies, reports, migrations, front-end parts.

Apart from the settings, so that a short-lived child process finds them without reading any setting.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def asset_root(name: str) -> Path:
    """The folder of migrations, policies, reports or node_modules.

    In a checkout they stand beside the package; in a wheel they travel inside it, under `_assets`.
    """
    packed = PACKAGE / "_assets" / name
    return packed if packed.is_dir() else PACKAGE.parent / name
