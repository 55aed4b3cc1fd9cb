"""What an inspection suggested of a dataset of the scene, and a sample to inspect."""

from registry.datasets.detection.queries import find_suggestions
from registry.datasets.detection.service import record_inspection
from registry.inspection.vocabulary import (
    Confidence,
    Inspected,
    InspectedColumn,
    PersonalSign,
    Reason,
    ReasonCode,
    Suggestion,
)
from tests.conftest import Town

SAMPLE = b"Courriel\nmarie.petit@orange.fr\nluc.faure@orange.fr\n"


def suggest_names(town: Town, dataset_id: int, word: str) -> int:
    """The suggestion that a field of a dataset holds names."""
    reason = Reason(ReasonCode.NAME_HEADER)
    seen = Suggestion(0, PersonalSign.PERSON_NAME, "identity", Confidence.HIGH, (reason,), 3, 4)
    table = Inspected(word, [InspectedColumn(f"Nom {word}", 4)], [seen], rows=4, sampled=4)
    with town.acting("cli:essai") as session:
        record_inspection(session, dataset_id, [table], on=town.info["today"]())
        return find_suggestions(session, dataset_id)[0].id
