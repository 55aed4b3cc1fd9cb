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


def public_key(seed: bytes) -> bytes:
    """The key that verifies what a seed signs."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def read_checkpoint(text: str, *, key: bytes, siren: str) -> Anchor:
    """The head a checkpoint file of this registry holds, once its signature is verified with this public key.

    Raises: Unreadable, which says whether it was changed, is another registry's, or was signed by another key.
    """
    try:
        said = json.loads(text)
        signature = bytes.fromhex(said.pop("signature"))
        signer = bytes.fromhex(said["key"])
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, _canonical(said))
        anchor, owner = Anchor(int(said["seal_no"]), str(said["root"])), str(said["registry"])
    except InvalidSignature as error:
        raise Unreadable(_("La signature de ce point de contrôle ne convient pas : il a été modifié.")) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(_("Ce fichier n’est pas un point de contrôle du registre.")) from error
    if owner != siren:
        raise Unreadable(
            _("Ce point de contrôle est celui d’un autre registre : SIREN {found}, et non {siren}.").format(
                found=owner, siren=siren
            )
        )
    # The key in the file proves nothing: whoever rewrote the file would have put their own.
    if signer != key:
        raise Unreadable(
            _(
                "Ce point de contrôle est signé par une autre clé ({found}…) que celle attendue ({key}…) : il ne "
                "prouve rien de ce registre. Si la clé a changé, donnez l’ancienne par --key."
            ).format(found=signer.hex()[:12], key=key.hex()[:12])
        )
    return anchor


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
