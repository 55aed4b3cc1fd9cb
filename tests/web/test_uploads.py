"""A file somebody sends is streamed to disk, measured and hashed, and never left behind."""

import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

LIMIT = 2 * 2**20


def send(client: TestClient[Litestar], files: Any, data: dict[str, str] | None = None) -> Any:
    return client.post("/envoi", files=files, data=data or {})


def test_a_file_is_received_whole_with_the_other_fields(client: TestClient[Litestar]) -> None:
    content = bytes(range(256)) * 4000
    said = send(client, {"file": ("catalogue.rdf", content)}, {"format": "rdf", "_csrf": "é"}).json()

    assert (said["name"], said["size"], said["kept"]) == ("catalogue.rdf", len(content), len(content))
    assert said["sha256"] == sha256(content).hexdigest()
    assert said["values"] == {"format": ["rdf"], "_csrf": ["é"]}
    assert not Path(said["place"]).exists(), "the file must leave with its request"


def test_a_file_at_the_limit_is_taken_and_one_byte_more_refused(client: TestClient[Litestar]) -> None:
    assert send(client, {"file": ("a", b"x" * LIMIT)}).json()["size"] == LIMIT
    refused = send(client, {"file": ("a", b"x" * (LIMIT + 1))})
    assert refused.status_code == 413
    assert "2 Mio" in refused.text


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(client: TestClient[Litestar]) -> None:
    answer = client.post(
        "/envoi", content=b"", headers={"content-type": "multipart/form-data; boundary=x", "content-length": "9999999"}
    )
    assert answer.status_code == 413


def chunks(count: int) -> Iterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    for _ in range(count):
        yield b"x" * 2**20
    yield b"\r\n--x--\r\n"


def test_a_file_of_unknown_length_is_cut_at_the_limit(client: TestClient[Litestar]) -> None:
    answer = client.post("/envoi", content=chunks(3), headers={"content-type": "multipart/form-data; boundary=x"})

    assert answer.status_code == 413


def test_nobody_chose_a_file(client: TestClient[Litestar]) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    answer = client.post("/envoi", content=body, headers={"content-type": "multipart/form-data; boundary=x"})

    assert answer.json() == {"values": {"file": [""]}}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\agent\\été.csv", "été.csv"),
        ("a\u202evsc.exe", "avsc.exe"),
        ("x" * 500 + ".csv", "x" * 196 + ".csv"),
        ("...", "..."),
    ],
)
def test_the_name_of_a_file_bears_no_folder_and_no_control_sign(
    client: TestClient[Litestar], said: str, kept: str
) -> None:
    assert send(client, {"file": (said, b"x")}).json()["name"] == kept


def test_two_files_at_once_are_refused(client: TestClient[Litestar]) -> None:
    answer = send(client, [("file", ("a", b"x")), ("file", ("b", b"y"))])

    assert answer.status_code == 422
    assert "un seul fichier" in answer.text


MULTIPART = "multipart/form-data; boundary=x"
FIELD = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=1"),
        ("multipart/form-data", b"--x--"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhalf',
        ),
        (MULTIPART, b"not a form at all"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ],
    ids=["not multipart", "no boundary", "half", "not a form", "field not UTF-8"],
)
def test_half_a_form_is_refused_in_a_sentence(client: TestClient[Litestar], content_type: str, body: bytes) -> None:
    answer = client.post("/envoi", content=body, headers={"content-type": content_type})

    assert answer.status_code == 422


def test_fields_that_are_longer_than_any_form_are_refused(client: TestClient[Litestar]) -> None:
    answer = send(client, {"file": ("a", b"x")}, {"note": "x" * (2**20 + 10)})

    assert answer.status_code == 413


def test_a_file_does_not_pass_through_memory(client: TestClient[Litestar]) -> None:
    send(client, {"file": ("a", b"x")})
    content = b"x" * LIMIT
    tracemalloc.start()
    send(client, {"file": ("a", content)})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # The client itself holds the body once or twice; the server adds no copy of the file to it.
    assert peak < 4 * LIMIT
