"""The address of a portal is enough: its interface is found, its pages followed, nothing private asked (T-13)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from registry.exchange.portals.addresses import behind, by_large_pages, following, whole_export
from registry.exchange.reading import read_file
from registry.exchange.source import open_source
from registry.exchange.vocabulary import ReadCatalogue
from registry.inspection.limits import Limits
from registry.kernel.errors import TooLarge, Unreadable
from tests.exchange.portals import explore_dataset, package, package_search, udata_dataset

LOCAL = ("127.0.0.1/32",)
PAGE = b"<!DOCTYPE html><html><title>Portail</title></html>"


class _Portal(BaseHTTPRequestHandler):
    """A portal whose answers a test sets: by path, what to do with the query."""

    answers: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[str]] = []
    over = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        url = urlsplit(self.path)
        answer = self.answers.get(url.path, (404, b""))
        if callable(answer):
            answer = answer({name: values[0] for name, values in parse_qs(url.query).items()})
        status, body, headers = (*answer, {})[:3] if isinstance(answer, tuple) else (200, answer, {})
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if "hang" in headers:
            self.over.wait(10)
        self.wfile.write(raw)

    def log_message(self, *_said: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a portal on this very machine."""
    _Portal.answers, _Portal.asked, _Portal.over = {}, [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Portal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    _Portal.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def bring(address: str, **more: Any) -> ReadCatalogue:
    """What an address says, read to its end."""
    with open_source(address, allowed_private=LOCAL, pause=0, **more) as source:
        return read_file(source.path, name=source.name, declared_format=source.media_type, origin=source.origin)


def refusal(address: str, **more: Any) -> str:
    """Why an address is refused, in words."""
    with pytest.raises((Unreadable, TooLarge)) as refused:
        bring(address, **more)
    return refused.value.message


def ckan(count: int) -> Any:
    """A search of CKAN over so many packages."""

    def search(query: dict[str, str]) -> Any:
        start, rows = int(query.get("start", 0)), int(query.get("rows", 10))
        return package_search(*[package(n) for n in range(start, min(start + rows, count))], count=count)

    return search


def test_the_pages_of_ckan_are_followed_to_the_end(site: str):
    _Portal.answers = {"/api/3/action/package_search": ckan(7)}

    found = bring(f"{site}/api/3/action/package_search?rows=3&q=arbres")

    assert len(found.datasets) == 7
    assert [parse_qs(urlsplit(one).query).get("start") for one in _Portal.asked] == [None, ["3"], ["6"]]
    assert all("q=arbres" in one for one in _Portal.asked)
    assert [one.code for one in found.anomalies] == []


def test_the_pages_of_udata_are_followed_by_the_address_they_give(site: str):
    def page(query: dict[str, str]) -> Any:
        number = int(query.get("page", 1))
        # Behind its proxy, the portal does not know by which port it was asked.
        following = f"http://127.0.0.1/api/1/datasets/?page={number + 1}" if number < 3 else None
        return {"data": [udata_dataset(number)], "page": number, "total": 3, "next_page": following}

    _Portal.answers = {"/api/1/datasets/": page}

    assert [one.title for one in bring(f"{site}/api/1/datasets/").datasets] == ["Arbres 1", "Arbres 2", "Arbres 3"]


def test_the_pages_of_explore_are_followed_and_a_long_catalogue_is_asked_for_whole(site: str):
    def page(query: dict[str, str]) -> Any:
        offset = int(query.get("offset", 0))
        return {"total_count": 3, "results": [explore_dataset(n) for n in range(offset, min(offset + 2, 3))]}

    _Portal.answers = {"/api/explore/v2.1/catalog/datasets": page}
    assert len(bring(f"{site}/api/explore/v2.1/catalog/datasets?limit=2").datasets) == 3

    _Portal.answers = {
        "/api/explore/v2.1/catalog/datasets": {"total_count": 12_000, "results": [explore_dataset(1)]},
        "/api/explore/v2.1/catalog/exports/json": [explore_dataset(n) for n in range(5)],
    }
    assert len(bring(f"{site}/api/explore/v2.1/catalog/datasets").datasets) == 5


def test_the_home_of_a_portal_leads_to_its_interface(site: str):
    _Portal.answers = {"/": PAGE, "/api/3/action/package_search": ckan(2)}

    found = bring(f"{site}/")

    assert len(found.datasets) == 2
    assert [urlsplit(one).path for one in _Portal.asked] == [
        "/", "/api/explore/v2.1/catalog/datasets", "/api/3/action/package_search",
    ]  # fmt: skip


def test_the_page_of_a_dataset_leads_to_its_record(site: str):
    _Portal.answers = {
        "/explore/dataset/arbres/information/": PAGE,
        "/api/explore/v2.1/catalog/datasets/arbres": explore_dataset(1, slug="arbres"),
    }

    (one,) = bring(f"{site}/explore/dataset/arbres/information/#plus").datasets

    assert one.uri == f"{site}/explore/dataset/arbres/"
    assert one.distributions[0].download_url == (
        f"{site}/api/explore/v2.1/catalog/datasets/arbres/exports/csv?use_labels=true"
    )


def test_a_web_page_with_no_interface_behind_says_what_was_tried(site: str):
    _Portal.answers = {"/": PAGE}

    said = refusal(f"{site}/")

    assert "page web" in said
    assert "/api/3/action/package_search" in said


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(PAGE, "La page 2 de la liste", id="page web"),
        pytest.param(b'{"success": true, "result": {"coun', "La page 2 de la liste", id="coupée"),
        ((500, b""), "répond « 500 »"),
        ((302, b"", {"Location": "http://127.0.0.2/api/3/action/package_search"}), "machine privée (127.0.0.2)"),
        ((302, b"", {"Location": "http://169.254.169.254/latest/"}), "machine privée"),
        ((200, b"{}", {"Content-Length": "900"}), "la connexion s’est rompue"),
        ((429, b"", {"Retry-After": "3600"}), "demande qu’on le laisse (réponse « 429 »)"),
    ],
)
def test_a_list_whose_second_page_fails_is_not_read_by_half(site: str, second: Any, said: str):
    first = ckan(5)

    def pages(query: dict[str, str]) -> Any:
        return second if "start" in query else first(query)

    _Portal.answers = {"/api/3/action/package_search": pages}

    assert said in refusal(f"{site}/api/3/action/package_search?rows=2")


