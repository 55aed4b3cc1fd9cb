"""The directors' page on paper: one page of A4 whatever is in it, and no word of the law for elected members."""

import io
import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from registry.reporting.charts import draw
from registry.reporting.discovery import get_report
from registry.reporting.libraries import pdf_available
from registry.reporting.rendering import render
from registry.reporting.vocabulary import Line, Medium

REPORTS = ("directors-brief", "directors-brief-plain")
A4 = (595, 842)


def sample_of(report_id: str) -> Any:
    """The content that the sample of a report describes."""
    report = get_report(report_id)
    return report.content.from_sample(tomllib.loads(report.sample.read_text("utf-8")))


def heaviest(content: Any) -> Any:
    """The same page with the longest of everything that it prints, and as many lines as it is ever given."""
    long = "Ce que la collectivité doit faire et n’a pas fait encore, avec des mots fort longs, " * 6
    services = tuple(
        replace(
            one, name=long, share=50, beside="21 points en dessous",
            cells=tuple(replace(cell, breaches=98_765, judged=99_999) for cell in one.cells),
        )
        for one in (content.services * 2)[:9]
    )  # fmt: skip
    return replace(
        content,
        scope=long,
        matters=long,
        author=long,
        figures=tuple(
            replace(
                one,
                definition=long,
                number=98_765,
                total=99_999,
                waiting=98_765,
                points=tuple(
                    replace(day, value=99 - place, number=98_765, total=99_999) for place, day in enumerate(one.points)
                ),
            )
            for one in content.figures
        ),
        risks=tuple(replace(content.risks[0], sentence=long, remedy=long, text=long[:96]) for _each in range(3)),
        services=services,
        deadlines=tuple(replace(content.deadlines[0], what=long, name=long) for _each in range(5)),
        stages=tuple(replace(one, datasets=98_765) for one in content.stages),
    )


@pytest.mark.paper
@pytest.mark.parametrize("loaded", [False, True], ids=["sample", "longest"])
@pytest.mark.parametrize("report_id", REPORTS)
def test_it_is_one_page_of_a4_whatever_it_holds(
    report_id: str, loaded: bool, issued_at: datetime, tmp_path: Path
) -> None:
    if not pdf_available().ok:
        pytest.skip("not run: no Pango here")
    content, report = sample_of(report_id), get_report(report_id)
    twin = report.content.to_canonical(heaviest(content) if loaded else content)

    made = render(report, twin, medium=Medium.PDF, issued_at=issued_at, home=tmp_path)

    reader = pypdf.PdfReader(io.BytesIO(made.data))
    assert made.pages == len(reader.pages) == 1
    assert tuple(round(float(side)) for side in reader.pages[0].mediabox[2:]) == A4


def test_a_line_is_broken_where_nothing_was_known_and_a_lone_day_is_still_marked() -> None:
    whole = Line(values=(10, 20, 30, 40), most=100, colour="#2f6b4a", alternative="Quatre mois.")

    drawn = draw(whole).decode()
    broken = draw(replace(whole, values=(10, None, 30, 40))).decode()
    empty = draw(replace(whole, values=(None, None, None, None))).decode()

    assert draw(whole) == draw(whole)
    assert drawn != broken
    assert "#2f6b4a" in drawn.lower() or "rgb(47,107,74)" in drawn
    assert empty.startswith("<svg") or "<svg" in empty


def test_elected_members_read_the_figures_without_matrix_article_or_gravity() -> None:
    report, content = get_report("directors-brief-plain"), sample_of("directors-brief-plain")

    names = [table.name for table in report.content.tables(content)]
    assert names == ["Chiffres", "Risques", "Étapes", "Échéances"]
    assert content.plain
    assert content.services == ()


@pytest.mark.parametrize("report_id", REPORTS)
def test_a_law_is_told_whole_or_by_the_number_of_its_rule_and_never_cut(
    report_id: str, issued_at: datetime, tmp_path: Path
) -> None:
    content, report = sample_of(report_id), get_report(report_id)
    asked, whole = "Ceci doit être fait. " * 14, "Code de ceci, art. 35 §1, §3, §4, §5, §7 et §10, et art. 36 §1"
    risks = (
        replace(content.risks[0], sentence=asked, rule="X-01", text="Code, " + "art. L. 213-2, " * 9),
        replace(content.risks[0], sentence="Bref.", rule="X-02", text=whole),
    )  # fmt: skip
    twin = report.content.to_canonical(replace(content, risks=risks))

    page = render(report, twin, medium=Medium.PAGE, issued_at=issued_at, home=tmp_path).data.decode()

    if content.plain:
        assert asked.strip() in page.replace("\u00a0", " ")
    else:
        assert f">{whole}<" in page.replace("\u00a0", " ")
        assert ">X-01<" in page
        assert "X-02" not in page


def test_a_figure_says_its_share_its_trend_and_that_nothing_is_judged() -> None:
    figures = {one.code: one for one in sample_of("directors-brief").figures}

    assert figures["kept"].beside == "soit 76 % sur 1\u00a0204"
    assert figures["kept"].trend == "41 % (350 sur 854) le 30/11/2025, 76 % (912 sur 1\u00a0204) ce jour."
    assert figures["published"].beside == "rien à juger encore"
    assert figures["published"].trend == "Pas encore d’historique."
    assert [figures[code].tone for code in ("kept", "founded", "published", "breaches", "late")] == [
        "wait", "good", "", "bad", "good",
    ]  # fmt: skip
