"""What a desk says of documents: a draft to approve, one that waits, one sent back."""

from registry.kernel.words import _

Words = tuple[str, str, str, str, str]


def say_document(detail: str, *, waiting: bool) -> Words:
    """A document as a task; `detail` is where it stands, its number, then its title."""
    stands, number, title = detail.split(":", 2)
    address = f"/documents/{number}"
    if stands == "sent-back":
        gain = _("le motif y est écrit ; un nouveau projet le remplacera")
        return _("Reprendre un document : votre projet est renvoyé"), title, gain, _("Lire le motif"), address
    if waiting:
        why = _("quelqu’un d’autre l’approuve ou le renvoie")
        return _("Vous avez émis un projet"), title, why, _("Voir le projet"), address
    gain = _("le document final est émis, ou repris")
    return _("Approuver ou renvoyer un projet"), title, gain, _("Relire"), f"{address}/relecture"
