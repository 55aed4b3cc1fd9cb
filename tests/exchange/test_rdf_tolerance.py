"""What real catalogues write is read, even where it is not what DCAT-AP asks."""

from datetime import date

import pytest

from registry.exchange.rdf.here import read_rdf_bytes
from registry.exchange.vocabulary import ReadCatalogue, SourceFormat

FILE = " dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://exemple.fr/f.csv> ; "


def codes(catalogue: ReadCatalogue) -> list[str]:
    return [anomaly.code for anomaly in catalogue.anomalies]


def test_a_full_dataset_is_read_field_by_field(turtle):
    catalogue = turtle("""
        ex:c a dcat:Catalog ; dct:title "Catalogue"@fr ; dct:publisher ex:ville ; dcat:dataset ex:jeu .
        ex:ville a foaf:Agent ; foaf:name "Ville d’essai"@fr .
        ex:jeu a dcat:Dataset ; dct:identifier "jeu-1" ; dct:title "Arbres"@fr ; dct:description "Les arbres."@fr ;
          dcat:keyword "nature"@fr, "arbre"@fr ;
          dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ;
          dct:publisher ex:ville ; dct:creator ex:ville ;
          dcat:contactPoint [ a vcard:Organization ; vcard:fn "Guichet" ; vcard:hasEmail <mailto:sig@exemple.fr> ;
                              vcard:hasURL <https://exemple.fr/contact> ] ;
          dcat:landingPage <https://exemple.fr/arbres> ;
          dct:language <http://publications.europa.eu/resource/authority/language/FRA> ;
          dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
          dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL> ;
          dct:issued "2020-01-02"^^xsd:date ; dct:modified "2024-05-06"^^xsd:date ;
          dct:spatial [ a dct:Location ; dcat:bbox "POLYGON((0 0,1 0,1 1,0 0))" ] ;
          dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2019-01-01"^^xsd:date ;
                         dcat:endDate "2019-12-31"^^xsd:date ] ;
          dct:conformsTo <https://schema.exemple.fr/arbres> ; foaf:page <https://exemple.fr/doc> ;
          dct:provenance [ a dct:ProvenanceStatement ; rdfs:label "Relevé de terrain"@fr ] ; dcat:version "3" ;
          dcatap:applicableLegislation <http://data.europa.eu/eli/reg_impl/2023/138/oj> ;
          dcatap:hvdCategory <http://data.europa.eu/bna/c_ac64a52d> ;
          dcat:distribution ex:csv .
        ex:csv a dcat:Distribution ; dct:title "arbres.csv"@fr ; dcat:accessURL <https://exemple.fr/arbres> ;
          dcat:downloadURL <https://exemple.fr/arbres.csv> ;
          dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
          dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
          dct:license <https://www.etalab.gouv.fr/licence-ouverte-open-licence> ; dcat:byteSize "1234"^^xsd:decimal ;
          dcatap:availability <http://publications.europa.eu/resource/authority/planned-availability/STABLE> ;
          spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ;
            spdx:checksumValue "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855" ] .
    """)
    assert catalogue.anomalies == []
    assert catalogue.leftovers == []
    assert catalogue.format is SourceFormat.TURTLE
    assert (catalogue.catalogue.title, catalogue.catalogue.publisher_name) == ("Catalogue", "Ville d’essai")
    (read,) = catalogue.datasets
    assert (read.identifier, read.uri, read.title) == ("jeu-1", "https://exemple.fr/jeu", "Arbres")
    assert (read.description, read.keywords, read.themes) == ("Les arbres.", ["arbre", "nature"], ["ENVI"])
    assert (read.publisher_name, read.publisher_uri) == ("Ville d’essai", "https://exemple.fr/ville")
    assert read.creator_name == "Ville d’essai"
    assert (read.contact_name, read.contact_email) == ("Guichet", "sig@exemple.fr")
    assert (read.contact_url, read.landing_page) == ("https://exemple.fr/contact", "https://exemple.fr/arbres")
    assert (read.languages, read.access_rights, read.frequency) == (["fr"], "public", "ANNUAL")
    assert (read.issued, read.modified) == (date(2020, 1, 2), date(2024, 5, 6))
    assert read.spatial == ["POLYGON((0 0,1 0,1 1,0 0))"]
    assert (read.temporal_start, read.temporal_end) == (date(2019, 1, 1), date(2019, 12, 31))
    assert (read.conforms_to, read.documentation) == (["https://schema.exemple.fr/arbres"], ["https://exemple.fr/doc"])
    assert (read.provenance, read.version_label) == ("Relevé de terrain", "3")
    assert read.applicable_legislation == ["http://data.europa.eu/eli/reg_impl/2023/138/oj"]
    assert read.hvd_categories == ["c_ac64a52d"]
    (part,) = read.distributions
    assert (part.identifier, part.title) == ("https://exemple.fr/csv", "arbres.csv")
    assert (part.access_url, part.download_url) == ("https://exemple.fr/arbres", "https://exemple.fr/arbres.csv")
    assert (part.format, part.media_type, part.licence) == ("CSV", "text/csv", "etalab-2.0")
    assert (part.byte_size, part.availability, part.checksum_algorithm) == (1234, "stable", "SHA-256")
    assert part.checksum_value == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_words_are_read_where_an_address_is_due(dataset):
    catalogue = dataset(
        'dct:publisher "Ville d’essai" ; dct:language "français" ; dct:accrualPeriodicity "Annuelle" ;'
        'dct:accessRights "Restreint" ; dcat:theme "Transports" ; dct:spatial "Rennes" ;'
        'dct:license "Licence Ouverte" ; dcat:landingPage "https://exemple.fr/page" ;'
        + FILE
        + 'dct:format "CSV" ; dcat:mediaType "text/csv" ] .'
    )
    (read,) = catalogue.datasets
    assert read.publisher_name == "Ville d’essai"
    assert (read.languages, read.frequency, read.access_rights) == (["fr"], "ANNUAL", "restricted")
    assert (read.themes, read.spatial, read.licence) == (["TRAN"], ["Rennes"], "etalab-2.0")
    assert read.landing_page == "https://exemple.fr/page"
    assert (read.distributions[0].format, read.distributions[0].media_type) == ("CSV", "text/csv")
    assert catalogue.anomalies == []


