"""A Parquet file is gone through a batch at a time, its nested columns under paths; a damaged one is said in French."""

import io
import json
import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from arro3.core import DataType, Field, Schema
from arro3.io import read_json, write_parquet

from registry.inspection.limits import Limits
from registry.inspection.parquet import parquet_sample
from registry.inspection.reading import DEFAULT_LIMITS, inspect_file
from registry.inspection.rows import MOST_COLUMNS
from registry.inspection.sampling import SAMPLE
from registry.inspection.vocabulary import PersonalSign
from registry.kernel.errors import Unreadable

TODAY = date(2026, 11, 26)
CELLS = 1_000_000
TEXT = DataType.string()


def written(path: Path, columns: Mapping[str, tuple[DataType, list[Any]]], **more: Any) -> Path:
    """A Parquet file of these columns, their values written as JSON would."""
    schema = Schema([Field(name, kind) for name, (kind, _values) in columns.items()])
    lines = zip(*(values for _kind, values in columns.values()), strict=True)
    said = "\n".join(json.dumps(dict(zip(columns, line, strict=True))) for line in lines)
    write_parquet(read_json(io.BytesIO(said.encode()), schema), path, **more)
    return path


def texts(path: Path) -> dict[str, list[str]]:
    """The cells of a file as the detectors are given them."""
    sample = parquet_sample(path, most_cells=CELLS)
    assert sample is not None
    return {column.name: list(column.values) for column in sample.columns}


def test_what_its_columns_say_of_people_is_suggested(tmp_path: Path) -> None:
    people = written(
        tmp_path / "usagers.parquet",
        {
            "Nom": (TEXT, ["MARTIN", "PETIT", "FAURE"]),
            "Prénom": (TEXT, ["Marie", "Luc", "Rose"]),
            "Né le": (DataType.date32(), ["1980-03-12", "1990-01-01", None]),
            "Tél": (TEXT, ["06 12 34 56 78", "07 82 34 56 79", "06 99 34 56 78"]),
        },
    )
    [table] = inspect_file(people, on=TODAY)
    assert {table.columns[one.column].name: one.sign for one in table.suggestions} == {
        "Nom": PersonalSign.PERSON_NAME, "Prénom": PersonalSign.PERSON_NAME, "Né le": PersonalSign.BIRTH_DATE,
        "Tél": PersonalSign.PHONE,
    }  # fmt: skip
    assert (table.rows, table.sampled, table.has_header, table.is_whole, table.is_cut) == (3, 3, True, True, False)
    assert "MARTIN" not in repr(table)


def test_each_kind_of_value_is_a_cell_as_a_table_would_show_it(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.parquet",
        {
            "jour": (DataType.timestamp("us"), ["1980-03-12T00:00:00", "1980-03-12T14:05:00"]),
            "montant": (DataType.decimal128(10, 2), ["12.50", None]),
            "telephone": (DataType.float64(), [612345678.0, 1.5]),
            "octets": (DataType.binary(), [b"marie@ville.fr".hex(), "00ff01"]),
            "actif": (DataType.bool(), [True, None]),
        },
    )
    assert texts(path) == {
        "jour": ["1980-03-12", "1980-03-12 14:05:00"], "montant": ["12.50", ""], "telephone": ["612345678", "1.5"],
        "octets": ["marie@ville.fr", ""], "actif": ["oui", ""],
    }  # fmt: skip


def test_a_nested_column_has_a_path_for_each_value_and_a_list_gives_its_first(tmp_path: Path) -> None:
    place = DataType.struct([Field("rue", TEXT), Field("commune", DataType.struct([Field("nom", TEXT)]))])
    person = DataType.struct([Field("mail", TEXT)])
    path = written(
        tmp_path / "a.parquet",
        {
            "adresse": (place, [{"rue": "1 rue Basse", "commune": {"nom": "Lens"}}, None]),
            "tel": (DataType.list(Field("element", TEXT)), [[None, "0612345678"], []]),
            "proches": (DataType.list(Field("element", person)), [[{"mail": "a@b.fr"}, {"mail": "c@d.fr"}], None]),
        },
    )
    assert texts(path) == {
        "adresse.rue": ["1 rue Basse", ""], "adresse.commune.nom": ["Lens", ""], "tel[]": ["0612345678", ""],
        "proches[].mail": ["a@b.fr", ""],
    }  # fmt: skip


def test_what_is_too_wide_or_nested_too_deep_is_left_out_and_told(tmp_path: Path) -> None:
    wide = written(tmp_path / "a.parquet", {f"c{rank}": (TEXT, ["x", "y"]) for rank in range(MOST_COLUMNS + 40)})
    [table] = inspect_file(wide, on=TODAY)
    assert (len(table.columns), table.is_cut) == (MOST_COLUMNS, True)
    kind, value = TEXT, "x"
    for _level in range(12):
        kind, value = DataType.struct([Field("n", kind)]), {"n": value}  # type: ignore[assignment]
    deep = written(tmp_path / "b.parquet", {"n": (kind, [value]), "reste": (TEXT, ["x"])})
    [table] = inspect_file(deep, on=TODAY)
    assert ([one.name for one in table.columns], table.is_cut) == (["reste"], True)


@pytest.mark.parametrize("thousands", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_long_file_of_many_row_groups_takes_a_bounded_sample_and_memory(tmp_path: Path, thousands: int) -> None:
    mails = [f"marie.petit{line}@orange.fr" for line in range(1_000)] * thousands
    path = written(tmp_path / "a.parquet", {"mail": (TEXT, mails)}, max_row_group_size=5_000)
    limits = Limits(file_bytes=DEFAULT_LIMITS.file_bytes, memory_bytes=600 * 1024**2, seconds=60)
    [table] = inspect_file(path, on=TODAY, limits=limits)
    assert (table.rows, table.sampled, table.is_whole) == (thousands * 1_000, SAMPLE, True)
    assert [(one.sign, one.found) for one in table.suggestions] == [(PersonalSign.MAILBOX, SAMPLE)]


def test_no_more_cells_are_gone_through_than_allowed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": (TEXT, ["x"] * 9_000), "b": (TEXT, ["y"] * 9_000)})
    sample = parquet_sample(path, most_cells=4_000)
    assert sample is not None
    assert sample.is_whole is False
    assert sample.rows < 9_000


def test_an_empty_file_has_no_line(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="pas de ligne remplie"):
        inspect_file(written(tmp_path / "a.parquet", {"a": (TEXT, [])}), on=TODAY)


def test_a_damaged_file_is_said_in_a_sentence_and_nothing_of_it_is_logged(tmp_path: Path, journal: io.StringIO) -> None:
    names = [f"SECRETNOM{rank}" for rank in range(300)]
    whole = written(tmp_path / "a.parquet", {"nom": (TEXT, names), "rang": (DataType.int64(), list(range(300)))})
    content = whole.read_bytes()
    chance = random.Random(3)  # noqa: S311 - the same damage each time.
    said = set()
    for _round in range(6):
        damaged = bytearray(content)
        for _place in range(8):
            damaged[chance.randrange(4, len(damaged) - 4)] = chance.randrange(256)
        path = tmp_path / "b.parquet"
        path.write_bytes(damaged)
        try:
            inspect_file(path, on=TODAY)
        except Unreadable as refused:
            said.add(refused.message)
    assert said
    assert all("Parquet est abîmé" in one or "plus de mémoire" in one for one in said)
    told = "".join(said) + journal.getvalue()
    assert "SECRETNOM" not in told
    assert "panicked" not in told
