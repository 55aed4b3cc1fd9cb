"""What the compliance report says, and what it never says."""

import csv
import io
import json
import re
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from registry.compliance.vocabulary import Force, Verdict
from registry.reporting.discovery import get_report
from registry.reporting.libraries import pdf_available
from registry.reporting.rendering import render
from registry.reporting.twins import csv_table
from registry.reporting.vocabulary import Medium

REPORT = get_report("compliance")
MODULE = REPORT.content
STANDINGS = (
    "Écart demandé jusqu’au 31/03/2027, à décider",
    "Écart expiré le 31/10/2026",
    "Écart assumé jusqu’au 30/06/2027",
)
FIELDS = {verdict: verdict.name.lower() for verdict in Verdict}


def csv_of(content: Any) -> bytes:
    """The CSV twin of a content."""
    findings = MODULE.tables(content)[0]
    return csv_table(findings.headers, findings.rows)


@pytest.fixture
def sample() -> dict[str, Any]:
    return tomllib.loads(REPORT.sample.read_text("utf-8"))


@pytest.fixture
def content(sample: dict[str, Any]) -> Any:
    return MODULE.from_sample(sample)


@pytest.fixture
def shown(issued_at: datetime, tmp_path: Path) -> Any:
    """The words of a content's page, each space one plain space."""

    def words(content: Any) -> str:
        twin = MODULE.to_canonical(content)
        page = render(REPORT, twin, medium=Medium.PAGE, issued_at=issued_at, home=tmp_path).data.decode()
        text = re.sub(r"<style>.*?</style>|<wbr>", "", page, flags=re.DOTALL)
        return re.sub(r"[\s\u00a0]+", " ", re.sub(r"<[^>]+>", " ", text)).replace(" .", ".")

    return words


@pytest.fixture
def printed_pdf(rendered: Any) -> pypdf.PdfReader:
    """The sample's PDF."""
    available = pdf_available()
    if not available.ok:
        pytest.skip(f"not run: {available.reason} {available.apt_line}")
    return pypdf.PdfReader(io.BytesIO(rendered(REPORT, Medium.PDF).data))


@pytest.fixture
def printed(printed_pdf: pypdf.PdfReader) -> list[str]:
    """The text of each page of the sample's PDF."""
    return [page.extract_text().replace("\u00a0", " ") for page in printed_pdf.pages]


def test_the_sample_counts_what_it_lists(content: Any) -> None:
    listed = Counter((finding.policy_id, finding.verdict) for finding in content.findings)

    for line in content.policies:
        for verdict in (Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE):
            assert getattr(line.counts, FIELDS[verdict]) == listed[line.id, verdict], line.id


def test_the_chart_of_obligations_leaves_its_width_to_the_bars_however_long_the_articles(content: Any) -> None:
    long = "Code général des collectivités territoriales, L2121-30 II ; décret n° 2023-767 du 11 août 2023"
    chart = MODULE.charts(replace(content, policies=tuple(replace(one, article=long) for one in content.policies)))

    bars = chart["obligations-1"]
    assert max(len(label) for label in bars.categories) < 25
    obligations = {line.id: line.title for line in content.policies if line.force is Force.OBLIGATION}
    assert set(bars.categories) <= obligations.keys()
    assert all(f"{label}, {obligations[label]} : " in bars.alternative for label in bars.categories)


def test_many_obligations_are_drawn_in_pictures_that_each_stand_on_a_page_of_one_scale(content: Any) -> None:
    first = next(line for line in content.policies if line.force is Force.OBLIGATION)
    many = tuple(replace(first, id=f"X-{number:02}") for number in range(1, 45))
    drawn = MODULE.charts(replace(content, policies=many, findings=()))
    pieces = [bars for name, bars in drawn.items() if name.startswith("obligations-")]

    assert [label for bars in pieces for label in bars.categories] == [line.id for line in many]
    assert max(len(bars.categories) for bars in pieces) <= MODULE.BARS_TOGETHER
    assert {bars.most for bars in pieces} == {sum(first.counts.each)}