def test_a_subject_stands_beside_the_keywords(dataset):
    (read,) = dataset('dcat:keyword "a"@fr ; dct:subject "b", "a" .').datasets
    assert read.keywords == ["a", "b"]


def test_keywords_written_as_one_text_are_told_apart(dataset):
    (read,) = dataset('dcat:keyword "budget; finances ;  vote" .').datasets
    assert read.keywords == ["budget", "finances", "vote"]


def test_a_plain_date_and_a_coverage_stand_in_for_what_is_missing(dataset):
    (read,) = dataset('dct:date "2021-03-04" ; dct:coverage "Rennes" .').datasets
    assert (read.modified, read.spatial) == (date(2021, 3, 4), ["Rennes"])


def test_a_moment_is_the_civil_day_it_falls_on_in_france(dataset):
    (read,) = dataset('dct:modified "2021-06-30T22:00:00+00:00"^^xsd:dateTime .').datasets
    assert read.modified == date(2021, 7, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2018-01-16T14:33:44.123Z", date(2018, 1, 16)),
        ("2018-01-16 14:33:44", date(2018, 1, 16)),
        ("2018-01-16+01:00", date(2018, 1, 16)),
        ("16/01/2018", date(2018, 1, 16)),
        ("2018/1/6", date(2018, 1, 6)),
        ("20180116", date(2018, 1, 16)),
    ],
)
def test_dates_are_read_as_they_are_written(dataset, written, day):
    catalogue = dataset(f'dct:issued "{written}"^^xsd:dateTime .')
    assert catalogue.datasets[0].issued == day
    assert catalogue.anomalies == []


def test_french_is_kept_where_several_languages_are_given(dataset):
    catalogue = dataset(
        'dct:description "Trees"@en, "Les arbres"@fr, "Bäume"@de ; dcat:keyword "tree"@en, "arbre"@fr .'
    )
    (read,) = catalogue.datasets
    assert (read.description, read.keywords) == ("Les arbres", ["arbre"])
    others = {row.predicate: row.count for row in catalogue.tally.rows if row.fate == "other-language"}
    assert others == {"dcterms:description": 2, "dcat:keyword": 1}


