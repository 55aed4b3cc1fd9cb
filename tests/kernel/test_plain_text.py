"""HTML of others is shown as text: what HTML shows as one space is one, and what a writer bound stays bound."""

from registry.kernel.plain_text import html_lines, plain_text


def test_a_lone_non_breaking_space_stays_and_padding_goes():
    html = "<p>Prix\u00a0: 3\u202f000&nbsp;€ &nbsp; &nbsp;net.</p>\n<p>&nbsp;</p>\n<p>\u00a0Fin.\t\r</p>"

    assert plain_text(html) == "Prix\u00a0: 3\u202f000\u00a0€ net.\n\nFin."
    assert html_lines(html) == "Prix\u00a0: 3\u202f000\u00a0€ net.\nFin."


def test_cells_of_a_row_are_told_apart_and_a_link_says_where_it_goes_in_a_description_alone():
    html = "<table><tr><th>Lot</th><th>Prix</th></tr><tr><td>1</td><td></td></tr></table><a href='https://x.fr'>Ici</a>"

    assert plain_text(html) == "Lot | Prix\n\n1 |\n\nIci (https://x.fr)"
    assert html_lines(html) == "Lot | Prix\n1 |\nIci"
