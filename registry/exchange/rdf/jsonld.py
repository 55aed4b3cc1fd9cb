"""JSON-LD without the network: a context elsewhere is never fetched.

The names DCAT-AP gives in its own context are known here; any other remote context is refused. A key no
context explains becomes a property of its own, so that it is listed among what has no home.
"""

import json
import re
from typing import Any

from rdflib.graph import Graph
from rdflib.plugins.parsers.jsonld import to_rdf
from rdflib.plugins.shared.jsonld.errors import JSONLDException

from registry.exchange.rdf.graph import PREFIXES, UNMAPPED, Triples
from registry.exchange.refusals import CannotRead, Problem
from registry.kernel.words import mark

_DCAT_AP = re.compile(r"https?://[^/]*(semic\.eu|semiceu\.github\.io|data\.europa\.eu|w3id\.org)/.*\.jsonld$|"
                      r"https?://data\.europa\.eu/r5r/?$", re.IGNORECASE)  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

_LINKS = {
    "dcat": "accessService catalog:catalogue compressFormat:compressionFormat contactPoint dataset"
            " distribution:datasetDistribution distribution accessURL:accessUrl downloadURL:downloadUrl"
            " endpointURL:endpointUrl endpointDescription first hadRole hasVersion inSeries landingPage last"
            " mediaType next packageFormat:packagingFormat prev:previous qualifiedRelation record seriesMember"
            " servesDataset service theme themeTaxonomy:themes",
    "dcterms": "accessRights accrualPeriodicity:frequency conformsTo conformsTo:linkedSchemas"
               " conformsTo:applicationProfile creator format hasPart isReferencedBy language license:licence"
               " provenance publisher relation relation:relatedResource rights source source:sourceMetadata"
               " spatial:geographicalCoverage temporal:temporalCoverage type",
    "foaf": "homepage page:documentation primaryTopic",
    "dcatap": "applicableLegislation availability hvdCategory",
    "adms": "identifier:otherIdentifier sample status status:changeType",
    "spdx": "algorithm checksum",
    "time": "hasBeginning:beginning hasEnd:end",
    "odrl": "hasPolicy",
    "prov": "qualifiedAttribution wasGeneratedBy",
    "vcard": "hasEmail:email hasURL:url",
}  # fmt: skip
_TEXTS = {
    "dcat": "bbox byteSize centroid endDate keyword spatialResolutionInMeters:spatialResolution startDate"
            " temporalResolution version",
    "dcterms": "description identifier issued:releaseDate issued:listingDate modified:modificationDate title",
    "foaf": "name",
    "locn": "geometry",
    "skos": "notation prefLabel:preferredLabel",
    "adms": "versionNotes",
    "spdx": "checksumValue",
    "vcard": "fn:formattedName",
}  # fmt: skip
_CLASSES = {
    "dcat": "Catalog:Catalogue CatalogRecord:CatalogueRecord DataService Dataset Dataset:DatasetMemberOfADatasetSeries"
            " DatasetSeries Distribution Relationship Role",
    "dcterms": "Frequency LicenseDocument:LicenceDocument LinguisticSystem Location MediaType MediaTypeOrExtent"
               " PeriodOfTime ProvenanceStatement RightsStatement Standard",
    "foaf": "Agent Document",
    "skos": "Concept ConceptScheme",
    "spdx": "Checksum ChecksumAlgorithm",
    "vcard": "Kind",
    "adms": "Identifier",
}  # fmt: skip


def _terms(table: dict[str, str], extra: dict[str, Any]) -> dict[str, Any]:
    terms = {}
    for prefix, names in table.items():
        for entry in names.split():
            local, _colon, alias = entry.partition(":")
            terms[alias or local] = {"@id": f"{prefix}:{local}", **extra}
    return terms


_KNOWN_PREFIXES: dict[str, Any] = {prefix: space for space, prefix in PREFIXES.items()}
_START: dict[str, Any] = {**_KNOWN_PREFIXES, "dct": "http://purl.org/dc/terms/", "@vocab": UNMAPPED}
DCAT_AP_CONTEXT: dict[str, Any] = {
    **_START,
    **_terms(_LINKS, {"@type": "@id"}),
    **_terms(_TEXTS, {"@container": ["@set", "@language"]}),
    **_terms(_CLASSES, {}),
}


def parse_json_ld(raw: bytes, triples: Triples, *, base: str) -> None:
    """Reads JSON-LD into the triples, with no context but its own and ours.

    Raises: CannotRead.
    """
    try:
        content = json.loads(raw)
    except json.JSONDecodeError as error:
        raise _problem(error) from error
    if not _settle_contexts(content):
        raise CannotRead(Problem.NOT_JSON_LD)
    try:
        to_rdf(content, Graph(store=triples), base, dict(_START))
    except (JSONLDException, ValueError, TypeError, AttributeError, KeyError) as error:
        reason = mark("une construction n’est pas permise en JSON-LD")
        raise CannotRead(Problem.SYNTAX_NOWHERE, format="JSON-LD", reason=reason) from error


def _problem(error: json.JSONDecodeError) -> CannotRead:
    rest = error.doc[error.pos :].strip()
    if not rest or error.msg.startswith("Unterminated string"):
        return CannotRead(Problem.CUT_SHORT, line=error.doc.count("\n") + 1)
    reason = mark("le JSON est fautif")
    return CannotRead(Problem.SYNTAX, format="JSON-LD", line=error.lineno, reason=reason)


def _settle_contexts(content: Any) -> bool:
    """Puts our own context in place of DCAT-AP's address; says whether anything there is JSON-LD.

    Raises: CannotRead for any other context that would have to be fetched.
    """
    is_linked = False
    waiting = [content]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting.extend(thing)
        elif isinstance(thing, dict):
            is_linked = is_linked or not thing.keys().isdisjoint({"@context", "@id", "@type", "@graph"})
            if "@context" in thing:
                thing["@context"] = _settled(thing["@context"])
            if "@import" in thing:
                raise CannotRead(Problem.REMOTE_CONTEXT, address=str(thing["@import"])[:200])
            language = thing.get("@language")
            if isinstance(language, str) and not _LANGUAGE.fullmatch(language):
                thing["@language"] = language.replace("_", "-") if "_" in language else None
            waiting.extend(thing.values())
    return is_linked


def _settled(context: Any) -> Any:
    if isinstance(context, str):
        if _DCAT_AP.match(context):
            return dict(DCAT_AP_CONTEXT)
        raise CannotRead(Problem.REMOTE_CONTEXT, address=context[:200])
    if isinstance(context, list):
        return [_settled(part) for part in context]
    return context
