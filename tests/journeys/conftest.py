"""A real registry, served by its own processes, and a real browser in front of it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from registry.platform.postgres import stop_cluster
from registry.platform.postgres_home import cluster_home

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LONGEST_START = 480.0


@dataclass
class Visitor:
    """Somebody at their browser: what it complained of, and what it asked of another machine."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Opens a page of the registry."""
        self.page.goto(self.origin + path)


@dataclass
class Served:
    """A demonstration registry that answers at an address, with the accounts it printed."""

    origin: str
    accounts: list[tuple[str, str, str]]
    browser: Browser
    home: Path
    _contexts: list[BrowserContext] = field(default_factory=list)
    _cookies: dict[str, Any] = field(default_factory=dict)

    def account(self, who: str) -> tuple[str, str]:
        """The address and password of an account, by its role or the beginning of its address."""
        return next((mail, password) for role, mail, password in self.accounts if who == role or mail.startswith(who))

    def open(self, who: str = "", *, width: int = 1280, language: str = "fr-FR", script: bool = True) -> Visitor:
        """A browser of somebody's own, signed in unless it is nobody's."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 800},
            locale=language,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        self._contexts.append(context)
        made = Visitor(context.new_page(), self.origin)
        made.page.on(
            "console",
            lambda said: made.complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith((self.origin, "data:", "blob:")) else made.strangers.append(asked.url)
            ),
        )
        if who and who in self._cookies:
            context.add_cookies(self._cookies[who])
        elif who:
            mail, password = self.account(who)
            made.go("/connexion")
            made.page.fill("#email", mail)
            made.page.fill("#password", password)
            made.page.press("#password", "Enter")
            made.page.wait_for_selector(".site-nav")
            self._cookies[who] = context.cookies()
        return made

    def close(self) -> None:
        """Closes every browser opened."""
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    command = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if command is None:
        pytest.skip("Chromium n’est pas installé : apt-get install chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=command, args=QUIET)
        yield made
        made.close()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home where the demonstration is loaded as anybody loads it, and nothing runs: each file copies it."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    try:
        done = subprocess.run(_demo(home), cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        yield home
    finally:
        _remove(home)


@pytest.fixture(scope="module")
def served(chromium: Browser, loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, served as anybody serves it, in a home and on a port of its own."""
    folder = tmp_path_factory.mktemp("journeys")
    home, said = folder / "home", folder / "said.txt"
    _copy(loaded, home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with said.open("wb") as output:
        process = subprocess.Popen(
            [*_demo(home), "--serve", "--port", str(port)],
            cwd=ROOT,
            env=_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        origin = f"http://127.0.0.1:{port}"
        _wait(f"127.0.0.1:{port}", process, said)
        lines = (home / "secrets" / "demonstration.txt").read_text("utf-8").splitlines()
        made = Served(origin, [(role, mail, word) for role, mail, word in map(str.split, lines)], chromium, home)
        yield made
        made.close()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        _remove(home)


def _demo(home: Path) -> list[str]:
    return [sys.executable, "-m", "registry", "--home", str(home), "demo"]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BEFFROI_")}


def _copy(home: Path, other: Path) -> None:
    """Copies a home that nothing runs, with the data of its PostgreSQL wherever they stand."""
    places = [(home, other)]
    if (stands := cluster_home(home)).as_root:
        places.append((stands.base, cluster_home(other).base))
    for one, copy in places:
        # Unlike Python's own, it keeps whose each file is.
        subprocess.run(["cp", "-a", one, copy], check=True)


def _remove(home: Path) -> None:
    if home.exists():
        stop_cluster(home)
        place = cluster_home(home)
        if place.as_root:
            shutil.rmtree(place.base, ignore_errors=True)


def _wait(host: str, process: "subprocess.Popen[bytes]", said: Path) -> None:
    """Until the registry answers; its own words if it ends before."""
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"The registry did not start: {said.read_text('utf-8')[-3000:]}")
        with contextlib.suppress(OSError, HTTPException), contextlib.closing(HTTPConnection(host, timeout=2)) as asked:
            asked.request("GET", "/health")
            if asked.getresponse().status == 200:
                return
        time.sleep(0.3)
    pytest.fail(f"The registry does not answer: {said.read_text('utf-8')[-3000:]}")