def test_a_page_made_to_fill_the_memory_fills_that_of_a_process_apart(site: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("registry.exchange.portals.pages.LIMITS", Limits(memory_bytes=128 * 1024**2, seconds=60))
    address = f"{site}/api/3/action/package_search"

    def search(query: dict[str, str]) -> Any:
        heavy = {"rien": [[] for _one in range(2_000_000)]} if query.get("start") else {}
        return package_search(package(1), count=2) | heavy

    _Portal.answers = {"/api/3/action/package_search": search}

    assert "La page 2 de la liste de 127.0.0.1 n’est pas lisible" in refusal(f"{address}?rows=1")


def test_a_page_on_another_site_is_not_followed(site: str):
    _Portal.answers = {
        "/api/1/datasets/": {"data": [udata_dataset()], "total": 2, "next_page": "http://169.254.169.254/latest"}
    }

    assert "sur un autre site (169.254.169.254)" in refusal(f"{site}/api/1/datasets/")
    assert len(_Portal.asked) == 1


def test_a_list_that_turns_in_circles_is_left(site: str):
    _Portal.answers = {
        "/api/1/datasets/": {"data": [udata_dataset()], "total": 9, "next_page": f"{site}/api/1/datasets/?page=2"}
    }

    assert "tourne en rond" in refusal(f"{site}/api/1/datasets/")


def test_a_list_longer_than_the_limit_is_left(site: str):
    _Portal.answers = {"/api/3/action/package_search": ckan(40)}

    said = refusal(f"{site}/api/3/action/package_search?rows=5", limits=Limits(file_bytes=20_000))

    assert "dépasse la limite" in said


def test_a_portal_that_asks_to_wait_is_waited_for(site: str):
    search, times = ckan(1), []

    def busy(query: dict[str, str]) -> Any:
        times.append(query)
        return (429, b"", {"Retry-After": "0"}) if len(times) < 3 else search(query)

    _Portal.answers = {"/api/3/action/package_search": busy}

    assert len(bring(f"{site}/api/3/action/package_search").datasets) == 1


def test_an_error_the_portal_answers_is_said_in_its_words(site: str):
    _Portal.answers = {"/api/3/action/package_show": {"success": False, "error": {"message": "Introuvable"}}}

    assert "« Introuvable »" in refusal(f"{site}/api/3/action/package_show?id=x")


def test_a_portal_that_hangs_is_cut(site: str):
    _Portal.answers = {"/api/1/datasets/": (200, b"{}", {"hang": "yes", "Content-Length": "100"})}

    assert "trop lent" in refusal(f"{site}/api/1/datasets/", seconds=0.5)


@pytest.mark.parametrize(
    ("page", "interface"),
    [
        (
            "https://d.fr/explore/dataset/arbres/table/?disjunctive",
            "https://d.fr/api/explore/v2.1/catalog/datasets/arbres",
        ),
        ("https://d.fr/fr/datasets/arbres/", "https://d.fr/api/1/datasets/arbres/"),
        ("https://d.fr/datasets/arbres", "https://d.fr/api/1/datasets/arbres/"),
        ("https://d.fr/dataset/arbres", "https://d.fr/api/3/action/package_show?id=arbres"),
        ("https://d.fr/portail/dataset/arbres", "https://d.fr/portail/api/3/action/package_show?id=arbres"),
        ("https://d.fr/", "https://d.fr/api/explore/v2.1/catalog/datasets?limit=100"),
    ],
)
def test_which_interface_stands_behind_a_page(page: str, interface: str):
    assert behind(page)[0] == interface


def test_where_a_list_goes_on_and_where_it_ends():
    search = "https://d.fr/api/datasets/1.0/search/?rows=2&start=2"

    assert (
        by_large_pages("https://d.fr/api/1/datasets/?tag=eau") == "https://d.fr/api/1/datasets/?tag=eau&page_size=100"
    )
    assert by_large_pages("https://d.fr/catalogue.ttl") == "https://d.fr/catalogue.ttl"
    assert following(search, {"nhits": 9, "datasets": [1, 2]}) == "https://d.fr/api/datasets/1.0/search/?rows=2&start=4"
    assert following(search, {"nhits": 4, "datasets": [1, 2]}) is None
    assert following(search, {"nhits": 9, "datasets": []}) is None
    assert following(search, None) is None
    listed = "https://d.fr/api/3/action/current_package_list_with_resources?limit=2"
    assert following(listed, {"result": [1, 2]}) == listed + "&offset=2"
    assert following(listed, {"result": []}) is None
    assert whole_export(search, {"nhits": 12_000}) == "https://d.fr/api/explore/v2.1/catalog/exports/json"
    assert whole_export(search, {"nhits": 9_000}) is None
