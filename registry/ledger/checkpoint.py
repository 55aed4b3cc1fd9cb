"""Checkpoints: the head signed with Ed25519, to be kept by somebody else than the machine's owner."""

import json
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.kernel.errors import Unreadable
from registry.kernel.words import _
from registry.ledger.verification import Anchor
from registry.ledger.vocabulary import Head


def sign_head(head: Head, seed: bytes, siren: str) -> str:
    """A checkpoint file: the head, the registry it belongs to, the public key and the signature."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    said = {
        "registry": siren,
        "seal_no": head.seal_no,
        "root": head.root,
        "signed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "key": key.public_key().public_bytes_raw().hex(),
    }
    return json.dumps({**said, "signature": key.sign(_canonical(said)).hex()}, indent=2, sort_keys=True) + "\n"


def read_checkpoint(text: str) -> Anchor:
    """The head a checkpoint file holds, once its signature is verified.

    Raises: Unreadable.
    """
    try:
        said = json.loads(text)
        signature = bytes.fromhex(said.pop("signature"))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["key"])).verify(signature, _canonical(said))
        return Anchor(int(said["seal_no"]), str(said["root"]))
    except InvalidSignature as error:
        raise Unreadable(_("La signature de ce point de contrôle ne convient pas : il a été modifié.")) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(_("Ce fichier n’est pas un point de contrôle du registre.")) from error


def read_anchor(text: str) -> Anchor:
    """A head as printed on a document: « numéro:racine ».

    Raises: Unreadable.
    """
    number, _sep, root = text.strip().partition(":")
    if not number.isdigit() or len(root) != 64:
        raise Unreadable(
            _("Donnez l’ancre sous la forme « numéro:racine » (64 chiffres hexadécimaux), ou un point de contrôle.")
        )
    return Anchor(int(number), root.lower())


def _canonical(said: dict[str, object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
