"""Who may do what: every permission, and the roles that carry it.

A permission is named `<room>:<thing>:<verb>`, as the ledger's events are: one grammar for what is
allowed and for what was done. Keep both lists alphabetised. A role is granted on an organisation and
holds for its whole subtree.
"""

from enum import StrEnum

from registry.kernel.words import Labelled, mark


class Permission(StrEnum):
    """One thing a person or a token may do on an organisation's records."""

    ACCOUNTS_ACCOUNT_MANAGE = "accounts:account:manage"
    ACCOUNTS_ACCOUNT_READ = "accounts:account:read"
    ACCOUNTS_SELF_MANAGE = "accounts:self:manage"
    COMPLIANCE_DEVIATION_ASK = "compliance:deviation:ask"
    COMPLIANCE_DEVIATION_DECIDE = "compliance:deviation:decide"
    COMPLIANCE_DEVIATION_WITHDRAW = "compliance:deviation:withdraw"
    COMPLIANCE_FINDING_READ = "compliance:finding:read"
    COMPLIANCE_POLICY_DECIDE = "compliance:policy:decide"
    COMPLIANCE_POLICY_READ = "compliance:policy:read"
    COMPLIANCE_SIMULATION_RUN = "compliance:simulation:run"
    CONTRACTS_CONTRACT_READ = "contracts:contract:read"
    CONTRACTS_CONTRACT_RECORD = "contracts:contract:record"
    CONTRACTS_DELIVERY_RECORD = "contracts:delivery:record"
    DATASETS_LAW_RECORD = "datasets:law:record"
    DATASETS_SHEET_ANNUL = "datasets:sheet:annul"
    DATASETS_SHEET_READ = "datasets:sheet:read"
    DATASETS_SHEET_RECORD = "datasets:sheet:record"
    DESK_QUESTION_ASK = "desk:question:ask"
    DESK_TASK_ARRANGE = "desk:task:arrange"
    DOCUMENTS_EVIDENCE_READ = "documents:evidence:read"
    DOCUMENTS_EVIDENCE_RECORD = "documents:evidence:record"
    ERASURES_PERSON_ERASE = "erasures:person:erase"
    ERASURES_RECEIPT_READ = "erasures:receipt:read"
    EXCHANGE_IMPORT_APPLY = "exchange:import:apply"
    EXCHANGE_IMPORT_READ = "exchange:import:read"
    GOVERNANCE_CAMPAIGN_OPEN = "governance:campaign:open"
    GOVERNANCE_PLAN_READ = "governance:plan:read"
    GOVERNANCE_PLAN_RECORD = "governance:plan:record"
    LEDGER_ENTRY_READ = "ledger:entry:read"
    LEGAL_TEXT_READ = "legal:text:read"
    LEGAL_WATCH_RECORD = "legal:watch:record"
    LIFECYCLE_MOVE_ASK = "lifecycle:move:ask"
    LIFECYCLE_VISA_GIVE = "lifecycle:visa:give"
    ORGANISATIONS_APPOINTMENT_RECORD = "organisations:appointment:record"
    ORGANISATIONS_ORGANISATION_AMEND = "organisations:organisation:amend"
    ORGANISATIONS_ORGANISATION_READ = "organisations:organisation:read"
    PROCESSING_ACTIVITY_ANNUL = "processing:activity:annul"
    PROCESSING_ACTIVITY_READ = "processing:activity:read"
    PROCESSING_ACTIVITY_RECORD = "processing:activity:record"
    PROCESSING_ASSESSMENT_ADVISE = "processing:assessment:advise"
    PROCESSING_ASSESSMENT_DECIDE = "processing:assessment:decide"
    PROCESSING_ASSESSMENT_RECORD = "processing:assessment:record"
    PROCESSING_BREACH_READ = "processing:breach:read"
    PROCESSING_BREACH_RECORD = "processing:breach:record"
    PROCESSING_DISPOSAL_PREPARE = "processing:disposal:prepare"
    PROCESSING_MATTER_FOLLOW = "processing:matter:follow"
    PROCESSING_REQUEST_READ = "processing:request:read"
    PROCESSING_REQUEST_RECORD = "processing:request:record"
    PROCESSING_RETENTION_READ = "processing:retention:read"
    PROCESSING_RETENTION_RECORD = "processing:retention:record"
    REPORTING_DOCUMENT_APPROVE = "reporting:document:approve"
    REPORTING_DOCUMENT_ISSUE = "reporting:document:issue"
    REPORTING_DOCUMENT_READ = "reporting:document:read"


class Role(Labelled):
    """What a person does for an organisation and its subtree."""

    ADMINISTRATOR = "administrator", mark("Administrateur ou administratrice")
    ARCHIVIST = "archivist", mark("Archiviste")
    AUDITOR = "auditor", mark("Auditeur ou auditrice")
    DIRECTOR = "director", mark("Directeur ou directrice")
    DPO = "dpo", mark("Délégué·e à la protection des données")
    LEGAL = "legal", mark("Juriste")
    READER = "reader", mark("Lecteur ou lectrice")
    STEWARD = "steward", mark("Référent·e données")


