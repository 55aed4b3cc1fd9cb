"""What in the clauses in force goes against what the law gives by itself, or stipulates less than it.

Law: CCP L3131-2 al. 1, L3131-3, L3131-4; nothing of it before the law 2016-1321, nor of contracts it does not bind.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from registry.contracts.clauses.citing import CODE_OF_2019, LAW_OF_2016, ORDINANCE, which_floor
from registry.contracts.clauses.kinds import fields_of, is_contrary
from registry.contracts.clauses.law import Against
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Span
from registry.contracts.clauses.showing import law_of
from registry.contracts.deliveries.rules import SUPPLY, WAIVER, held_of, is_waived
from registry.contracts.vocabulary import AgainstLaw
from registry.kernel.words import _
from registry.platform.lists import load_list

_FORMAT, _OPEN_FORMAT, _NO_BAN = "open-format", "DSP-02", "DSP-06"


def against_floor(session: Session, written: Written, day: date, *, signed_by: date) -> dict[int, Against]:
    """What goes against the floor of a contract on a day, or is below it, by the stipulation that says so."""
    spans = [one for one in written.spans(signed_by=signed_by) if one.holds(day)]
    found = {}
    for span in spans:
        said = span.stipulation
        if is_contrary(said.kind):
            found[said.id] = _ban(session, written, day)
        elif said.kind == _FORMAT and (sentence := _say_closed(written, span, spans, day)):
            law = law_of(session, written.contract, _OPEN_FORMAT, day)
            found[said.id] = Against(AgainstLaw.BELOW, sentence, law)
    return found


def _ban(session: Session, written: Written, day: date) -> Against:
    """What the law makes of a clause that forbids use and reuse: it is contrary to it where it binds the contract."""
    floor = which_floor(written.contract)
    if day < LAW_OF_2016 and floor in {"before", "since"}:
        return Against(
            AgainstLaw.LAWFUL,
            _("La loi n° 2016-1321 n’est pas encore en vigueur ce jour-là : rien ne s’oppose à cette clause."),
        )
    if floor == "since":
        law = law_of(session, written.contract, _NO_BAN, day)
        return Against(AgainstLaw.CONTRARY, _("Une telle clause ne devrait pas être au contrat."), law)
    sentences = {
        "before": _("Consultation engagée avant le 9 octobre 2016 : que la loi s’oppose à cette clause n’est pas "
                    "établi ({law}, lecture à valider par le service juridique). La lever se négocie.").format(
                        law=_("CCP, {article}").format(article="L3131-4") if day >= CODE_OF_2019 else ORDINANCE),
        "none": _("Le contrat ne concède pas de service public : l’article L3131-4 du code de la commande publique ne "
                  "s’y applique pas. La lever se négocie."),
        "unknown": _("Que la loi s’oppose à cette clause dépend du jour où la consultation a été engagée et du service "
                     "public concédé : dites-les au contrat."),
    }  # fmt: skip
    return Against(AgainstLaw.UNKNOWN if floor == "unknown" else AgainstLaw.LAWFUL, sentences[floor])


def _say_closed(written: Written, span: Span, spans: list[Span], day: date) -> str:
    """Why the format of a clause is less than the law asks; nothing where it is not, or where the law does not ask."""
    if which_floor(written.contract) != "since" or day < LAW_OF_2016 or not _is_owed(written, span, spans, day):
        return ""
    said = [*_closed(written.stipulations[span.stipulation.id].terms)]
    if not said:
        return ""
    waived = any(one.stipulation.kind == WAIVER for one in spans)
    return " ".join(
        [
            _("Cette clause stipule moins que la loi : {why}.").format(why=_(" ; ").join(said)),
            _("Pour les données indispensables à l’exécution du service, le concessionnaire doit un format "
              "électronique, dans un standard ouvert librement réutilisable et exploitable par un système de "
              "traitement automatisé, quoi que dise le contrat."),
            *([_("Une dispense est relevée : vérifiez qu’elle ne couvre pas ces données.")] if waived else []),
        ]
    )  # fmt: skip


def _closed(terms: dict[str, object]) -> Iterator[str]:
    types, code = load_list("file_types"), str(terms.get("format", ""))
    if code in types.entries:
        name = next(one for one in fields_of(_FORMAT) if one.name == "format").say(code)
        if not types.flag(code, "machine_readable"):
            yield _("un programme ne tire pas les données d’un fichier {format} sans les deviner").format(format=name)
        elif not types.flag(code, "open"):
            yield _("le format {format} n’est pas un standard ouvert").format(format=name)
    if terms.get("open_standard") is False:
        yield _("elle dit que le standard n’est pas ouvert")


def _is_owed(written: Written, span: Span, spans: list[Span], day: date) -> bool:
    """Whether the law may ask for some of what a clause is about: no waiver covers it, nor is it said dispensable."""
    terms = {number: row.terms for number, row in written.stipulations.items()}
    about: list[int | None] = [*sorted(span.stipulation.datasets)]
    for dataset in about or [None]:
        supplied = held_of(spans, SUPPLY, day, dataset=dataset)
        needless = supplied and all(terms[one.stipulation.id].get("indispensable") is False for one in supplied)
        if not needless and not is_waived(spans, terms, dataset, day):
            return True
    return False
