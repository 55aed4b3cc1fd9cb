"""How evidence reaches what this room holds: a dataset, an information system."""

from registry.datasets.models import Dataset, InformationSystem
from registry.documents.subjects import Provable, finding
from registry.documents.vocabulary import ProofSubject
from registry.kernel.permissions import Permission

DATASETS = Provable(ProofSubject.DATASET, Permission.DATASETS_SHEET_READ, "/jeux/{id}", finding(Dataset, Dataset.title))
SYSTEMS = Provable(
    ProofSubject.SYSTEM,
    Permission.DATASETS_SHEET_READ,
    "/systemes/{id}",
    finding(InformationSystem, InformationSystem.name),
)
