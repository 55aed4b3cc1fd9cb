"""Stored files: by their content, whole, within the limit, and checked when they are read."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from registry.kernel.errors import NotFound, TooLarge, Unavailable
from registry.platform import files
from registry.platform.files import FileStore, sha256_of
from registry.platform.settings import Settings


@pytest.fixture
def store(tmp_path):
    return FileStore.of(Settings(home=tmp_path / "home"))


def test_what_is_kept_is_named_by_its_content_and_read_back_whole(store):
    for content in (b"", b"bonjour", bytes(range(256)) * 5000):
        assert store.read(store.keep(content)) == content
        assert store.keep(content) == sha256(content).hexdigest()
    assert len(store.every()) == 3


def test_what_is_forgotten_is_gone_and_the_rest_stays(store):
    kept, gone = store.keep(b"bonjour"), store.keep(b"bonsoir")
    for name in (gone, gone, "absent", "../../secrets/roles.json"):
        store.forget(name)
    assert store.every() == [kept]
    assert store.read(store.keep(b"bonsoir")) == b"bonsoir"


def test_the_folder_of_files_is_its_owners_alone(store, tmp_path):
    store.keep(b"bonjour")
    assert (tmp_path / "home" / "files").stat().st_mode & 0o777 == 0o700


def test_a_file_changed_on_disk_is_refused_in_one_sentence(store, tmp_path):
    digest = store.keep(b"bonjour")
    (tmp_path / "home" / "files" / digest[:2] / digest).write_bytes(b"bonsoir")
    with pytest.raises(Unavailable, match="a changé"):
        store.read(digest)


@pytest.mark.parametrize("name", ["0" * 64, "absent", "../../secrets/roles.json", ""])
def test_what_is_not_kept_is_not_found_wherever_the_name_points(store, name):
    with pytest.raises(NotFound):
        store.read(name)


def test_a_document_over_the_limit_is_refused_and_not_kept(store, monkeypatch):
    monkeypatch.setattr(files, "MAX_STORED", 1000)
    store.keep(b"x" * 1000)
    with pytest.raises(TooLarge):
        store.keep(b"x" * 1001)
    assert len(store.every()) == 1


def test_the_bytes_are_on_disk_before_their_name_is_and_the_name_before_they_are_said_kept(
    store, tmp_path, monkeypatch
):
    done = []
    settle, rename = os.fsync, os.replace

    def settling(descriptor):
        done.append(("disk", Path(f"/proc/self/fd/{descriptor}").readlink()))
        settle(descriptor)

    def renaming(old, new):
        done.append(("name", Path(new)))
        rename(old, new)

    monkeypatch.setattr(os, "fsync", settling)
    monkeypatch.setattr(os, "replace", renaming)
    digest = store.keep(b"bonjour")
    files = tmp_path / "home" / "files"
    folder = files / digest[:2]
    coming = done[1][1]
    assert coming.parent == folder
    assert done == [("disk", files), ("disk", coming), ("name", folder / digest), ("disk", folder)]
    assert [path.name for path in folder.iterdir()] == [digest]


def test_what_a_cut_writing_left_is_no_kept_file(store, tmp_path):
    digest = store.keep(b"bonjour")
    (tmp_path / "home" / "files" / digest[:2] / ".coming-0").write_bytes(b"bon")
    assert store.every() == [digest]


def test_a_store_may_be_given_by_its_address(tmp_path):
    folder = tmp_path / "ailleurs"
    folder.mkdir()
    store = FileStore.of(Settings(home=tmp_path / "home", files_url=folder.as_uri()))
    digest = store.keep(b"bonjour")
    assert (folder / digest[:2] / digest).read_bytes() == b"bonjour"
    assert store.every() == [digest]


def test_the_hash_of_a_file_on_disk_is_that_of_its_bytes(tmp_path):
    path = tmp_path / "grand"
    path.write_bytes(b"a" * 3_000_000)
    assert sha256_of(path) == sha256(b"a" * 3_000_000).hexdigest()


def test_a_store_that_is_tried_out_keeps_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert FileStore.of(settings).every() == []
    FileStore.try_out(settings)
    assert [place for place in (tmp_path / "home" / "files").rglob("*") if place.is_file()] == []