def test_another_language_is_better_than_none(dataset):
    (read,) = dataset('dct:description "Bäume"@de, "Trees"@en ; dcat:keyword "tree"@en .').datasets
    assert (read.description, read.keywords) == ("Trees", ["tree"])


def test_html_becomes_plain_text_that_keeps_its_paragraphs(dataset):
    (read,) = dataset('dct:description "<p>Un &amp; deux</p><p>Trois<br/>quatre</p><ul><li>a</li></ul>" .').datasets
    assert read.description == "Un & deux\n\nTrois\nquatre\n\n- a"


def test_relative_types_and_addresses_of_an_opendatasoft_export_are_understood():
    catalogue = read_rdf_bytes(
        b"""<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#"
        xmlns:dctype="http://purl.org/dc/dcmitype/">
        <rdf:Description rdf:about="https://exemple.fr/jeu"><rdf:type rdf:resource="dctype:Dataset"/>
        <dct:title>Jeu</dct:title><dct:spatial rdf:resource="Rennes"/>
        <dcat:theme rdf:resource="https://exemple.fr/explore/?refine.theme=Voirie+et+espaces"/>
        <dct:publisher rdf:resource="https://exemple.fr/explore/?refine.publisher=Ville+d%27essai"/>
        </rdf:Description></rdf:RDF>""",
        name="export.rdf",
    )
    (read,) = catalogue.datasets
    assert (read.spatial, read.local_themes) == (["Rennes"], ["Voirie et espaces"])
    assert read.publisher_name == "Ville d'essai"


def test_an_inspire_theme_is_kept_under_its_name(dataset):
    (read,) = dataset("dcat:theme <http://inspire.ec.europa.eu/theme/lu> .").datasets
    assert read.local_themes == ["Usage des sols"]


def test_the_https_form_of_a_vocabulary_is_forgiven(turtle):
    catalogue = turtle('ex:jeu a <https://www.w3.org/ns/dcat#Dataset> ; <https://purl.org/dc/terms/title> "Jeu" .')
    assert catalogue.datasets[0].title == "Jeu"


