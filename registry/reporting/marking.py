"""Finishes a PDF so that it is at once PDF/A-3a and PDF/UA-1.

WeasyPrint marks a file with one standard. It is asked for PDF/A-3a, and what PDF/UA-1 asks besides is
written here, before the file is: the second mark in the metadata with the description PDF/A wants of it,
the scope of every header cell, a description of every link in words.
"""

import re
from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]

PDF_UA = """
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
    xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 the document follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
_SCOPES = {"col": "/Column", "row": "/Row", "colgroup": "/Column", "rowgroup": "/Row"}
_END = b"</rdf:RDF>"


def finish(document: Any, pdf: pydyf.PDF) -> None:
    """Completes the structure and the metadata of a PDF about to be written."""
    for page in document.pages:
        for box in _boxes(page._page_box):  # noqa: SLF001 - the finisher receives no other way to the boxes.
            _describe_link(box)
            _give_scope(box)
    _mark_accessible(pdf)
    if "AF" in pdf.catalog:
        # WeasyPrint lists attachments of the document twice.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _boxes(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(getattr(child, "_box", child))


def _describe_link(box: Any) -> None:
    annotation = getattr(box, "link_annotation", None)
    if annotation is None or box.element is None:
        return
    words = box.element.get("title") or "".join(box.element.itertext())
    annotation["Contents"] = pydyf.String(re.sub(r"\s+", " ", words).strip())


def _give_scope(box: Any) -> None:
    element, mark = box.element, getattr(box, "mark", None)
    if element is None or mark is None or element.tag != "th":
        return
    scope = element.get("scope")
    if scope not in _SCOPES:
        raise ValueError(f"a header cell has no scope: {''.join(element.itertext()).strip()!r}")
    mark["A"]["Scope"] = _SCOPES[scope]


def _mark_accessible(pdf: pydyf.PDF) -> None:
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    packet = b"".join(metadata.stream)
    if packet.count(_END) != 1:
        raise ValueError("the metadata of this version of WeasyPrint are not written as expected")
    metadata.stream = [packet.replace(_END, PDF_UA.encode() + _END)]
