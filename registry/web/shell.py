"""What surrounds every page."""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from registry.platform.assets import PACKAGE
from registry.platform.clock import PARIS


@lru_cache(maxsize=1)
def product_version() -> str:
    """The version of this product: the installed one, or the one a checkout declares."""
    try:
        return version("beffroi")
    except PackageNotFoundError:
        project: dict[str, str] = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["project"]
        return project["version"]


@dataclass(frozen=True)
class Notice:
    """A sentence after an action: `success`, `warning` or `danger`."""

    tone: str
    words: str


@dataclass(frozen=True)
class Shell:
    """The frame of a page: authority, navigation, account, form token, notices.

    `path` is the page's own address, without its query; `time_zone` is the authority's.
    """

    authority: str = ""
    demonstration: bool = False
    navigation: tuple[tuple[str, str], ...] = ()
    signed_in: bool = False
    may_search: bool = False
    path: str = "/"
    csrf: str = ""
    request_id: str = ""
    notices: tuple[Notice, ...] = ()
    time_zone: str = PARIS
    version: str = field(default_factory=product_version)
