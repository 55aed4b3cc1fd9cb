"""Archives of GTFS and XML that hold data are received as deliveries, and checked without being believed."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from registry.contracts.checks.vocabulary import CheckCode, CheckVerdict
from registry.inspection.archive import MOST_PARTS
from registry.kernel.permissions import Role
from tests.conftest import Town
from tests.contracts.test_checks import checked, said_of, verdicts
from tests.contracts.test_depots import Scene

OK, FAULT, UNKNOWN = CheckVerdict.OK, CheckVerdict.FAULT, CheckVerdict.UNKNOWN
FEED = {
    "agency.txt": "agency_name,agency_url,agency_timezone\nRéseau,https://reseau.invalid,Europe/Paris\n",
    "stops.txt": "\ufeffstop_id,stop_name\nA,Gare\nB,\n",
    "routes.txt": "route_id,route_type\n1,3\n",
    "trips.txt": "route_id,service_id,trip_id\n1,S,T\n",
    "stop_times.txt": "trip_id,stop_sequence,stop_id\nT,1,A\nT,2,B\n",
    "calendar.txt": "service_id,start_date,end_date\nS,20260101,20261231\n",
}
SIRI = b"""<?xml version="1.0"?>
<Siri xmlns="http://www.siri.org.uk/siri"><ServiceDelivery/></Siri>"""


def feed_of(*but: str, folder: str = "", **more: str) -> bytes:
    """An archive of a feed, without some of its files and with some more."""
    files = {folder + name: text for name, text in FEED.items() if name not in but}
    return zip_of({**files, **more})


def zip_of(files: dict[str, str]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


def damaged() -> bytes:
    """A feed of which some packed bytes are gone."""
    whole = zip_of({"stops.txt": "stop_id,stop_name\n" + "A,Gare du Nord\nB,Gare du Sud\n" * 50, **FEED})
    return whole[:50] + bytes(30) + whole[80:]


def test_a_whole_feed_is_open_as_agreed_and_has_all_that_its_format_asks(tmp_path: Path) -> None:
    report = checked(tmp_path, feed_of(), "offre.zip", format="GTFS")
    told = verdicts(report)
    assert {told[one] for one in ("name", "open-format", "agreed-format", "schema")} == {OK}
    said = said_of(report, CheckCode.SCHEMA)
    assert "y sont" in said
    assert "stops.txt (2)" in said
    assert "stop_times.txt (2)" in said
    assert (told["personal-data"], report["rows"]) == (UNKNOWN, 8)
    # A stop has no name.
    assert "(20 sur 21)" in said_of(report, CheckCode.COMPLETENESS)
    assert verdicts(checked(tmp_path, feed_of(folder="reseau/"), "offre.zip"))["schema"] == OK


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (feed_of("stops.txt"), "manquent : stops.txt."),
        (feed_of("calendar.txt"), "manquent : calendar.txt / calendar_dates.txt."),
        (feed_of(**{"translations.txt": "table_name\nstops\n"}), "manquent : feed_info.txt."),
        (feed_of(**{"trips.txt": "route_id,trip_id\n1,T\n"}), "manquent : trips.txt : service_id."),
        (feed_of(**{"stop_times.txt": "trip_id,stop_sequence\n"}), "aucune ligne : stop_times.txt."),
    ],
    ids=["stops", "days", "publisher", "column", "rows"],
)
def test_what_a_feed_lacks_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    report = checked(tmp_path, content, "offre.zip")
    assert verdicts(report)["schema"] == FAULT
    assert sentence in said_of(report, CheckCode.SCHEMA)


def test_days_told_one_by_one_are_days_and_files_of_others_are_counted_aside(tmp_path: Path) -> None:
    more = {"calendar_dates.txt": "service_id,date,exception_type\nS,20260101,1\n", "lisez-moi.md": "x"}
    report = checked(tmp_path, feed_of("calendar.txt", **more), "offre.zip")
    assert verdicts(report)["schema"] == OK
    assert "laissés de côté : 1." in said_of(report, CheckCode.SCHEMA)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (feed_of(**{"shapes.txt": "a,b\n" + "0,0\n" * 9_000_000}), "comme un fichier piégé"),
        (feed_of(**{f"x{rank}": "" for rank in range(MOST_PARTS)}), "comme un fichier piégé"),
        (feed_of(**{"../../shapes.txt": "a\n"}), "hors de son propre dossier"),
        (feed_of(**{"/etc/shapes.txt": "a\n"}), "hors de son propre dossier"),
        (feed_of(**{"C:/shapes.txt": "a\n"}), "hors de son propre dossier"),
        (feed_of(**{"autre/stops.txt": "stop_id\n"}), "nomme un fichier deux fois"),
        (damaged(), "Cette archive est abîmée"),
    ],
    ids=["bomb", "many", "above", "root", "drive", "twice", "damaged"],
)
def test_an_archive_that_is_a_trap_or_damaged_is_told_so_and_not_read(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    report = checked(tmp_path, content, "offre.zip")
    assert verdicts(report)["name"] == FAULT
    assert sentence in said_of(report, CheckCode.NAME)
    assert report["rows"] == 0
    assert [one.name for one in tmp_path.rglob("*")] == ["file"], "nothing is unpacked"


def test_the_root_of_an_xml_is_told_and_tables_are_not_pretended(tmp_path: Path) -> None:
    report = checked(tmp_path, SIRI, "temps-reel.xml", format="SIRI")
    told = verdicts(report)
    assert (told["name"], told["open-format"], told["agreed-format"]) == (OK, OK, OK)
    assert (told["schema"], told["completeness"], told["personal-data"]) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert "racine « Siri », espace de noms http://www.siri.org.uk/siri" in said_of(report, CheckCode.SCHEMA)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SIRI[:-8], "mal formé, à la ligne 2"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://ailleurs.invalid/a.dtd"><a/>', "DOCTYPE"),
    ],
    ids=["cut", "entity", "elsewhere"],
)
def test_an_xml_that_is_cut_or_declares_entities_is_told_so_and_nothing_is_fetched(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    report = checked(tmp_path, content, "temps-reel.xml")
    assert verdicts(report)["name"] == FAULT
    assert sentence in said_of(report, CheckCode.NAME)


@pytest.mark.database
def test_an_operator_deposits_them_and_they_are_given_back_to_be_saved(town: Town) -> None:
    scene = Scene(town)
    kinds = {"offre.zip": ("GTFS", feed_of()), "a.xml": ("SIRI", SIRI), "b.xml": ("XML", b"<a/>")}
    for name, (code, content) in kinds.items():
        assert scene.deposits(content, name).status_code == 303, name
        receipt = scene.receipts()[-1]
        assert (receipt.file_type, receipt.open_standard, receipt.machine_readable) == (code, True, True)
        answer = town.someone(Role.DPO).get(f"/livraisons/receptions/{receipt.id}/fichier")
        assert answer.content == content
        ending = name.rpartition(".")[2]
        assert answer.headers["content-disposition"].endswith(f'.{ending}"')
        assert answer.headers["content-disposition"].startswith("attachment")
    held = len(scene.receipts())
    page = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>'
    image = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
    for name, content in {"a.zip": zip_of({"a.txt": "x"}), "page.xml": page, "image.svg": image}.items():
        assert scene.deposits(content, name).status_code == 422, name
    assert len(scene.receipts()) == held
