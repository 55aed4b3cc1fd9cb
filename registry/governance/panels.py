"""What this room says on others' sheets: who answers for data without training that holds."""

from collections.abc import Mapping, Sequence

from registry.compliance.vocabulary import Verdict
from registry.governance.training_queries import find_last_trained, months_of_training
from registry.governance.training_rules import ANSWERING
from registry.governance.training_views import say_trained
from registry.governance.visiting import READ, RECORD
from registry.kernel.words import _
from registry.organisations.queries import Appointed
from registry.organisations.views import Mark
from registry.web.visits import Visit


def untrained_among(visit: Visit, appointed: Sequence[Appointed]) -> Mapping[int, Mark]:
    """Who of these people in post lacks training: for whoever keeps that of their organisation, and for themselves."""
    people = {one.person_id for one in appointed if one.role in ANSWERING}
    if not people or not visit.visitor.may(READ):
        return {}
    reach, mine, today = visit.visitor.reach(RECORD), visit.visitor.person_id, visit.today
    if not reach:
        people &= {mine}
    months, marks = months_of_training(visit.session, today), {}
    for person, organisation, last_on in find_last_trained(visit.session, people, today) if people else ():
        tone, said = say_trained(last_on, months, today)
        if tone is not Verdict.COMPLIANT and (organisation in reach or person == mine):
            words = _("Formation aux données : {said}").format(said=said)
            marks[person] = Mark(str(tone), words, "/gouvernance/formations?etat=a-former#personnes")
    return marks