def test_the_report_says_that_its_totals_count_no_contract(content: Any, shown: Any) -> None:
    assert "aucun total de ce rapport ne les compte" in shown(content).partition("Lire ce rapport")[2]
    assert not {one.subject_kind for one in content.findings} & {"contract", "amendment", "delivery"}


def test_the_bars_have_a_key_in_words_and_in_the_colours_of_the_chart(content: Any, shown: Any) -> None:
    style = Path(MODULE.__file__).with_name("document.css").read_text("utf-8")

    assert "Nombre de sujets par constat ; chaque barre porte le numéro de sa règle" in shown(content)
    for verdict, colour in MODULE.words.COLOURS.items():
        assert f".swatch.{verdict.value} {{ background: {colour}; }}" in style


def test_the_sample_is_fictional_and_names_nobody(content: Any) -> None:
    assert content.demonstration
    assert content.authority.siren == "000000000"
    assert not re.search(r"\b(M\.|Mme|Monsieur|Madame)\b", REPORT.sample.read_text("utf-8"))


def test_the_twin_read_back_is_the_same_report_and_writes_the_same_twin(content: Any) -> None:
    twin = MODULE.to_canonical(content)

    assert MODULE.from_canonical(twin) == content
    assert MODULE.to_canonical(MODULE.from_canonical(twin)) == twin


def test_the_twin_carries_the_figures_of_the_page_for_directors(content: Any) -> None:
    summary = json.loads(MODULE.to_canonical(content))["summary"]

    assert summary["conformity"]["part"] == 34
    assert summary["conformity"]["whole"] == 45
    assert summary["breaches_by_severity"] == {"blocking": 1, "major": 8, "minor": 2}
    assert summary["datasets_without_owner"] == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values["summary"].update(datasets=11),
        lambda values: values["policies"][0]["counts"].update(compliant=999),
        lambda values: values.pop("summary"),
        lambda values: values.update(signature="…"),
        lambda values: values["findings"][0].update(policy_id="inconnue"),
        lambda values: values["seal"].update(root="abc"),
        lambda values: values["policies"][0]["counts"].update(compliant=-1),
    ],
)
def test_a_twin_that_does_not_hold_together_is_refused(content: Any, change: Any) -> None:
    values = json.loads(MODULE.to_canonical(content))
    change(values)

    with pytest.raises(ValueError, match=r"summary|rules|validation error"):
        MODULE.from_canonical(json.dumps(values).encode())


def test_the_table_has_a_row_for_each_finding_and_no_formula(content: Any) -> None:
    wild = replace(content.findings[0], subject="=HYPERLINK(0)", organisation="+33 3 21 00 00 00", owed_by=("-1",))
    table = csv_of(replace(content, findings=(wild, *content.findings[1:])))

    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == len(content.findings)
    assert rows[0]["Sujet"] == "'=HYPERLINK(0)"
    assert rows[0]["Organisation"] == "+33 3 21 00 00 00"
    assert rows[0]["Qui doit agir"] == "-1"


def test_only_an_obligation_is_ever_called_non_conforme(content: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(content).decode("utf-8-sig")), delimiter=";"))

    assert {row["Portée"] for row in rows if row["Constat"] == "Non conforme"} == {"Obligation"}
    assert {row["Portée"] for row in rows if row["Constat"] == "Non suivie"} == {"Recommandation", "Bonne pratique"}


def test_good_practices_are_never_added_to_breaches_of_law(content: Any) -> None:
    line = next(line for line in content.policies if line.force is Force.GOOD_PRACTICE)
    worse = replace(line, counts=replace(line.counts, non_compliant=500))
    policies = tuple(worse if one is line else one for one in content.policies)

    before, after = content.summary, replace(content, policies=policies).summary

    assert after.breaches == before.breaches == 11
    assert after.conformity == before.conformity
    assert after.practice != before.practice
    assert worse not in replace(content, policies=policies).priorities


def test_the_text_under_good_practices_says_no_law_is_broken(content: Any, shown: Any) -> None:
    text = shown(content)
    chapter = text[text.rindex("3.2. Recommandations") : text.rindex("4. Écarts assumés")]

    assert "n’enfreint aucune loi" in chapter
    assert "non conforme" not in chapter.lower()
    assert "manquement" not in chapter.lower()