_READS = frozenset(
    {
        Permission.ACCOUNTS_SELF_MANAGE,
        Permission.COMPLIANCE_FINDING_READ,
        Permission.COMPLIANCE_POLICY_READ,
        Permission.CONTRACTS_CONTRACT_READ,
        Permission.DATASETS_SHEET_READ,
        Permission.DESK_QUESTION_ASK,
        Permission.DESK_TASK_ARRANGE,
        Permission.DOCUMENTS_EVIDENCE_READ,
        Permission.GOVERNANCE_PLAN_READ,
        Permission.LEDGER_ENTRY_READ,
        Permission.LEGAL_TEXT_READ,
        Permission.ORGANISATIONS_ORGANISATION_READ,
        Permission.PROCESSING_ACTIVITY_READ,
        Permission.PROCESSING_MATTER_FOLLOW,
        Permission.PROCESSING_RETENTION_READ,
        Permission.REPORTING_DOCUMENT_READ,
    }
)
_ISSUES = frozenset({Permission.REPORTING_DOCUMENT_ISSUE})
_APPROVES = frozenset({Permission.REPORTING_DOCUMENT_APPROVE})
"""To annotate a draft, approve it or send it back: never one’s own; each report names which of these roles answer it.

Who runs the registry does not answer for the law: an administrator gives the role of who does.
"""
_RECORDS = frozenset(
    {
        Permission.CONTRACTS_DELIVERY_RECORD,
        Permission.DATASETS_LAW_RECORD,
        Permission.DATASETS_SHEET_ANNUL,
        Permission.DATASETS_SHEET_RECORD,
        Permission.DOCUMENTS_EVIDENCE_RECORD,
        Permission.EXCHANGE_IMPORT_APPLY,
        Permission.EXCHANGE_IMPORT_READ,
        Permission.ORGANISATIONS_APPOINTMENT_RECORD,
        Permission.PROCESSING_ACTIVITY_ANNUL,
        Permission.PROCESSING_ACTIVITY_RECORD,
        Permission.PROCESSING_ASSESSMENT_RECORD,
        Permission.PROCESSING_RETENTION_RECORD,
    }
)
_AMENDS = frozenset({Permission.ORGANISATIONS_ORGANISATION_AMEND})
_ERASES = frozenset({Permission.ERASURES_PERSON_ERASE, Permission.ERASURES_RECEIPT_READ})
_ANSWERS_FOR_LAW = frozenset(
    {
        Permission.CONTRACTS_CONTRACT_RECORD,
        Permission.CONTRACTS_DELIVERY_RECORD,
        Permission.DATASETS_LAW_RECORD,
        Permission.DOCUMENTS_EVIDENCE_RECORD,
        Permission.LEGAL_WATCH_RECORD,
        Permission.ORGANISATIONS_APPOINTMENT_RECORD,
        Permission.PROCESSING_ACTIVITY_ANNUL,
        Permission.PROCESSING_ACTIVITY_RECORD,
        Permission.PROCESSING_ASSESSMENT_RECORD,
    }
)
_KEEPS = frozenset({Permission.PROCESSING_DISPOSAL_PREPARE, Permission.PROCESSING_RETENTION_RECORD})
"""Retention: its rules, its due dates, its holds and the slips sent to the archives."""
_MOVES = frozenset({Permission.LIFECYCLE_MOVE_ASK})
_ENDORSES = frozenset({Permission.LIFECYCLE_MOVE_ASK, Permission.LIFECYCLE_VISA_GIVE})
"""To move a dataset along, and to endorse what others ask for: `policies/lifecycle.yaml` says which, and to whom."""
_ADVISES = frozenset({Permission.PROCESSING_ASSESSMENT_ADVISE})
_DECIDES = frozenset({Permission.PROCESSING_ASSESSMENT_DECIDE})
_ASKS_DEVIATIONS = frozenset({Permission.COMPLIANCE_DEVIATION_ASK, Permission.COMPLIANCE_DEVIATION_WITHDRAW})
"""To go on with a breach for a time is asked by who records what the finding is about, and decided by somebody else."""
_DECIDES_DEVIATIONS = frozenset({Permission.COMPLIANCE_DEVIATION_DECIDE, Permission.COMPLIANCE_DEVIATION_WITHDRAW})
_GOVERNS = frozenset({Permission.GOVERNANCE_PLAN_RECORD})
"""Bodies, what they decide and the plan: kept by who leads, by who keeps data and by who advises."""
_CAMPAIGNS = frozenset({Permission.GOVERNANCE_CAMPAIGN_OPEN})
"""To ask those who keep sheets whether these are still right: for who leads and who answers for the law."""
_SIMULATES = frozenset({Permission.COMPLIANCE_SIMULATION_RUN})
"""To try a draft policy or another law: of those who hold `_CONFIDED` alone, as it judges breaches and requests too."""
_DECIDES_POLICIES = frozenset({Permission.COMPLIANCE_POLICY_DECIDE})
"""To adopt a draft, withdraw it, answer for a version's text: a rule judges every body, so on the authority alone."""
_CONFIDED = frozenset(
    {
        Permission.PROCESSING_BREACH_READ,
        Permission.PROCESSING_BREACH_RECORD,
        Permission.PROCESSING_REQUEST_READ,
        Permission.PROCESSING_REQUEST_RECORD,
    }
)
"""Breaches and requests: the database holds the same roles to them (`acting_confides`)."""

