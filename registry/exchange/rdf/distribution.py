"""One distribution of a dataset: a file or an access point."""

from rdflib.term import BNode, Node, URIRef

from registry.exchange.rdf.fields import (
    absorb_date,
    code_of,
    fitted,
    read_code,
    read_codes,
    read_date,
    read_line,
    read_link,
    read_prose,
    read_references,
)
from registry.exchange.rdf.licence import read_licence, read_rights
from registry.exchange.rdf.parsing import BASE
from registry.exchange.rdf.subject import Subject, Taken, written
from registry.exchange.values import (
    CODE,
    extension_of,
    read_count,
    read_hexadecimal,
    read_media_type,
)
from registry.exchange.vocabulary import Fate, ReadDistribution
from registry.kernel.identifiers import identifier_of
from registry.platform.lists import load_list

_ALGORITHMS = {
    "md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384",
    "sha512": "SHA-512", "sha3256": "SHA3-256", "sha3384": "SHA3-384", "sha3512": "SHA3-512", "sha2": "SHA-256",
    "blake2b256": "BLAKE2b-256", "blake2b512": "BLAKE2b-512", "blake3": "BLAKE3", "crc32": "CRC-32",
}  # fmt: skip


def read_distribution(subject: Subject, legislation: list[str]) -> ReadDistribution | None:
    """The distribution, or nothing (and an anomaly) when it has no address at all."""
    title = read_line(subject, "title", "dcterms:title", "rdfs:label", "dc:title", "schema:name")
    description = read_prose(subject, "description", "dcterms:description", "dc:description", "schema:description")
    download_url = read_link(subject, "download_url", "dcat:downloadURL", "schema:contentUrl")
    access_url = read_link(subject, "access_url", "dcat:accessURL", "schema:url")
    if access_url is None and download_url is None:
        subject.note("distribution-without-address", "", title or _name(subject.node))
        return None
    file_format, media_type = _read_format(subject, download_url or access_url, title)
    licence = read_licence(subject)
    rights, licence = read_rights(subject, licence)
    algorithm, checksum = _read_checksum(subject)
    issued = read_date(subject, "issued", "dcterms:issued", "schema:datePublished")
    modified = read_date(subject, "modified", "dcterms:modified", "schema:dateModified")
    if modified is None:
        modified = read_date(subject, "modified", "dcterms:date")
    subject.absorb(
        "dataset.applicable_legislation", "dcatap:applicableLegislation", lambda node: written(node) in legislation
    )
    absorb_date(subject, {"modified": modified, "issued": issued})
    return ReadDistribution(
        identifier=_identifier(subject, download_url or access_url or ""),
        title=title,
        description=description,
        access_url=access_url,
        download_url=download_url,
        format=file_format,
        media_type=media_type,
        licence=licence,
        rights=rights,
        byte_size=_read_size(subject),
        checksum_algorithm=algorithm,
        checksum_value=checksum,
        issued=issued,
        modified=modified,
        availability=read_code(
            subject, "availability", load_list("availabilities"), "availability-unknown", "dcatap:availability"
        ),
        languages=read_codes(subject, "languages", load_list("languages"), "language-unknown", "dcterms:language"),
        conforms_to=read_references(subject, "conforms_to", "dcterms:conformsTo"),
        documentation=read_references(subject, "documentation", "foaf:page", "rdfs:seeAlso", "wdrs:describedby"),
    )


def _identifier(subject: Subject, address: str) -> str:
    """What tells this distribution from the others of its dataset, from one import to the next."""
    node, name = subject.node, written(subject.node)
    if isinstance(node, URIRef) and "/.well-known/genid/" not in node and identifier_of(name) == name:
        subject.absorb("distribution.identifier", "dcterms:identifier", lambda value: written(value) == name)
        return name
    own = read_line(subject, "identifier", "dcterms:identifier")
    return own or identifier_of(address)


def _name(node: Node) -> str:
    return "(sans titre ni adresse)" if isinstance(node, BNode) else written(node)


