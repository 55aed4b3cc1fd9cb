"""How evidence reaches what this room holds: activities, impact assessments, and the confided breaches and requests."""

from registry.documents.subjects import Provable, finding
from registry.documents.vocabulary import ProofSubject
from registry.kernel.permissions import Permission
from registry.processing.assessments.models import ImpactAssessment
from registry.processing.breaches.models import Breach
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest

ACTIVITIES = Provable(
    ProofSubject.ACTIVITY,
    Permission.PROCESSING_ACTIVITY_READ,
    "/traitements/{id}",
    finding(ProcessingActivity, ProcessingActivity.name),
)
ASSESSMENTS = Provable(
    ProofSubject.DPIA,
    Permission.PROCESSING_ACTIVITY_READ,
    "/aipd/{id}",
    finding(ImpactAssessment, ImpactAssessment.title),
)
BREACHES = Provable(
    ProofSubject.BREACH, Permission.PROCESSING_MATTER_FOLLOW, "/violations/{id}", finding(Breach, Breach.title),
    Permission.PROCESSING_BREACH_RECORD,
)  # fmt: skip
REQUESTS = Provable(
    ProofSubject.REQUEST, Permission.PROCESSING_MATTER_FOLLOW, "/demandes/{id}",
    finding(ReceivedRequest, ReceivedRequest.subject), Permission.PROCESSING_REQUEST_RECORD,
)  # fmt: skip
"""The database shows breaches and requests, and what proves them, to the few they are confided to."""