_CARRIED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission) - _APPROVES,
    Role.ARCHIVIST: _READS | _ISSUES | _KEEPS | _ENDORSES,
    Role.AUDITOR: _READS
    | {Permission.ACCOUNTS_ACCOUNT_READ, Permission.ERASURES_RECEIPT_READ, Permission.EXCHANGE_IMPORT_READ},
    Role.DIRECTOR: _READS | _ISSUES | _DECIDES | _DECIDES_DEVIATIONS | _GOVERNS | _CAMPAIGNS,
    Role.DPO: _READS
    | _APPROVES
    | _ISSUES
    | _AMENDS
    | _ANSWERS_FOR_LAW
    | _ADVISES
    | _CONFIDED
    | _ERASES
    | _KEEPS
    | _ENDORSES
    | _ASKS_DEVIATIONS
    | _SIMULATES
    | _GOVERNS
    | _CAMPAIGNS,
    Role.LEGAL: _READS
    | _APPROVES
    | _ISSUES
    | _AMENDS
    | _ANSWERS_FOR_LAW
    | _CONFIDED
    | _KEEPS
    | _ENDORSES
    | _ASKS_DEVIATIONS
    | _DECIDES_DEVIATIONS
    | _SIMULATES
    | _DECIDES_POLICIES
    | _GOVERNS
    | _CAMPAIGNS
    | {Permission.ERASURES_RECEIPT_READ},
    Role.READER: _READS,
    Role.STEWARD: _READS | _ISSUES | _RECORDS | _MOVES | _ASKS_DEVIATIONS | _GOVERNS,
}

WRITING = frozenset(
    {
        Permission.ACCOUNTS_ACCOUNT_MANAGE,
        Permission.COMPLIANCE_DEVIATION_ASK,
        Permission.COMPLIANCE_DEVIATION_DECIDE,
        Permission.COMPLIANCE_DEVIATION_WITHDRAW,
        Permission.COMPLIANCE_POLICY_DECIDE,
        Permission.COMPLIANCE_SIMULATION_RUN,
        Permission.CONTRACTS_CONTRACT_RECORD,
        Permission.CONTRACTS_DELIVERY_RECORD,
        Permission.DATASETS_LAW_RECORD,
        Permission.DATASETS_SHEET_ANNUL,
        Permission.DATASETS_SHEET_RECORD,
        Permission.DOCUMENTS_EVIDENCE_RECORD,
        Permission.ERASURES_PERSON_ERASE,
        Permission.EXCHANGE_IMPORT_APPLY,
        Permission.GOVERNANCE_CAMPAIGN_OPEN,
        Permission.GOVERNANCE_PLAN_RECORD,
        Permission.LEGAL_WATCH_RECORD,
        Permission.LIFECYCLE_MOVE_ASK,
        Permission.LIFECYCLE_VISA_GIVE,
        Permission.ORGANISATIONS_APPOINTMENT_RECORD,
        Permission.ORGANISATIONS_ORGANISATION_AMEND,
        Permission.PROCESSING_ACTIVITY_ANNUL,
        Permission.PROCESSING_ACTIVITY_RECORD,
        Permission.PROCESSING_ASSESSMENT_ADVISE,
        Permission.PROCESSING_ASSESSMENT_DECIDE,
        Permission.PROCESSING_ASSESSMENT_RECORD,
        Permission.PROCESSING_BREACH_RECORD,
        Permission.PROCESSING_DISPOSAL_PREPARE,
        Permission.PROCESSING_REQUEST_RECORD,
        Permission.PROCESSING_RETENTION_RECORD,
        Permission.REPORTING_DOCUMENT_APPROVE,
        Permission.REPORTING_DOCUMENT_ISSUE,
    }
)
"""The permissions under which rows of an organisation may be written."""

SAYING = frozenset({Permission.DESK_QUESTION_ASK, Permission.DESK_TASK_ARRANGE})
"""What whoever reads may say beside the records without changing them; a key that only reads says nothing."""


def permissions_of(role: Role) -> frozenset[Permission]:
    """What a role allows on the organisations it was granted on, and below them."""
    return _CARRIED[role]


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Who may do something, by role; the administrator, who gives roles, is named where nobody else may."""
    able = tuple(role for role in Role if permission in _CARRIED[role])
    return tuple(role for role in able if role is not Role.ADMINISTRATOR) or able
