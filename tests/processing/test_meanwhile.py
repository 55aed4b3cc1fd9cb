"""A form that two people saved at once: nothing typed is lost, and what the other saved is shown beside."""

from registry.processing.meanwhile import fields_together, lines_together


def say(_name: str, value: object) -> str:
    return str(value or "")


def test_what_one_left_alone_is_taken_from_the_other_and_what_one_changed_stays() -> None:
    base = {"a": "avant", "b": "avant", "c": "avant", "d": "avant"}
    mine = {**base, "a": "moi", "c": "moi", "d": "pareil"}
    theirs = {**base, "b": "l’autre", "c": "l’autre", "d": "pareil"}

    kept, rows = fields_together(mine, theirs, base, label=str.upper, say=say)

    assert kept == {"a": "moi", "b": "l’autre", "c": "moi", "d": "pareil"}
    assert [(row.label, row.theirs, row.mine, row.both_changed, row.mine_first) for row in rows] == [
        ("A", "avant", "moi", False, True),
        ("B", "l’autre", "avant", False, False),
        ("C", "l’autre", "moi", True, True),
    ]


def test_where_nothing_stood_before_what_one_typed_stays_and_what_one_left_empty_is_the_other_s() -> None:
    kept, rows = fields_together({"a": "moi", "b": None}, {"a": "l’autre", "b": "l’autre"}, None, label=str, say=say)

    assert kept == {"a": "moi", "b": "l’autre"}
    assert [row.mine_first for row in rows] == [True, False]


def test_a_line_that_only_one_of_them_has_is_kept() -> None:
    mine = [{"name": "A", "task": "moi"}, {"name": "B", "task": ""}, {"name": "C", "task": "pareil"}]
    theirs = [{"name": "B", "task": "l’autre"}, {"name": "C", "task": "pareil"}, {"name": "D", "task": "l’autre"}]

    kept, rows = lines_together(
        mine, theirs, "name", label=lambda row: str(row["name"]), say=lambda row: str(row["task"])
    )

    assert [(row["name"], row["task"]) for row in kept] == [
        ("A", "moi"), ("B", "l’autre"), ("C", "pareil"), ("D", "l’autre"),
    ]  # fmt: skip
    assert [(row.label, row.theirs, row.mine) for row in rows] == [
        ("A", "", "moi"), ("B", "l’autre", ""), ("D", "l’autre", ""),
    ]  # fmt: skip