def without_deviations(content: Any) -> Any:
    """The same report, where nobody asked for a deviation."""
    return replace(content, findings=tuple(replace(one, deviations=()) for one in content.findings))


def test_deviations_say_who_accepted_what_until_when_and_take_nothing_out_of_any_count(
    content: Any, shown: Any
) -> None:
    text = shown(content)
    chapter = text[text.rindex("4. Écarts assumés") : text.rindex("5. Résultats par organisation")]

    assert "1 demandé, à décider, 1 assumé, 1 expiré" in chapter
    places = [chapter.index(words) for words in STANDINGS]
    assert places == sorted(places)
    assert "Demandé le 14/09/2026 (Référent·e données), accepté le 21/09/2026 (Directeur ou directrice) : La rené" in (
        chapter
    )
    assert "L’exploitant n’a pas encore accepté la licence ouverte" in chapter
    assert "En attendant : Le fichier est remis à qui le demande" in chapter
    assert chapter.count("Non conforme") == 2
    assert chapter.count("Non suivie") == 1
    assert "chaque constat ci-dessous reste compté" in chapter
    assert "1 est assumé jusqu’à un jour dit (chapitre 4) et reste compté." in text
    assert "Écart assumé jusqu’au 30/06/2027" in text[text.index("3.1. Obligations") : text.rindex("4. Écarts")]
    bare = without_deviations(content)
    assert content.summary == bare.summary
    assert [one.counts for one in content.sections] == [one.counts for one in bare.sections]
    assert json.loads(MODULE.to_canonical(content))["summary"] == json.loads(MODULE.to_canonical(bare))["summary"]


def test_without_a_deviation_the_chapter_says_so_and_the_summary_says_nothing(content: Any, shown: Any) -> None:
    text = shown(without_deviations(content))

    assert "Aucun écart n’est demandé, assumé ni expiré dans ce périmètre." in text
    assert "reste compté." not in text
    assert "Écart assumé jusqu’au" not in text


def test_the_twins_hold_every_deviation_beside_its_finding(content: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(content).decode("utf-8-sig")), delimiter=";"))
    beside = {row["Écart"]: row for row in rows if row["Écart"]}
    twin = [one for finding in json.loads(MODULE.to_canonical(content))["findings"] for one in finding["deviations"]]

    assert set(beside) == set(STANDINGS)
    accepted = beside[STANDINGS[-1]]
    assert (accepted["Constat"], accepted["Portée"]) == ("Non conforme", "Obligation")
    assert accepted["Motif de l’écart"].startswith("L’exploitant n’a pas encore accepté")
    assert accepted["Ce qui compense"].startswith("Le fichier est remis")
    assert "accepté le 21/09/2026 (Directeur ou directrice)" in accepted["Écart demandé, décidé"]
    assert sorted((one["id"], one["state"]) for one in twin) == [(2, "approved"), (4, "approved"), (7, "asked")]
    older = json.loads(MODULE.to_canonical(without_deviations(content)))
    for finding in older["findings"]:
        del finding["deviations"]
    assert MODULE.from_canonical(json.dumps(older).encode()) == without_deviations(content)


def test_deviations_beyond_what_is_printed_are_counted_and_stay_in_the_twins(
    content: Any, shown: Any, issued_at: datetime, tmp_path: Path
) -> None:
    one = next(finding for finding in content.findings if finding.deviations)
    many = tuple(replace(one.deviations[0], id=number, reason=f"Motif {number}.") for number in range(1, 204))
    full = replace(content, findings=(replace(one, deviations=many),))

    assert "3 autres écarts ne sont pas imprimés" in shown(full)
    assert "Motif 203." in csv_of(full).decode("utf-8-sig")
    page = render(REPORT, MODULE.to_canonical(full), medium=Medium.PAGE, issued_at=issued_at, home=tmp_path).data
    led, there = (set(re.findall(rf'{name}="#?(ecart-\d+)"', page.decode())) for name in ("href", "id"))
    assert led == there
    assert len(there) == 200


