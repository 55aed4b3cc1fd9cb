"""What surrounds every page."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from registry.kernel.permissions import Permission
from registry.kernel.words import _
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
class Entry:
    """One entry of the navigation: its words, where it leads, who sees it, what stands below it.

    An entry with others below leads to the first of them that is seen, and is seen where one of them is.
    """

    label: str
    address: str = ""
    permission: Permission | None = None
    below: tuple["Entry", ...] = ()


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it; `current` is `page` where it leads here, `true` where it leads to what is above."""

    label: str
    address: str
    current: str = ""


@dataclass(frozen=True)
class Navigation:
    """The links of every page, and those below the one that leads here, under its words."""

    links: tuple[Link, ...] = ()
    title: str = ""
    below: tuple[Link, ...] = ()


def navigation_of(entries: Iterable[Entry], path: str, may: Callable[[Permission], bool]) -> Navigation:
    """The navigation of who may so much, on the page at a path."""
    links, title, below = [], "", tuple[Link, ...]()
    for entry in entries:
        seen = _links(entry.below or (entry,), path, may)
        if not seen:
            continue
        current = next((one.current for one in seen if one.current), "")
        links.append(Link(_(entry.label), seen[0].address, current))
        if entry.below and current:
            title, below = _(entry.label), tuple(seen)
    return Navigation(tuple(links), title, below)


def _links(entries: Sequence[Entry], path: str, may: Callable[[Permission], bool]) -> list[Link]:
    """The entries somebody sees; of those that lead here or above, the nearest alone is current."""
    seen = [one for one in entries if one.permission is None or may(one.permission)]
    nearest = max((one.address for one in seen if f"{path}/".startswith(f"{one.address}/")), key=len, default="")
    return [
        Link(
            _(one.label),
            one.address,
            "" if one.address != nearest else "page" if one.address == path else "true",
        )
        for one in seen
    ]


@dataclass(frozen=True)
class Shell:
    """The frame of a page: authority, navigation, account, form token, notices.

    `path` is the page's own address, without its query; `time_zone` is the authority's.
    """

    authority: str = ""
    demonstration: bool = False
    navigation: Navigation = Navigation()
    signed_in: bool = False
    may_search: bool = False
    path: str = "/"
    csrf: str = ""
    request_id: str = ""
    notices: tuple[Notice, ...] = ()
    time_zone: str = PARIS
    version: str = field(default_factory=product_version)