def _read_format(subject: Subject, address: str | None, title: str | None) -> tuple[str | None, str | None]:
    """The file type and the media type: what is declared, made precise by the address where it is vague."""
    codes: list[str] = []
    words: list[str] = []
    media: list[str] = []
    for taken, value in subject.take_all("format", "dcterms:format", "dc:format"):
        code, found, text = _format_of(subject, taken, value)
        if code and codes and code != codes[0]:
            subject.set_aside(taken, "value-several", "format", text)
        codes += [code] if code else []
        media += [found] if found else []
        words += [text] if text and not code else []
    for taken, value in subject.take_all("media_type", "dcat:mediaType", "schema:encodingFormat"):
        code, found, text = _format_of(subject, taken, value)
        if text and not code and not found:
            subject.set_aside(taken, "media-type-invalid", "media_type", text)
        codes += [code] if code else []
        media = [found, *media] if found else media
    code = _precise(codes[0] if codes else None, address, title)
    if code is None and words:
        subject.note_once("format-unknown", "format", words[0])
        code = fitted(subject, "format", words[0], CODE)
    return code, (media[0] if media else None)


def _format_of(subject: Subject, taken: Taken, value: Node) -> tuple[str | None, str | None, str]:
    """What one value says: a code of the list, a media type, its words."""
    types = load_list("file_types")
    media = read_media_type(written(value))
    code = code_of(subject, types, value, taken.home) or (types.find(media) if media else None)
    text = media or " ".join(subject.reading.text(value, taken.home).split())
    if not text:
        taken.end(Fate.STRUCTURE, "empty")
    return code, media, text


def _precise(code: str | None, address: str | None, title: str | None) -> str | None:
    """The declared type, or what the name of the file says where the type is missing or only a container."""
    types = load_list("file_types")
    if code is not None and not types.flag(code, "generic"):
        return code
    found = [named for named in map(types.find, extension_of(address, title)) if named is not None]
    return next((named for named in found if not types.flag(named, "generic")), code or next(iter(found), None))


def _read_size(subject: Subject) -> int | None:
    taken = subject.take("byte_size", "dcat:byteSize", "schema:contentSize")
    sizes: list[int] = []
    for value in sorted(taken, key=str):
        size = read_count(written(value))
        if size is None:
            subject.set_aside(taken, "byte-size-invalid", "byte_size", written(value))
        elif sizes:
            taken.end(Fate.SAME if size == sizes[0] else Fate.SET_ASIDE)
            if size != sizes[0]:
                subject.note("value-several", "byte_size", written(value))
        else:
            sizes.append(size)
    return sizes[0] if sizes else None


def _read_checksum(subject: Subject) -> tuple[str | None, str | None]:
    """Algorithm and value: one without the other checks nothing."""
    taken = subject.take("checksum", "spdx:checksum")
    found: list[tuple[str, str]] = []
    for value in sorted(taken, key=str):
        print_of = Subject(subject.reading, value, subject.area, subject.record, subject.place)
        algorithms = list(print_of.take("checksum_algorithm", "spdx:algorithm"))
        values = list(print_of.take("checksum_value", "spdx:checksumValue"))
        algorithm = next((known for known in map(_algorithm, algorithms) if known), None)
        digest = read_hexadecimal(written(values[0])) if values else None
        if algorithm is None or digest is None or found:
            subject.set_aside(
                taken, "value-several" if found else "checksum-incomplete", "checksum", _shown(values, value)
            )
        else:
            found.append((algorithm, digest))
    return found[0] if found else (None, None)


def _shown(values: list[Node], value: Node) -> str:
    return written(values[0]) if values else "" if isinstance(value, BNode) else written(value)


def _algorithm(node: Node) -> str | None:
    text = str(node).removeprefix(BASE)
    local = text.rsplit("#", 1)[-1].rsplit("/", 1)[-1].rsplit("_", 1)[-1]
    return _ALGORITHMS.get("".join(letter for letter in local.casefold() if letter.isalnum()))
