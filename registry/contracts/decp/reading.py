"""A file of essential data to the concessions of ours it holds, opened in a process of its own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from registry.inspection.child import Failed, ask_child
from registry.inspection.limits import Limits
from registry.inspection.problems import Detail, Problem
from registry.kernel.errors import Refusal, TooLarge, Unreadable
from registry.kernel.words import _, mark, ngettext

LIMITS = Limits(file_bytes=2**30, memory_bytes=300 * 2**20, seconds=60)
"""A year of the whole country weighs some hundreds of megabytes; whatever it weighs, it streams by."""
_WORKER = "registry.contracts.decp.worker"
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_ASK = mark("Demandez à votre profil d’acheteur l’export JSON des données essentielles (schéma 2.0.3 ou 2.0.4).")
_SHAPES = {
    "list": mark("Ce fichier JSON est une liste, pas le format national, qui commence par « marches »."),
    "old": mark("Ce fichier est à l’ancien format national (arrêté de 2019), que le registre ne lit pas."),
    "none": mark(
        "Ce fichier est au format national, mais ne contient aucun contrat de concession, seulement des marchés."
    ),
    "single": mark(
        "Ce fichier décrit un contrat seul, sans l’enveloppe « marches » du format national : c’est un extrait."
    ),
    "other": mark("Ce fichier JSON n’est pas au format national : il n’a pas de liste « contrat-concession »."),
}
_SENTENCES = {
    Problem.ARCHIVE: mark("Ce fichier est une archive {kind} : décompressez-la, puis donnez le fichier JSON."),
    Problem.EMPTY: mark("Ce fichier est vide : vérifiez qu’il a été enregistré ou téléchargé en entier."),
    Problem.HTML: mark("Ce fichier est une page web : téléchargez le fichier JSON lui-même."),
    Problem.OTHER_XML: mark("Ce fichier est en XML : le registre lit le format national en JSON."),
    Problem.MISSING: mark("Il n’y a pas de fichier ici : {name}. Vérifiez le chemin."),
    Problem.FORBIDDEN: mark(
        "Ce fichier ne peut pas être ouvert : {name}. Vérifiez les droits d’accès du compte qui exécute le registre."
    ),
    Problem.OUT_OF_MEMORY: mark(
        "La lecture de ce fichier demande plus de mémoire que la limite de {limit} Mio : il n’est pas fait comme le "
        "format national. Rien n’en est gardé."
    ),
    Problem.OUT_OF_TIME: mark(
        "La lecture de ce fichier a dépassé la limite de {limit} s : donnez-en l’extrait qui concerne la collectivité."
    ),
    Problem.TOO_MANY_ROWS: mark(
        "Ce fichier contient plus de {limit} concessions de la collectivité : donnez-le en plusieurs fois."
    ),
}
_NOT_JSON = mark("Ce fichier n’est pas du JSON.")
_CSV = mark("Ce fichier est un tableau CSV, pas le format national, qui est en JSON.")
_ENCODED = mark("Ce fichier n’est pas en UTF-8, comme le format national le veut : enregistrez-le de nouveau en UTF-8.")
_CUT = mark("Ce fichier est coupé : il s’arrête avant sa fin. Téléchargez-le ou copiez-le de nouveau, en entier.")
_SYNTAX = mark(
    "Ce fichier n’est pas un JSON correct, près de « {near} » : faites-le corriger par le logiciel qui l’a écrit."
)
_LARGE = mark("Le contrat « {contract} » pèse plus de {limit} Mio : il n’est pas fait comme le format national.")
_FILE_LARGE = mark("Ce fichier pèse {size} Mio et la limite est de {limit} Mio : donnez-en un extrait.")
_UNFORESEEN = mark(
    "La lecture de ce fichier a échoué pour une raison que le registre n’a pas prévue ({kind}). Rien n’en a été gardé "
    ": signalez-le à la personne qui administre le registre."
)


@dataclass(frozen=True)
class ReadConcessions:
    """The concessions of ours that a file holds, as it has them, and what else went by.

    `others` counts the concessions of other authorities, `nobody` those that name none; `sirets` are the most frequent
    of these authorities, each with its count.
    """

    contracts: list[Mapping[str, Any]]
    others: int = 0
    nobody: int = 0
    sirets: list[tuple[str, int]] = field(default_factory=list)


class _Answer(msgspec.Struct):
    contracts: list[msgspec.Raw] = msgspec.field(default_factory=list)
    others: int = 0
    nobody: int = 0
    sirets: list[tuple[str, int]] = msgspec.field(default_factory=list)
    problem: Problem | None = None
    details: dict[str, Detail] = msgspec.field(default_factory=dict)


def parse_contract(text: str | bytes | msgspec.Raw) -> Any:
    """A contract of the format from its text; its numbers to the digit."""
    return _DECODER.decode(text)


def write_contract(content: object) -> str:
    """The text of a contract of the format."""
    return _ENCODER.encode(content).decode()


def read_concessions(path: Path, sirens: Collection[str]) -> ReadConcessions:
    """The concessions of a file whose grantor bears one of these SIREN.

    Raises: Unreadable or TooLarge for what is not the national format: what is wrong, where, and what to do.
    """
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise _refusal(Problem.MISSING, {"name": str(path)}) from error
    except OSError as error:
        raise _refusal(Problem.FORBIDDEN, {"name": str(path)}) from error
    if size > LIMITS.file_bytes:
        raise TooLarge(_(_FILE_LARGE).format(size=size // 2**20, limit=LIMITS.file_bytes // 2**20))
    said = ask_child(_WORKER, {"path": str(path.absolute()), "sirens": sorted(sirens)}, LIMITS)
    if isinstance(said, Failed):
        raise _refusal(said.problem, said.details)
    try:
        answer = msgspec.json.decode(said.splitlines()[-1] if said else b"", type=_Answer)
    except msgspec.DecodeError as error:
        raise _refusal(Problem.UNFORESEEN, {"kind": "no answer"}) from error
    if answer.problem is not None:
        raise _refusal(answer.problem, answer.details)
    contracts = [parse_contract(one) for one in answer.contracts]
    return ReadConcessions(contracts, answer.others, answer.nobody, answer.sirets)


def _refusal(problem: Problem, details: Mapping[str, Detail]) -> Refusal:
    """Why a file is not read, in the reader's language."""
    if problem is Problem.OTHER_DOCUMENT:
        return Unreadable(f"{_(_SHAPES[str(details['kind'])])} {_(_ASK)}")
    if problem is Problem.UNKNOWN_FORMAT:
        return Unreadable(f"{_(_CSV if details['kind'] else _NOT_JSON)} {_(_ASK)}")
    if problem is Problem.TOO_LARGE:
        return TooLarge(_(_LARGE).format(**details))
    wrong = {Problem.CUT_SHORT: _CUT, Problem.SYNTAX_NEAR: _SYNTAX, Problem.ENCODING: _ENCODED}.get(problem)
    if wrong is not None:
        return Unreadable(f"{_(wrong).format(**details)}{_how_far(details)}")
    if problem is Problem.OTHER_XML:
        return Unreadable(f"{_(_SENTENCES[problem])} {_(_ASK)}")
    return Unreadable(_(_SENTENCES.get(problem, _UNFORESEEN)).format(**{"kind": str(problem), **details}))


def _how_far(details: Mapping[str, Detail]) -> str:
    """Up to where a file was read before it went wrong; nothing where it did at once."""
    read = int(details.get("read", 0))
    if not read:
        return f" {_('Rien n’en est gardé.')}"
    told = ngettext(
        "La lecture s’est arrêtée après {read} concession, « {last} ». Rien n’en est gardé.",
        "La lecture s’est arrêtée après {read} concessions, la dernière étant « {last} ». Rien n’en est gardé.",
        read,
    )
    return f" {told.format(read=read, last=details.get('last', ''))}"
