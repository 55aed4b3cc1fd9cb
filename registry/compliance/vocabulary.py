from enum import StrEnum
class SubjectKind(StrEnum):
    DATASET = "dataset"
    ORGANISATION = "organisation"
class Verdict(StrEnum):
    COMPLIANT = "compliant"
    NON_COMPLIANT = "non-compliant"
    TO_COMPLETE = "to-complete"
    NOT_APPLICABLE = "not-applicable"