def test_a_language_written_with_an_underscore_does_not_stop_the_reading():
    catalogue = read_rdf_bytes(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"
        xmlns:dcat="http://www.w3.org/ns/dcat#"><dcat:Dataset rdf:about="https://exemple.fr/jeu">
        <dct:title xml:lang="en_GB">Set</dct:title><dct:title xml:lang="fr_FR">Jeu</dct:title>
        </dcat:Dataset></rdf:RDF>"""
    )
    assert catalogue.datasets[0].title == "Jeu"


@pytest.mark.parametrize("wrapper", ["{record}", "<rdf:RDF>{record}</rdf:RDF>"])
def test_records_wrapped_in_a_geoportal_answer_are_read_and_the_missing_ones_announced(wrapper):
    record = '<dcat:Dataset rdf:about="https://exemple.fr/{n}"><dct:title>Jeu {n}</dct:title></dcat:Dataset>'
    records = "".join(wrapper.format(record=record.format(n=n)) for n in (1, 2))
    catalogue = read_rdf_bytes(
        f"""<?xml version="1.0"?>
        <csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"
        xmlns:dcat="http://www.w3.org/ns/dcat#"><csw:SearchStatus timestamp="2026-11-23T00:00:00"/>
        <csw:SearchResults numberOfRecordsMatched="12" numberOfRecordsReturned="2" nextRecord="3">{records}
        </csw:SearchResults></csw:GetRecordsResponse>""".encode(),
        name="reponse.xml",
    )
    assert [read.title for read in catalogue.datasets] == ["Jeu 1", "Jeu 2"]
    assert [(a.code, a.value) for a in catalogue.anomalies] == [("envelope-partial", "2 / 12")]


@pytest.mark.parametrize(
    "paging",
    [
        "<https://exemple.fr/cat?page=1> a hydra:PartialCollectionView ; hydra:next <https://exemple.fr/cat?page=2> .",
        (
            '<https://exemple.fr/cat?page=1> a hydra:PagedCollection ; hydra:nextPage "https://exemple.fr/cat?page=2" ;'
            " hydra:totalItems 40 ; hydra:itemsPerPage 1 ."
        ),
    ],
)
def test_both_kinds_of_paging_are_read_with_a_warning_that_more_pages_exist(turtle, paging):
    catalogue = turtle('ex:jeu a dcat:Dataset ; dct:title "Jeu" . ' + paging)
    assert len(catalogue.datasets) == 1
    (anomaly,) = catalogue.anomalies
    assert (anomaly.code, anomaly.severity, anomaly.value) == (
        "page-partial",
        "warning",
        "https://exemple.fr/cat?page=2",
    )
    assert {row.home for row in catalogue.tally.rows if row.predicate.startswith("hydra:")} == {"paging"}
    assert catalogue.leftovers == []


def test_a_vague_type_is_made_precise_by_the_address(dataset):
    catalogue = dataset(
        "dcat:distribution [ dcat:accessURL <https://exemple.fr/d/exports/fgb> ;"
        ' dct:format "application/octet-stream" ],'
        ' [ dcat:accessURL <https://exemple.fr/b.zip> ; dct:title "b.shp" ;'
        ' dct:format "application/zip" ],'
        ' [ dcat:accessURL <https://exemple.fr/c?format=geojson> ; dcat:mediaType "application/json" ],'
        " [ dcat:accessURL <https://exemple.fr/e.csv> ] ."
    )
    assert {part.format for part in catalogue.datasets[0].distributions} == {"FGB", "SHP", "GEOJSON", "CSV"}


def test_rights_that_name_a_licence_give_the_licence(dataset):
    catalogue = dataset(FILE + "dct:rights <http://opendatacommons.org/licenses/odbl/> ] .")
    part = catalogue.datasets[0].distributions[0]
    assert (part.licence, part.rights) == ("odbl-1.0", None)


def test_an_unknown_licence_is_kept_in_its_words_and_said_once(dataset):
    catalogue = dataset('dct:license "Licence maison" ;' + FILE + 'dct:license "Licence maison" ] .')
    assert catalogue.datasets[0].licence == "Licence maison"
    assert catalogue.datasets[0].distributions[0].licence == "Licence maison"
    assert codes(catalogue) == ["licence-unknown"]


def test_a_period_may_be_one_text(dataset):
    (read,) = dataset('dct:temporal "2011-01-01/2011-12" .').datasets
    assert (read.temporal_start, read.temporal_end) == (date(2011, 1, 1), date(2011, 12, 31))


def test_distributions_without_an_address_of_their_own_keep_a_stable_identifier(dataset):
    body = (
        "dcat:distribution [ dcat:accessURL <https://exemple.fr/f> ; dct:format \"CSV\" ],"
        " [ dcat:accessURL <https://exemple.fr/f> ; dct:format \"JSON\" ],"
        " [ dcat:accessURL <https://exemple.fr/p> ; dcat:downloadURL <https://exemple.fr/g.csv> ] ."
    )  # fmt: skip
    once = [part.identifier for part in dataset(body).datasets[0].distributions]
    again = [part.identifier for part in dataset(body).datasets[0].distributions]
    assert sorted(once) == ["https://exemple.fr/f", "https://exemple.fr/f#JSON", "https://exemple.fr/g.csv"]
    assert once == again


def test_the_same_file_gives_the_same_values_whatever_the_order_of_its_statements(turtle):
    one = turtle('ex:jeu a dcat:Dataset ; dct:title "Jeu" ; dcat:keyword "a", "b", "c" ; dct:language "fr", "en" .')
    two = turtle('ex:jeu dct:language "en", "fr" ; dcat:keyword "c", "a", "b" ; dct:title "Jeu" ; a dcat:Dataset .')
    assert one.datasets == two.datasets


JSON_LD = """{"@context": %s, "@graph": [
  {"@id": "https://exemple.fr/jeu", "@type": "Dataset", "title": {"fr": "Jeu", "en": "Set"},
   "releaseDate": "2020-01-02", "publisher": {"@type": "Agent", "name": "Ville d’essai"}, "couleur": "rouge",
   "datasetDistribution": [{"@id": "https://exemple.fr/f", "@type": "Distribution", "accessUrl": "https://exemple.fr/f.csv"}]}]}"""
CONTEXT = '"https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld"'


def test_json_ld_under_the_dcat_ap_context_is_read_without_fetching_it():
    (read,) = read_rdf_bytes((JSON_LD % CONTEXT).encode(), name="c.jsonld").datasets
    assert (read.title, read.issued, read.publisher_name) == ("Jeu", date(2020, 1, 2), "Ville d’essai")
    assert read.distributions[0].access_url == "https://exemple.fr/f.csv"


def test_a_json_key_no_context_explains_is_listed_and_not_dropped():
    catalogue = read_rdf_bytes((JSON_LD % CONTEXT).encode())
    assert [(row.predicate, row.example) for row in catalogue.leftovers] == [("couleur", "rouge")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_announced_unicode_encoding_is_read(encoding):
    xml = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" '
        'xmlns:dcat="http://www.w3.org/ns/dcat#"><dcat:Dataset rdf:about="https://exemple.fr/j">'
        "<dct:title>Éléments</dct:title></dcat:Dataset></rdf:RDF>"
    )
    turtle = (
        "@prefix dct: <http://purl.org/dc/terms/> . <https://exemple.fr/j> a <http://www.w3.org/ns/dcat#Dataset> ; "
    )
    for text, name in (
        (xml, "c.rdf"),
        (turtle + 'dct:title "Éléments" .', "c.ttl"),
        (turtle[:0] + JSON_LD % CONTEXT, "c.json"),
    ):
        assert read_rdf_bytes(text.encode(encoding), name=name).datasets[0].title in {"Éléments", "Jeu"}


def test_a_declared_latin_1_file_is_read():
    xml = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#">'
        '<dcat:Dataset rdf:about="https://exemple.fr/j"><dct:title>Éléments</dct:title></dcat:Dataset></rdf:RDF>'
    )
    assert read_rdf_bytes(xml.encode("latin-1")).datasets[0].title == "Éléments"
    wrongly = read_rdf_bytes(xml.encode())
    assert wrongly.datasets[0].title == "Éléments"
    assert codes(wrongly) == ["encoding-wrong"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "c.nt",
            (
                "<https://exemple.fr/j> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                "<http://www.w3.org/ns/dcat#Dataset> .\n"
                '<https://exemple.fr/j> <http://purl.org/dc/terms/title> "\\u00c9t\\u00e9"@fr .\n'
            ),
            SourceFormat.N_TRIPLES,
        ),
        (
            "sans-suffixe",
            (
                "<https://exemple.fr/j> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                "<http://www.w3.org/ns/dcat#Dataset> <https://exemple.fr/g> .\n"
                '<https://exemple.fr/j> <http://purl.org/dc/terms/title> "Été"@fr _:g .\n'
            ),
            SourceFormat.N_QUADS,
        ),
        (
            "c.trig",
            (
                "@prefix dct: <http://purl.org/dc/terms/> .\n<https://exemple.fr/g> { <https://exemple.fr/j> a "
                '<http://www.w3.org/ns/dcat#Dataset> ; dct:title "Été"@fr . }'
            ),
            SourceFormat.TRIG,
        ),
    ],
)
def test_every_line_format_and_named_graphs_are_read(name, text, expected):
    catalogue = read_rdf_bytes(text.encode(), name=name)
    assert catalogue.format is expected
    assert catalogue.datasets[0].title == "Été"


def test_the_content_counts_more_than_the_name_or_the_declaration():
    text = "@prefix dct: <http://purl.org/dc/terms/> .\n<https://exemple.fr/j> a <http://www.w3.org/ns/dcat#Dataset> ."
    assert read_rdf_bytes(text.encode(), name="c.rdf", declared_format="rdf-xml").format is SourceFormat.TURTLE


def test_what_a_title_loses_is_said(turtle):
    read = turtle(
        'ex:a a dcat:Dataset ; dct:title "<script>x</script>Arbres"@fr, "Trees"@en .'
        'ex:b a dcat:Dataset ; dct:title "Bancs"@fr, "Bancs" .'
        'ex:c a dcat:Dataset ; dct:title "&lt;b&gt;Bornes&lt;/b&gt; &amp; fontaines" .'
    )

    assert [one.title for one in read.datasets] == ["Arbres", "Bancs", "Bornes & fontaines"]
    noted = [(one.subject[-1], one.code) for one in read.anomalies if one.path == "title"]
    assert sorted(noted) == [("a", "title-markup"), ("a", "title-other-language"), ("c", "title-markup")]
