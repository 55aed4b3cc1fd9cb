"""Static files: by the hash of their bytes, for good, and never another file of the machine."""

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from registry.platform.assets import asset_root
from registry.web.static import files, static_url


def test_nothing_served_carries_a_data_address_our_policy_would_block() -> None:
    source = (asset_root("node_modules") / "bootstrap/dist/css/bootstrap.min.css").read_text("utf-8")

    assert source.count('url("data:') > 20, "Bootstrap no longer carries images: this module can be simplified"
    assert [name for name, file in files().items() if b"data:" in file.content] == []


def test_every_address_in_a_style_sheet_is_served(client: TestClient[Litestar]) -> None:
    addresses = {
        address
        for file in files().values()
        if file.name.endswith(".css")
        for address in re.findall(r"url\(([^)]+)\)", file.content.decode())
    }

    assert len(addresses) > 30
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"] in {"image/svg+xml", "font/woff2"}


@pytest.mark.parametrize("name", ["bootstrap.css", "theme.css", "fonts.css", "htmx.js", "beffroi.js", "beffroi.svg"])
def test_a_file_is_cached_for_good_and_asked_again_for_nothing(client: TestClient[Litestar], name: str) -> None:
    answer = client.get(static_url(name))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content == files()[name].content
    again = client.get(static_url(name), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_reader_without_gzip_gets_the_bytes_themselves(client: TestClient[Litestar]) -> None:
    answer = client.get(static_url("theme.css"), headers={"accept-encoding": "identity"})

    assert "content-encoding" not in answer.headers
    assert answer.content == files()["theme.css"].content


@pytest.mark.parametrize(
    "path",
    [
        "/statique/0000000000000000/theme.css",
        "/statique/0000000000000000/..%2f..%2fapp.py",
        "/statique/../app.py",
        "/statique/x/%2e%2e/%2e%2e/etc/passwd",
        "/statique/x/%00",
    ],
)
def test_only_the_files_of_the_list_are_served(client: TestClient[Litestar], path: str) -> None:
    assert client.get(path).status_code == 404