def test_every_rule_shows_its_evidence_and_whether_legal_staff_validated_it(content: Any, shown: Any) -> None:
    text = shown(content)

    for line in content.policies:
        assert f"{line.article}" in text
        assert f"{line.evidence.label}" in text
    assert text.count("À valider par le service juridique") >= 2 * content.under_review
    assert "Validée par le service juridique le 14/10/2026" in text


def test_a_missing_fact_says_where_it_is_filled_in(content: Any, shown: Any) -> None:
    assert "Manque : Preuve d’anonymisation , à renseigner dans : Fiche du jeu › Données personnelles" in shown(content)


def test_without_anything_recorded_the_report_says_so_plainly(content: Any, shown: Any) -> None:
    text = shown(replace(content, policies=(), findings=(), datasets=(), organisations=()))

    assert "Aucun jeu de données n’est enregistré dans ce périmètre." in text
    assert "Aucune règle en vigueur à cette date ne s’applique à ce périmètre." in text
    assert "Le registre n’a pu trancher aucun contrôle" in text
    assert "100 %" not in text.replace("0 % et 100 % ne sont écrits", "")


def test_without_a_breach_the_report_claims_no_more_than_it_knows(content: Any, shown: Any) -> None:
    counts = replace(content.policies[0].counts, compliant=12, non_compliant=0, to_complete=0)
    policies = tuple(replace(line, counts=counts, validated_on=date(2026, 10, 1)) for line in content.policies)

    text = shown(replace(content, policies=policies, findings=()))

    assert "Le registre ne constate aucun manquement à une obligation dans ce périmètre." in text
    assert "l’absence de constat ne vaut pas conformité" in text
    assert "Toutes les règles de ce rapport ont été validées par le service juridique." in text
    assert "À valider par le service juridique" not in text


def test_what_is_not_printed_is_counted_and_stays_in_the_twins(content: Any, shown: Any) -> None:
    policy = content.findings[0].policy_id
    many = tuple(
        replace(content.findings[0], subject=f"Jeu {number:03}", owed_by=(f"Service {number // 50}",))
        for number in range(430)
    )
    line = next(line for line in content.policies if line.id == policy)
    counted = replace(line, counts=replace(line.counts, non_compliant=430, to_complete=0))
    policies = tuple(counted if one is line else one for one in content.policies)
    findings = (*many, *(finding for finding in content.findings if finding.policy_id != policy))
    full = replace(content, policies=policies, findings=findings)

    text = shown(full)

    assert "Jeu 399" in text
    assert "Jeu 400" not in text
    assert "30 autres constats de cette règle ne sont pas imprimés" in text
    assert b"Jeu 429" in csv_of(full)
    assert b"Jeu 429" in MODULE.to_canonical(full)


def test_findings_that_say_the_same_are_printed_once_with_their_subjects(content: Any, shown: Any) -> None:
    policy = content.findings[0].policy_id
    alike = tuple(
        replace(content.findings[0], subject=f"Jeu {number:02}", organisation="Direction de l’eau")
        for number in range(70)
    )
    other = replace(content.findings[0], subject="Jeu à part", owed_by=("Quelqu’un d’autre",))
    rest = (finding for finding in content.findings if finding.policy_id != policy)
    full = replace(content, findings=(*alike, other, *rest))

    section = next(one for one in full.sections if any(p.line.id == policy for p in one.policies))
    groups = next(one for one in section.policies if one.line.id == policy).groups
    text = shown(full)

    assert sorted(group.count for group in groups) == [1, 70]
    assert "70 sujets" in text
    assert "Jeu 00 ; Jeu 01" in text
    assert "et 10 autres, nommés dans les jumeaux" in text
    assert text.count("Jeu à part") == 1


def test_what_most_obligations_wait_for_is_named_first(content: Any, shown: Any) -> None:
    first = content.to_fill_first

    assert first
    assert [line.findings for line in first] == sorted((line.findings for line in first), reverse=True)
    assert f"{first[0].label}" in shown(content)


