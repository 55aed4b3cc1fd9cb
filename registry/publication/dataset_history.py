"""What this room adds to the history of a dataset: what was answered about secrets, decided, and taken down."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from registry.datasets.history import Told, in_office, on_day
from registry.datasets.vocabulary import PublicationRefusal
from registry.kernel.words import _, mark, ngettext
from registry.ledger.queries import Version, find_versions_of_rows
from registry.platform.lists import load_list
from registry.publication.showing import dossier_of, secrets_in_words
from registry.publication.vocabulary import DecisionState, Outcome, SecretReply
from registry.web.visits import Visit

_DECIDED = {
    Outcome.OPEN: mark("Il est décidé, le {day}, {office}, de publier ce jeu tel quel"),
    Outcome.ONCE_TREATED: mark(
        "Il est décidé, le {day}, {office}, de publier ce jeu après occultation ou anonymisation"
    ),
    Outcome.RESTRICTED: mark(
        "Il est décidé, le {day}, {office}, de ne pas publier ce jeu, et de le communiquer à qui y a droit"
    ),
    Outcome.NOT_COMMUNICABLE: mark(
        "Il est décidé, le {day}, {office}, de ne pas publier ce jeu, qui n’est pas communicable"
    ),
}
_GROUNDS = {
    "refusal": mark("exception de la loi : {said}"),
    "secret": mark("secret en cause : {said}"),
    "licence": mark("licence : {said}"),
    "licence_reference": mark("décision qui homologue cette licence : {said}"),
    "homologated_on": mark("homologuée le {said}"),
    "disclosure_text": mark("texte qui permet de publier malgré le secret : {said}"),
}

NAMED = 3
"""How many secrets are named that one gesture answered alike."""


def _choices(visit: Visit, dataset_id: int) -> Iterator[Told]:
    """Each decision when it is taken, and when it is taken down; one that another replaces is told by that other."""
    choices = [one.id for one in dossier_of(visit, dataset_id).choices]
    for versions in find_versions_of_rows(visit.session, "publication_choice", choices).values() if choices else ():
        first, last = versions[-1], versions[0]
        yield replace(first, reason=first.snapshot["reason"]), _decided(first.snapshot)
        ended = last.snapshot
        if ended["state"] == DecisionState.TAKEN_DOWN:
            sentence = _("La publication est retirée le {day} : la décision du {before} ne vaut plus").format(
                day=on_day(ended["ended_on"]), before=on_day(ended["decided_on"])
            )
            yield replace(last, reason=ended["ended_reason"]), sentence


def _decided(said: dict[str, Any]) -> str:
    told = {
        "refusal": PublicationRefusal(said["refusal"]).label if said["refusal"] else "",
        "secret": ", ".join(secrets_in_words([said["secret"]])) if said["secret"] else "",
        "licence": load_list("licences").label(said["licence"]) if said["licence"] else "",
        "licence_reference": said["licence_reference"],
        # A decision recorded before it was asked for has no such day.
        "homologated_on": on_day(said["homologated_on"]) if said.get("homologated_on") else "",
        "disclosure_text": said["disclosure_text"],
    }
    sentence = _(_DECIDED[Outcome(said["outcome"])]).format(
        day=on_day(said["decided_on"]), office=in_office(said["decided_as"])
    )
    return " ; ".join([sentence, *(_(_GROUNDS[name]).format(said=words) for name, words in told.items() if words)])


def _answers(visit: Visit, dataset_id: int) -> Iterator[Told]:
    """What was answered about secrets: those that one gesture answered alike are one sentence."""
    answers = [one.id for one in dossier_of(visit, dataset_id).answers.values()]
    alike: dict[tuple[Any, ...], list[Version]] = {}
    for versions in find_versions_of_rows(visit.session, "secret_answer", answers).values() if answers else ():
        for one in versions:
            said = one.snapshot
            same = one.xid, said["answer"], said["ground"], said["answered_on"], said["answered_as"]
            alike.setdefault(same, []).append(one)
    for (_xid, answer, ground, day, office), versions in alike.items():
        sentence = _("Il est répondu « {reply} », le {day}, {office}, {question}").format(
            reply=SecretReply(answer).label, day=on_day(day), office=in_office(office),
            question=_question(sorted(one.snapshot["secret"] for one in versions)),
        )  # fmt: skip
        yield replace(versions[0], reason=ground), sentence


def _question(secrets: Sequence[str]) -> str:
    """The secrets by name and article; where they are many, how many and the articles they come from."""
    if len(secrets) <= NAMED:
        return _("à la question de : {secrets}").format(secrets=", ".join(secrets_in_words(secrets)))
    articles = sorted({load_list("secrets").words(one, "article").partition(" ")[0] for one in secrets})
    words = ngettext("à %(num)s question sur les secrets", "à %(num)s questions sur les secrets", len(secrets))
    return f"{words % {'num': len(secrets)}} (CRPA {', '.join(articles)})"


CHANGES_OF_DATASETS = (_choices, _answers)
