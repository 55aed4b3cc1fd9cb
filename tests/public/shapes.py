"""The shapes of DCAT-AP 3.0.1, in the folder that BEFFROI_TEST_DCAT_AP names, and what they find wrong."""

import os
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, URIRef

SHAPES = os.environ.get("BEFFROI_TEST_DCAT_AP", "")
NEEDS_SHAPES = pytest.mark.skipif(
    not SHAPES, reason="BEFFROI_TEST_DCAT_AP names no folder of the shapes of DCAT-AP 3.0.1"
)


def violations(said: str) -> list[str]:
    """What the shapes of DCAT-AP find wrong in a feed."""
    shapes = Graph()
    for name in ("shapes.ttl", "range.ttl"):
        shapes.parse(Path(SHAPES) / name, format="turtle")
    data = Graph().parse(data=said, format="turtle")
    _conforms, found, _words = pyshacl.validate(data, shacl_graph=shapes, advanced=True)
    sh = "http://www.w3.org/ns/shacl#"
    return [
        " ".join(str(found.value(one, URIRef(sh + name))) for name in ("focusNode", "resultPath", "resultMessage"))
        for one in found.subjects(URIRef(sh + "resultSeverity"), URIRef(sh + "Violation"))
    ]