def test_obligations_come_first_and_the_gravest_before_the_most_frequent(content: Any) -> None:
    sections = content.sections

    assert [section.force for section in sections] == [Force.OBLIGATION, Force.RECOMMENDATION, Force.GOOD_PRACTICE]
    assert sections[0].policies[0].line.id == "od-donnees-personnelles"
    verdicts = [finding.verdict for finding in sections[0].policies[0].findings]
    assert verdicts == sorted(verdicts, key=[Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE].index)


@pytest.mark.paper
def test_the_page_for_directors_is_one_page(printed: list[str]) -> None:
    (number,) = [n for n, text in enumerate(printed) if "1. Synthèse pour la direction" in text and n > 1]

    assert "2. Règles vérifiées" in printed[number + 1]
    assert "À traiter d’abord" in printed[number]
    assert "76" in printed[number]


@pytest.mark.paper
def test_every_page_bears_its_number_its_seal_and_that_it_is_fictional(printed: list[str], content: Any) -> None:
    for number, text in enumerate(printed, start=1):
        assert f"page {number} / {len(printed)}" in text
        assert f"Scellement n° {content.seal.number} · racine {content.seal.root[:12]}" in text
        assert "Démonstration : contenu fictif" in text


@pytest.mark.paper
def test_the_contents_give_the_page_of_each_chapter(printed: list[str]) -> None:
    lines = printed[1].splitlines()
    pages = [int(line) for line in lines if line.isdecimal()]
    titles = [line for line in lines if re.match(r"\d\.|Annexe [AB]\.", line)]

    assert len(titles) == 11
    for title, page in zip(titles, pages, strict=True):
        assert title in printed[page - 1].splitlines(), title


@pytest.mark.paper
def test_its_words_are_copied_with_plain_spaces(printed_pdf: pypdf.PdfReader) -> None:
    text = printed_pdf.pages[1].extract_text()

    assert "À valider par le service juridique" in text
    assert "Ce que cela veut dire" in text


def test_a_commune_bears_its_own_name_and_visas_and_the_authority_only_keeps_the_register(
    sample: dict[str, Any], content: Any, shown: Any
) -> None:
    commune = {"name": "Commune d’Orge", "siren": "111111111", "kind": "commune"}

    own, town = shown(content), shown(MODULE.from_sample({**sample, "body": commune})).replace("&nbsp;", " ")

    cover = town[: town.index("Situation au")]
    assert "Commune d’Orge SIREN 111 111 111" in cover
    assert f"Registre tenu par {content.authority.name}, SIREN 000 000 000" in cover
    visas = town[town.index("Visas") : town.index("Sommaire")]
    assert "Maire" in visas
    assert "Service juridique" not in visas
    assert "Registre tenu par" not in own
    assert "Service juridique" in own[own.index("Visas") : own.index("Sommaire")]


def test_rules_are_said_to_apply_to_the_organisations_the_law_addresses_and_to_no_other(
    content: Any, shown: Any
) -> None:
    services = tuple(replace(line, judged=False) for line in content.organisations)

    some, none = (
        replace(content, organisations=lines) for lines in ((*services[1:], content.organisations[0]), services)
    )

    assert "et à une organisation que le droit vise" in shown(some)
    assert f"appliquées à {len(content.datasets)} jeux de données. Une règle" in shown(none)
    assert "pour ses jeux seulement" in shown(none)


def test_the_share_that_conforms_is_shown_beside_what_it_leaves_out(content: Any, shown: Any) -> None:
    counts = content.obligations
    text = shown(content)

    assert (
        f"{counts.compliant} contrôles conformes sur {counts.judged} tranchés ; {counts.applicable} applicables" in text
    )
    assert text.index("de conformité aux obligations") < text.index("des contrôles tranchés") < text.index(
        "manquements à une obligation"
    )  # fmt: skip


def test_a_delay_that_has_passed_is_shown_with_its_day(content: Any, shown: Any) -> None:
    late = replace(content.findings[0], deadline=date(2026, 3, 1))

    assert "échéance passée le 28/02/2026" in shown(replace(content, findings=(late, *content.findings[1:])))
