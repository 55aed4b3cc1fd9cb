"""A form that two people saved at once: nothing typed is lost, and what the other saved is shown beside."""

from registry.datasets.meanwhile import Lines, fields_together, read_stamps, written

LINES = Lines("part", "name", lambda row: str(row["name"]), lambda row: str(row["task"]))


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


def test_where_nobody_knows_what_stood_before_a_line_that_only_one_of_them_has_is_kept() -> None:
    mine = [{"name": "A", "task": "moi"}, {"name": "B", "task": ""}, {"name": "C", "task": "pareil"}]
    theirs = [{"name": "B", "task": "l’autre"}, {"name": "C", "task": "pareil"}, {"name": "D", "task": "l’autre"}]

    kept, rows = LINES.together(mine, theirs, "")

    assert [(row["name"], row["task"]) for row in kept] == [
        ("A", "moi"), ("B", "l’autre"), ("C", "pareil"), ("D", "l’autre"),
    ]  # fmt: skip
    assert [(row.label, row.theirs, row.mine) for row in rows] == [
        ("A", "", "moi"), ("B", "l’autre", ""), ("D", "l’autre", ""),
    ]  # fmt: skip


def lines(**said: str) -> list[dict[str, str]]:
    return [{"name": name, "task": task} for name, task in said.items()]


def test_a_line_is_as_the_one_who_touched_it_left_it_and_gone_where_they_took_it_away() -> None:
    base = lines(alone="avant", theirs="avant", mine="avant", both="avant", i_left="avant", they_left="avant",
                 i_left_changed="avant", they_left_changed="avant")  # fmt: skip
    mine = lines(alone="avant", theirs="avant", mine="moi", both="moi", they_left="avant", they_left_changed="moi",
                 added="moi")  # fmt: skip
    theirs = lines(alone="avant", theirs="autre", mine="avant", both="autre", i_left="avant", i_left_changed="autre",
                   more="autre")  # fmt: skip

    kept, rows = LINES.together(mine, theirs, written((LINES, base)))

    assert {row["name"]: row["task"] for row in kept} == {
        "alone": "avant", "theirs": "autre", "mine": "moi", "both": "moi", "they_left_changed": "moi", "added": "moi",
        "i_left_changed": "autre", "more": "autre",
    }  # fmt: skip
    assert {row.label: (row.theirs, row.mine, row.mine_first, row.both_changed) for row in rows} == {
        "theirs": ("autre", "avant", False, False), "mine": ("avant", "moi", True, False),
        "both": ("autre", "moi", True, True), "i_left": ("avant", "", True, False),
        "they_left": ("", "avant", False, False), "i_left_changed": ("autre", "", False, True),
        "they_left_changed": ("", "moi", True, True), "added": ("", "moi", True, False),
        "more": ("autre", "", False, False),
    }  # fmt: skip
    assert read_stamps("[", "part") == read_stamps('{"part": 3}', "part") == {}
