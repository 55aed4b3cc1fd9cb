"""What a desk says of the moves of datasets: one to endorse, one that waits, one refused."""

from registry.kernel.words import _
from registry.lifecycle.charts import load_chart

Words = tuple[str, str, str, str, str]


def say_move(detail: str) -> Words:
    """A move as a task; `detail` is where it stands, its number, and which move it is."""
    stands, number, code = detail.split(":")
    move, address = load_chart().find(code), f"/visas/{number}"
    why = move.name() if move is not None else code
    if stands == "give":
        gain = _("quelqu’un attend votre visa pour que le jeu change d’étape")
        return _("Viser ou refuser un passage"), why, gain, _("Viser ou refuser"), f"{address}#reponse"
    if stands == "asked":
        return _("Vous avez demandé un passage"), why, _("il attend un visa"), _("Voir la demande"), address
    return _("Lire le refus : votre passage est refusé"), why, _("le motif y est écrit"), _("Lire le refus"), address
