"""Takes the README's pictures again, from the demonstration: `pytest tests/journeys/pictures.py`.

Not collected with the suite: it checks nothing. Needs pdftoppm (poppler-utils) for the report's page.
"""

import io
import subprocess
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.journeys.conftest import Served, Visitor

PICTURES = Path(__file__).parent / "pictures"
WIDTH, HEIGHT, COLOURS = 1280, 800, 256


def test_take_the_pictures(served: Served, tmp_path: Path) -> None:
    PICTURES.mkdir(exist_ok=True)
    steward = served.open("steward")
    steward.go("/jeux?q=annuaire")
    steward.page.click("tbody th a")
    keep(steward, "sheet")
    steward.go("/bureau")
    keep(steward, "desk")
    steward.go("/jeux?acces=public&mode=edition")
    keep(steward, "list")
    steward.go("/conformite")
    keep(steward, "compliance")
    catalogue = tmp_path / "catalogue.ttl"
    catalogue.write_text(CATALOGUE, "utf-8")
    steward.go("/imports")
    steward.page.set_input_files("#file", catalogue)
    steward.page.click("main form button.btn-primary")
    steward.page.wait_for_selector("text=Fiches du fichier", timeout=60_000)
    keep(steward, "import")

    on_a_phone = served.open("steward", width=320)
    shown = []
    for path in ("/bureau", "/jeux?acces=public", "/recherche?q=eau", "/systemes"):
        on_a_phone.go(path)
        on_a_phone.page.wait_for_load_state("networkidle")
        with Image.open(io.BytesIO(on_a_phone.page.screenshot())) as narrow:
            shown.append(narrow.convert("RGB"))
    save(side_by_side(shown), "narrow")

    director = served.open("director")
    director.go("/documents")
    with director.page.expect_download() as coming:
        director.page.click("main table a:has-text('PDF')")
    coming.value.save_as(tmp_path / "report.pdf")
    page = subprocess.run(
        ["pdftoppm", "-r", "110", "-f", "3", "-l", "3", "-png", tmp_path / "report.pdf"],
        capture_output=True,
        check=True,
    ).stdout
    with Image.open(io.BytesIO(page)) as whole:
        save(whole.crop((0, 0, whole.width, int(whole.width * HEIGHT / WIDTH))), "report")


def keep(visitor: Visitor, name: str) -> None:
    """Keeps what the browser shows."""
    visitor.page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(visitor.page.screenshot())) as shown:
        save(shown, name)


def side_by_side(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures of one height in a row, on white."""
    gap, height = 16, max(one.height for one in pictures)
    row = Image.new("RGB", (sum(one.width + gap for one in pictures) - gap, height), "white")
    place = 0
    for one in pictures:
        row.paste(one, (place, 0))
        place += one.width + gap
    return row


def save(picture: Image.Image, name: str) -> None:
    """Writes a picture, with few colours so that it stays light."""
    small = picture.convert("RGB").resize((1000, int(1000 * picture.height / picture.width)), Image.Resampling.LANCZOS)
    small.quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)


CATALOGUE = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix ex: <https://donnees.demonstration.invalid/> .

ex:jardins a dcat:Dataset ; dct:title "Jardins familiaux"@fr ; dct:license <https://exemple.invalid/conditions> ;
  dct:description "Emplacement et surface des jardins familiaux. Fiche fictive."@fr ;
  dcat:distribution [ dcat:downloadURL <https://donnees.demonstration.invalid/jardins.csv> ; dct:format "CSV" ] .
ex:fontaines a dcat:Dataset ; dct:title "Fontaines à boire"@fr ; dct:modified "2026-02-30" ;
  dct:description "Fontaines publiques et leur état. Fiche fictive."@fr ;
  dcat:distribution [ dcat:downloadURL <https://donnees.demonstration.invalid/fontaines.geojson> ] .
"""
