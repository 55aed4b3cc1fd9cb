"""Whatever changes something leaves an event in the ledger: who, for which organisation, before and after."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Result, text

from registry.contracts.depots.api import DEPOT
from registry.desk.models import StandIn, TaskArrangement
from registry.desk.vocabulary import Arrangement
from registry.kernel.permissions import Role
from registry.platform.jobs import work_once
from registry.publication.queries import get_dossier
from registry.rooms import job_functions
from tests.access.advancing import lend
from tests.access.conftest import Furnished, nobody, send, signed_in
from tests.access.scene import Objects, call, routes_of, save_own_view
from tests.conftest import Town
from tests.contracts.test_clause_pages import a_contract
from tests.contracts.test_contract_facts import number_of
from tests.search.making_pieces import a_pdf, attach

pytestmark = pytest.mark.database

SIMULATING = (
    "POST /conformite/simulations", "POST /conformite/simulations/verification",
    "POST /api/v1/simulations", "POST /api/v1/simulations/check",
)  # fmt: skip
PREVIEWS_OF_CONTRACTS = (
    "POST /contrats/donnees-essentielles",
    "POST /contrats/donnees-essentielles/{essential_import_id:int}/abandonner",
    "POST /api/v1/contracts/essential-data/imports",
    "POST /api/v1/contracts/essential-data/imports/{essential_import_id:int}/abandonment",
)
READING = "POST /preuves/{evidence_id:int}/relire"
WITHOUT_EVENT = {
    "POST /jeux/brouillons": "a draft states nothing yet: `sheet_draft` keeps it for its author",
    "POST /jeux/{dataset_id:int}/brouillon": "a draft states nothing yet: `sheet_draft` keeps it for its author",
    "POST /jeux/brouillons/{draft_id:int}/oublier": "a draft states nothing, nor does forgetting it",
    "POST /jeux/modifier-ensemble": "a preview: nothing is stated before it is applied",
    "POST /jeux/modifications/{bulk_id:int}/abandonner": "a preview set aside: nothing was stated",
    **dict.fromkeys(PREVIEWS_OF_CONTRACTS, "a preview, or one set aside: nothing is stated before it is applied"),
    "POST /traitements/imports": "a preview: nothing is stated before it is applied",
    "POST /traitements/imports/{import_id:int}/abandonner": "a preview set aside: nothing was stated",
    "POST /api/v1/processing-activities/imports": "a preview: nothing is stated before it is applied",
    "POST /api/v1/processing-activities/imports/{import_id:int}/abandonment": "a preview set aside: nothing was stated",
    **dict.fromkeys(
        SIMULATING, "nothing is stated: the row in `job_run` says who asked, what was tried, what came of it"
    ),
    "POST /jeux/vues": "a convenience of one account: nothing is stated of the data",
    "POST /jeux/vues/{view_id:int}/modifier": "a convenience of one account: nothing is stated of the data",
    "POST /jeux/vues/{view_id:int}/enlever": "a convenience of one account; the row stays, set aside",
    "POST /jeux/vues/{view_id:int}/retablir": "a convenience of one account: nothing is stated of the data",
    "POST /mon-compte/courriel": "a convenience of one account: when it is written to; nothing is stated of the data",
    "POST /langue": "a choice of the browser's, kept in its cookie",
    "POST /connexion": "states nothing: its row in `signed_session` says when, from where and by what",
    "POST /deconnexion": "states nothing: the same row says when it ended",
    "POST /mon-compte/sessions/{session_id:int}/fermer": "states nothing: the same row says when it ended",
    READING: "work, not record: the run in `job_run` says who asked for the reading",
    "POST /mot-de-passe-oublie": "nobody is known yet: the row in `single_use_link` waits; its use is an event",
}
"""The unsafe routes that write nothing of record, each with where its trace stands."""

BY_A_JOB = {
    "POST /api/v1/documents": "reporting:document:issue",
    "POST /api/v1/imports/{batch_id:int}/application": "exchange:import:apply",
    "POST /api/v1/imports/{batch_id:int}/reading": "exchange:import:read",
    "POST /api/v1/imports/{batch_id:int}/undoing": "exchange:import:undo",
    "POST /documents": "reporting:document:issue",
    "POST /personnes/effacements/{erasure_id:int}/relancer": "erasures:person:erase",
    "POST /imports/{batch_id:int}/appliquer": "exchange:import:apply",
    "POST /imports/{batch_id:int}/defaire": "exchange:import:undo",
    "POST /imports/{batch_id:int}/relire": "exchange:import:read",
}
"""What the request only asks for; the worker writes, in the name of who asked."""

EVENTS = {
    "PATCH /api/v1/contracts/{contract_id:int}": "contracts:contract:amend",
    "POST /api/v1/contracts": "contracts:contract:record",
    "POST /api/v1/contracts/{contract_id:int}/annulment": "contracts:contract:annul",
    "POST /api/v1/contracts/{contract_id:int}/restoration": "contracts:contract:restore",
    "POST /contrats/{contract_id:int}/echeances": "contracts:step:note",
    "POST /contrats/etapes/{contract_step_id:int}/annuler": "contracts:step:annul",
    "POST /api/v1/contracts/{contract_id:int}/steps": "contracts:step:note",
    "POST /api/v1/contract-steps/{contract_step_id:int}/annulment": "contracts:step:annul",
    "POST /api/v1/contract-steps/{contract_step_id:int}/restoration": "contracts:step:restore",
    "POST /contrats/{contract_id:int}/rapports/nouveau": "contracts:report:record",
    "POST /contrats/rapports/{contract_report_id:int}/modifier": "contracts:report:amend",
    "POST /contrats/rapports/{contract_report_id:int}/annuler": "contracts:report:annul",
    "POST /api/v1/contracts/{contract_id:int}/reports": "contracts:report:record",
    "PATCH /api/v1/contract-reports/{contract_report_id:int}": "contracts:report:amend",
    "POST /api/v1/contract-reports/{contract_report_id:int}/annulment": "contracts:report:annul",
    "POST /api/v1/contract-reports/{contract_report_id:int}/restoration": "contracts:report:restore",
    "POST /contrats/{contract_id:int}/avenants/nouveau": "contracts:amendment:record",
    "POST /contrats/{contract_id:int}/avenants/projet": "contracts:amendment:record",
    "POST /contrats/avenants/{amendment_id:int}/modifier": "contracts:amendment:amend",
    "POST /contrats/avenants/{amendment_id:int}/annuler": "contracts:amendment:annul",
    "POST /contrats/{contract_id:int}/clauses/nouvelle": "contracts:clause:record",
    "POST /contrats/clauses/{clause_id:int}": "contracts:clause:perform",
    "POST /contrats/clauses/{clause_id:int}/acte": "contracts:clause:stipulate",
    "POST /contrats/stipulations/{stipulation_id:int}/modifier": "contracts:clause:amend",
    "POST /contrats/stipulations/{stipulation_id:int}/annuler": "contracts:clause:annul",
    "POST /contrats/{contract_id:int}/livraisons/nouvelle": "contracts:delivery:record",
    "POST /livraisons/{delivery_id:int}/modifier": "contracts:delivery:amend",
    "POST /livraisons/{delivery_id:int}/recevoir": "contracts:delivery:receive",
    "POST /livraisons/{delivery_id:int}/annuler": "contracts:delivery:annul",
    "POST /livraisons/{delivery_id:int}/penalite": "contracts:delivery:penalise",
    "POST /livraisons/{delivery_id:int}/relancer": "contracts:delivery:remind",
    "POST /depot/{token:str}/livraisons/{delivery_id:int}": "contracts:delivery:receive",
    "POST /api/v1/depot/deliveries/{delivery_id:int}/receipts": "contracts:delivery:receive",
    "POST /contrats/{contract_id:int}/liens-de-depot": "contracts:link:make",
    "POST /contrats/liens-de-depot/{depot_id:int}/renouveler": "contracts:link:renew",
    "POST /contrats/liens-de-depot/{depot_id:int}/revoquer": "contracts:link:revoke",
    "POST /livraisons/receptions/{receipt_id:int}/accepter": "contracts:delivery:accept",
    "POST /livraisons/receptions/{receipt_id:int}/refuser": "contracts:delivery:refuse",
    "POST /livraisons/receptions/{receipt_id:int}/annuler": "contracts:delivery:unreceive",
    "POST /api/v1/contracts/{contract_id:int}/deliveries": "contracts:delivery:record",
    "PATCH /api/v1/deliveries/{delivery_id:int}": "contracts:delivery:amend",
    "POST /api/v1/deliveries/{delivery_id:int}/receipts": "contracts:delivery:receive",
    "POST /api/v1/deliveries/{delivery_id:int}/annulment": "contracts:delivery:annul",
    "POST /api/v1/deliveries/{delivery_id:int}/restoration": "contracts:delivery:restore",
    "POST /api/v1/deliveries/{delivery_id:int}/penalty": "contracts:delivery:remit",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/acceptance": "contracts:delivery:accept",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/refusal": "contracts:delivery:refuse",
    "POST /livraisons/relances/{reminder_id:int}/annuler": "contracts:delivery:unremind",
    "POST /api/v1/delivery-reminders/{reminder_id:int}/annulment": "contracts:delivery:unremind",
    "POST /api/v1/delivery-reminders/{reminder_id:int}/restoration": "contracts:delivery:remind-again",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/annulment": "contracts:delivery:unreceive",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/restoration": "contracts:delivery:receive-again",
    "POST /api/v1/contracts/{contract_id:int}/amendments": "contracts:amendment:record",
    "PATCH /api/v1/amendments/{amendment_id:int}": "contracts:amendment:amend",
    "POST /api/v1/amendments/{amendment_id:int}/annulment": "contracts:amendment:annul",
    "POST /api/v1/amendments/{amendment_id:int}/restoration": "contracts:amendment:restore",
    "POST /api/v1/contracts/{contract_id:int}/clauses": "contracts:clause:record",
    "PATCH /api/v1/clauses/{clause_id:int}": "contracts:clause:perform",
    "POST /api/v1/clauses/{clause_id:int}/stipulations": "contracts:clause:stipulate",
    "PATCH /api/v1/stipulations/{stipulation_id:int}": "contracts:clause:amend",
    "POST /api/v1/stipulations/{stipulation_id:int}/annulment": "contracts:clause:annul",
    "POST /api/v1/stipulations/{stipulation_id:int}/restoration": "contracts:clause:restore",
    "POST /conformite/simulations/{simulation_id:int}/adopter": "compliance:policy:adopt",
    "POST /conformite/{policy_id:str}/retirer": "compliance:policy:withdraw",
    "POST /conformite/{policy_id:str}/valider": "compliance:policy:validate",
    "POST /conformite/{policy_id:str}/remettre-a-valider": "compliance:policy:unvalidate",
    "POST /api/v1/policies": "compliance:policy:adopt",
    "POST /api/v1/policies/{policy_id:str}/withdrawal": "compliance:policy:withdraw",
    "POST /api/v1/policies/{policy_id:str}/validation": "compliance:policy:validate",
    "POST /api/v1/policies/{policy_id:str}/unvalidation": "compliance:policy:unvalidate",
    "POST /jeux/{dataset_id:int}/etape": "lifecycle:move:make",
    "POST /visas/{stage_request_id:int}": "lifecycle:visa:give",
    "POST /visas/{stage_request_id:int}/retirer": "lifecycle:move:withdraw",
    "POST /visas/delegations": "lifecycle:visa:delegate",
    "POST /visas/delegations/{delegation_id:int}/fin": "lifecycle:delegation:end",
    "POST /visas/points/{refusal_point_id:int}": "lifecycle:point:answer",
    "POST /api/v1/refusal-points/{refusal_point_id:int}/answer": "lifecycle:point:answer",
    "POST /api/v1/visa-delegations": "lifecycle:visa:delegate",
    "POST /api/v1/visa-delegations/{delegation_id:int}/ending": "lifecycle:delegation:end",
    "POST /api/v1/datasets/{dataset_id:int}/stage-requests": "lifecycle:move:make",
    "POST /api/v1/stage-requests/{stage_request_id:int}/visas": "lifecycle:visa:give",
    "POST /api/v1/stage-requests/{stage_request_id:int}/withdrawal": "lifecycle:move:withdraw",
    "POST /publication/du-jeu/{dataset_id:int}": "publication:secret:answer",
    "POST /publication/du-jeu/{dataset_id:int}/secrets/{secret:str}": "publication:secret:answer",
    "POST /publication/du-jeu/{dataset_id:int}/decider": "publication:decision:record",
    "POST /publication/du-jeu/{dataset_id:int}/petits-effectifs": "publication:check:record",
    "POST /api/v1/datasets/{dataset_id:int}/small-counts": "publication:check:record",
    "POST /publication/du-jeu/{dataset_id:int}/reutilisation": "publication:reuse:record",
    "PUT /api/v1/datasets/{dataset_id:int}/publication/reuse": "publication:reuse:record",
    "POST /publication/du-jeu/{dataset_id:int}/retirer": "publication:decision:withdraw",
    "PUT /api/v1/datasets/{dataset_id:int}/publication/secrets/{secret:str}": "publication:secret:answer",
    "POST /api/v1/datasets/{dataset_id:int}/publication/no-other-secret": "publication:secret:answer",
    "POST /api/v1/datasets/{dataset_id:int}/publication/decisions": "publication:decision:record",
    "POST /api/v1/datasets/{dataset_id:int}/publication/takedown": "publication:decision:withdraw",
    "POST /conformite/ecarts/nouveau": "compliance:deviation:ask",
    "POST /conformite/ecarts/{deviation_id:int}/decider": "compliance:deviation:approve",
    "POST /conformite/ecarts/{deviation_id:int}/retirer": "compliance:deviation:withdraw",
    "POST /api/v1/accepted-deviations": "compliance:deviation:ask",
    "POST /api/v1/accepted-deviations/{deviation_id:int}/decision": "compliance:deviation:approve",
    "POST /api/v1/accepted-deviations/{deviation_id:int}/withdrawal": "compliance:deviation:withdraw",
    "PATCH /api/v1/protective-measures/{measure_id:int}": "processing:measure:amend",
    "POST /api/v1/protective-measures": "processing:measure:record",
    "POST /api/v1/protective-measures/{measure_id:int}/annulment": "processing:measure:annul",
    "POST /api/v1/protective-measures/{measure_id:int}/restoration": "processing:measure:restore",
    "PATCH /api/v1/watch-entries/{entry_id:int}": "legal:watch:amend",
    "POST /api/v1/watch-entries": "legal:watch:record",
    "POST /api/v1/watch-entries/{entry_id:int}/annulment": "legal:watch:annul",
    "POST /api/v1/watch-entries/{entry_id:int}/restoration": "legal:watch:restore",
    "POST /droit/veille/{entry_id:int}/annuler": "legal:watch:annul",
    "POST /droit/veille/nouvelle": "legal:watch:record",
    "POST /droit/veille/{entry_id:int}/modifier": "legal:watch:amend",
    "POST /gouvernance/instances/nouvelle": "governance:body:record",
    "POST /gouvernance/instances/{body_id:int}/modifier": "governance:body:amend",
    "POST /gouvernance/instances/{body_id:int}/annuler": "governance:body:annul",
    "POST /gouvernance/instances/{body_id:int}/seances/nouvelle": "governance:meeting:record",
    "POST /gouvernance/seances/{meeting_id:int}/modifier": "governance:meeting:amend",
    "POST /gouvernance/seances/{meeting_id:int}/annuler": "governance:meeting:annul",
    "POST /gouvernance/actions/nouvelle": "governance:action:record",
    "POST /gouvernance/actions/{action_id:int}/modifier": "governance:action:amend",
    "POST /gouvernance/actions/{action_id:int}/annuler": "governance:action:annul",
    "POST /gouvernance/formations/nouvelle": "governance:course:record",
    "POST /gouvernance/formations/{course_id:int}/modifier": "governance:course:amend",
    "POST /gouvernance/formations/{course_id:int}/annuler": "governance:course:annul",
    "POST /gouvernance/formations/{course_id:int}/sessions/nouvelle": "governance:session:record",
    "POST /gouvernance/sessions/{training_id:int}/modifier": "governance:session:amend",
    "POST /gouvernance/sessions/{training_id:int}/annuler": "governance:session:annul",
    "POST /gouvernance/certifications/nouvelle": "governance:campaign:open",
    "POST /gouvernance/certifications/{campaign_id:int}/certifier": "governance:certification:certify",
    "POST /gouvernance/certifications/{campaign_id:int}/signaler": "governance:certification:report",
    "POST /gouvernance/certifications/{campaign_id:int}/clore": "governance:campaign:close",
    "POST /gouvernance/certifications/{campaign_id:int}/rouvrir": "governance:campaign:reopen",
    "POST /gouvernance/certifications/{campaign_id:int}/annuler": "governance:campaign:annul",
    "POST /api/v1/certification-campaigns": "governance:campaign:open",
    "PATCH /api/v1/certification-campaigns/{campaign_id:int}": "governance:campaign:close",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/annulment": "governance:campaign:annul",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/restoration": "governance:campaign:restore",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/certifications": "governance:certification:certify",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/reports": "governance:certification:report",
    "POST /api/v1/training-courses": "governance:course:record",
    "PATCH /api/v1/training-courses/{course_id:int}": "governance:course:amend",
    "POST /api/v1/training-courses/{course_id:int}/annulment": "governance:course:annul",
    "POST /api/v1/training-courses/{course_id:int}/restoration": "governance:course:restore",
    "POST /api/v1/training-sessions": "governance:session:record",
    "PATCH /api/v1/training-sessions/{training_id:int}": "governance:session:amend",
    "POST /api/v1/training-sessions/{training_id:int}/annulment": "governance:session:annul",
    "POST /api/v1/training-sessions/{training_id:int}/restoration": "governance:session:restore",
    "POST /api/v1/governance-bodies": "governance:body:record",
    "PATCH /api/v1/governance-bodies/{body_id:int}": "governance:body:amend",
    "POST /api/v1/governance-bodies/{body_id:int}/annulment": "governance:body:annul",
    "POST /api/v1/governance-bodies/{body_id:int}/restoration": "governance:body:restore",
    "POST /api/v1/governance-meetings": "governance:meeting:record",
    "PATCH /api/v1/governance-meetings/{meeting_id:int}": "governance:meeting:amend",
    "POST /api/v1/governance-meetings/{meeting_id:int}/annulment": "governance:meeting:annul",
    "POST /api/v1/governance-meetings/{meeting_id:int}/restoration": "governance:meeting:restore",
    "POST /api/v1/governance-actions": "governance:action:record",
    "PATCH /api/v1/governance-actions/{action_id:int}": "governance:action:amend",
    "POST /api/v1/governance-actions/{action_id:int}/annulment": "governance:action:annul",
    "POST /api/v1/governance-actions/{action_id:int}/restoration": "governance:action:restore",
    "POST /mesures/nouvelle": "processing:measure:record",
    "POST /mesures/{measure_id:int}/annuler": "processing:measure:annul",
    "POST /mesures/{measure_id:int}/modifier": "processing:measure:amend",
    "PATCH /api/v1/processing-activities/{activity_id:int}/arrangement": "processing:arrangement:record",
    "POST /traitements/{activity_id:int}/responsables-conjoints": "processing:arrangement:record",
    "PATCH /api/v1/processors/{party_id:int}/terms": "processing:processor:record",
    "POST /api/v1/processing-activities/{activity_id:int}/processors": "processing:activity:amend",
    "POST /sous-traitants/{party_id:int}/clauses": "processing:processor:record",
    "POST /traitements/{activity_id:int}/sous-traitants": "processing:activity:amend",
    "POST /contrats/nouveau": "contracts:contract:record",
    "POST /contrats/donnees-essentielles/{essential_import_id:int}/appliquer": "contracts:essential-data:import",
    "POST /api/v1/contracts/essential-data/imports/{essential_import_id:int}/application": (
        "contracts:essential-data:import"
    ),
    "POST /contrats/{contract_id:int}/annuler": "contracts:contract:annul",
    "POST /contrats/{contract_id:int}/jeux": "contracts:contract:amend",
    "POST /contrats/{contract_id:int}/modifier": "contracts:contract:amend",
    "PATCH /api/v1/datasets/{dataset_id:int}": "datasets:sheet:amend",
    "POST /api/v1/datasets": "datasets:sheet:record",
    "POST /api/v1/datasets/{dataset_id:int}/annulment": "datasets:sheet:annul",
    "POST /api/v1/datasets/{dataset_id:int}/restoration": "datasets:sheet:restore",
    "POST /api/v1/datasets/{dataset_id:int}/suggestions/review": "datasets:suggestion:review",
    "POST /api/v1/questions": "desk:question:ask",
    "POST /api/v1/questions/{question_id:int}/closure": "desk:question:close",
    "POST /api/v1/questions/{question_id:int}/messages": "desk:question:answer",
    "POST /api/v1/questions/{question_id:int}/reopening": "desk:question:reopen",
    "PATCH /api/v1/systems/{system_id:int}": "datasets:system:amend",
    "POST /documents/{document_id:int}/annotations": "reporting:annotation:record",
    "POST /documents/{document_id:int}/annotations/{annotation_id:int}": "reporting:annotation:set-aside",
    "POST /documents/{document_id:int}/decision": "reporting:document:send-back",
    "POST /api/v1/documents/{document_id:int}/annotations": "reporting:annotation:record",
    "PATCH /api/v1/documents/{document_id:int}/annotations/{annotation_id:int}": "reporting:annotation:set-aside",
    "POST /api/v1/documents/{document_id:int}/decision": "reporting:document:send-back",
    "PATCH /api/v1/evidence/{evidence_id:int}": "documents:evidence:amend",
    "POST /api/v1/evidence": "documents:evidence:record",
    "POST /api/v1/evidence/links/{link_id:int}/withdrawal": "documents:evidence:unlink",
    "POST /api/v1/evidence/{evidence_id:int}/annulment": "documents:evidence:annul",
    "POST /api/v1/evidence/{evidence_id:int}/editions": "documents:evidence:renew",
    "POST /api/v1/evidence/{evidence_id:int}/links": "documents:evidence:link",
    "POST /api/v1/evidence/{evidence_id:int}/restoration": "documents:evidence:restore",
    "POST /preuves/liens/{link_id:int}/retirer": "documents:evidence:unlink",
    "POST /preuves/nouvelle": "documents:evidence:record",
    "POST /preuves/relier": "documents:evidence:link",
    "POST /preuves/{evidence_id:int}/annuler": "documents:evidence:annul",
    "POST /preuves/{evidence_id:int}/edition": "documents:evidence:renew",
    "POST /preuves/{evidence_id:int}/modifier": "documents:evidence:amend",
    "POST /preuves/{evidence_id:int}/relier": "documents:evidence:link",
    "POST /api/v1/systems": "datasets:system:record",
    "POST /api/v1/systems/{system_id:int}/annulment": "datasets:system:annul",
    "POST /api/v1/systems/{system_id:int}/restoration": "datasets:system:restore",
    "PATCH /api/v1/processing-activities/{activity_id:int}": "processing:activity:amend",
    "POST /api/v1/processing-activities": "processing:activity:record",
    "POST /api/v1/processing-activities/{activity_id:int}/annulment": "processing:activity:annul",
    "POST /api/v1/processing-activities/{activity_id:int}/restoration": "processing:activity:restore",
    "POST /personnes/{person_id:int}/effacer": "erasures:person:ask",
    "POST /bureau/decisions/{arrangement_id:int}/reprendre": "desk:task:resume",
    "POST /bureau/passations/faites/{handover_id:int}/defaire": "desk:handover:undo",
    "POST /bureau/passations/{person_id:int}": "desk:handover:record",
    "POST /bureau/suppleances": "desk:stand-in:name",
    "POST /bureau/suppleances/{absence_id:int}/fin": "desk:stand-in:end",
    "POST /bureau/questions/nouvelle": "desk:question:ask",
    "POST /bureau/questions/{question_id:int}/clore": "desk:question:close",
    "POST /bureau/questions/{question_id:int}/repondre": "desk:question:answer",
    "POST /bureau/questions/{question_id:int}/rouvrir": "desk:question:reopen",
    "POST /bureau/taches/{task_key:str}/confier": "desk:task:delegate",
    "POST /bureau/taches/{task_key:str}/reporter": "desk:task:snooze",
    "POST /api/v1/datasets/bulk": "datasets:sheet:record",
    "POST /api/v1/datasets/{dataset_id:int}/copies": "datasets:sheet:record",
    "POST /api/v1/templates/{template_id:str}/datasets": "datasets:sheet:record",
    "PATCH /api/v1/organisations/{organisation_id:int}": "organisations:organisation:amend",
    "POST /api/v1/organisations/{organisation_id:int}/services": "organisations:organisation:add",
    "POST /api/v1/persons/{person_id:int}/erasure": "erasures:person:ask",
    "POST /api/v1/appointments": "organisations:appointment:record",
    "POST /api/v1/appointments/{appointment_id:int}/end": "organisations:appointment:annul",
    "POST /api/v1/imports": "exchange:import:receive",
    "POST /api/v1/imports/files": "exchange:import:receive",
    "POST /api/v1/imports/{batch_id:int}/abandonment": "exchange:import:abandon",
    "POST /comptes": "accounts:account:invite",
    "POST /comptes/roles/{grant_id:int}/terminer": "accounts:role:end",
    "POST /comptes/{account_id:int}/arreter": "accounts:account:stop",
    "POST /comptes/{account_id:int}/lien": "accounts:link:make",
    "POST /comptes/{account_id:int}/roles": "accounts:role:grant",
    "POST /comptes/{account_id:int}/rouvrir": "accounts:account:restart",
    "POST /imports": "exchange:import:receive",
    "POST /imports/{batch_id:int}/colonnes": "exchange:import:map",
    "POST /imports/{batch_id:int}/abandonner": "exchange:import:abandon",
    "POST /jeux/modifications/{bulk_id:int}/appliquer": "datasets:bulk:apply",
    "POST /jeux/modifications/{bulk_id:int}/defaire": "datasets:bulk:undo",
    "POST /jeux/{dataset_id:int}/champ/{name:str}": "datasets:sheet:amend",
    "POST /jeux/{dataset_id:int}/droit": "datasets:sheet:amend",
    "POST /jeux/nouveau": "datasets:sheet:record",
    "POST /jeux/{dataset_id:int}/annuler": "datasets:sheet:annul",
    "POST /jeux/{dataset_id:int}/modifier": "datasets:sheet:amend",
    "POST /jeux/{dataset_id:int}/champs/modifier": "datasets:sheet:amend",
    "POST /jeux/{dataset_id:int}/inspection": "datasets:suggestion:record",
    "POST /jeux/{dataset_id:int}/inspection/revue": "datasets:suggestion:review",
    "PUT /api/v1/datasets/{dataset_id:int}/retention": "processing:retention:record",
    "POST /api/v1/datasets/{dataset_id:int}/retention-holds": "processing:hold:place",
    "POST /api/v1/retention-holds/{hold_id:int}/lifting": "processing:hold:lift",
    "POST /api/v1/retention-rules": "processing:rule:record",
    "PUT /api/v1/retention-rules/{rule_id:int}": "processing:rule:amend",
    "POST /api/v1/retention-rules/{rule_id:int}/withdrawal": "processing:rule:withdraw",
    "POST /api/v1/disposal-slips": "processing:disposal:prepare",
    "POST /api/v1/disposal-slips/{slip_id:int}/withdrawal": "processing:disposal:withdraw",
    "POST /conservation/du-jeu/{dataset_id:int}": "processing:retention:record",
    "POST /conservation/du-jeu/{dataset_id:int}/gel": "processing:hold:place",
    "POST /conservation/bordereaux/nouveau": "processing:disposal:prepare",
    "POST /conservation/bordereaux/{slip_id:int}/retirer": "processing:disposal:withdraw",
    "POST /conservation/gels/{hold_id:int}/lever": "processing:hold:lift",
    "POST /conservation/regles/nouvelle": "processing:rule:record",
    "POST /conservation/regles/reprendre": "processing:rule:record",
    "POST /conservation/regles/{rule_id:int}/modifier": "processing:rule:amend",
    "POST /conservation/regles/{rule_id:int}/retirer": "processing:rule:withdraw",
    "POST /jeux/{dataset_id:int}/sources": "datasets:sheet:amend",
    "POST /jeux/{dataset_id:int}/retablir": "datasets:sheet:amend",
    "POST /lien/{token:str}": "accounts:account:activate",
    "POST /mon-compte/cles": "accounts:token:make",
    "POST /mon-compte/cles/{token_id:int}/revoquer": "accounts:token:revoke",
    "POST /mon-compte/mot-de-passe": "accounts:credential:change",
    "POST /organisations/mandats/{appointment_id:int}/terminer": "organisations:appointment:end",
    "POST /organisations/mandats/{subject_kind:str}/{subject_id:int}": "organisations:appointment:record",
    "POST /organisations/{organisation_id:int}/modifier": "organisations:organisation:amend",
    "POST /organisations/{organisation_id:int}/services/nouveau": "organisations:organisation:add",
    "PATCH /api/v1/breaches/{breach_id:int}": "processing:breach:amend",
    "PATCH /api/v1/requests/{request_id:int}": "processing:request:amend",
    "POST /api/v1/breaches": "processing:breach:record",
    "POST /api/v1/breaches/{breach_id:int}/annulment": "processing:breach:annul",
    "POST /api/v1/breaches/{breach_id:int}/events": "processing:breach:note",
    "POST /api/v1/breaches/{breach_id:int}/notifications": "processing:breach:notify",
    "POST /api/v1/breaches/{breach_id:int}/restoration": "processing:breach:restore",
    "POST /api/v1/breaches/{breach_id:int}/touched": "processing:breach:touch",
    "POST /api/v1/requests": "processing:request:record",
    "POST /api/v1/requests/{request_id:int}/annulment": "processing:request:annul",
    "POST /api/v1/requests/{request_id:int}/answer": "processing:request:answer",
    "POST /api/v1/requests/{request_id:int}/extension": "processing:request:extend",
    "POST /api/v1/requests/{request_id:int}/restoration": "processing:request:restore",
    "POST /demandes/nouvelle": "processing:request:record",
    "POST /demandes/{request_id:int}/annuler": "processing:request:annul",
    "POST /demandes/{request_id:int}/modifier": "processing:request:amend",
    "POST /demandes/{request_id:int}/prolonger": "processing:request:extend",
    "POST /demandes/{request_id:int}/repondre": "processing:request:answer",
    "POST /violations/nouvelle": "processing:breach:record",
    "POST /violations/{breach_id:int}/annuler": "processing:breach:annul",
    "POST /violations/{breach_id:int}/evenements": "processing:breach:note",
    "POST /violations/{breach_id:int}/modifier": "processing:breach:amend",
    "POST /violations/{breach_id:int}/notifier": "processing:breach:notify",
    "POST /violations/{breach_id:int}/touche": "processing:breach:touch",
    "POST /systemes/nouveau": "datasets:system:record",
    "POST /systemes/{system_id:int}/annuler": "datasets:system:annul",
    "POST /systemes/{system_id:int}/modifier": "datasets:system:amend",
    "PUT /api/v1/processing-activities/{activity_id:int}/dpia-need": "processing:screening:record",
    "POST /api/v1/impact-assessments": "processing:assessment:record",
    "PATCH /api/v1/impact-assessments/{assessment_id:int}": "processing:assessment:amend",
    "POST /api/v1/impact-assessments/{assessment_id:int}/submission": "processing:assessment:submit",
    "POST /api/v1/impact-assessments/{assessment_id:int}/decision": "processing:assessment:refuse",
    "POST /aipd/nouvelle": "processing:assessment:record",
    "POST /aipd/{assessment_id:int}/annuler": "processing:assessment:annul",
    "POST /aipd/{assessment_id:int}/consultation": "processing:consultation:record",
    "POST /aipd/{assessment_id:int}/decision": "processing:assessment:refuse",
    "POST /aipd/{assessment_id:int}/etapes/{step:str}": "processing:assessment:amend",
    "POST /aipd/{assessment_id:int}/mesures/{position:int}/faite": "processing:measure:close",
    "POST /aipd/{assessment_id:int}/reviser": "processing:assessment:revise",
    "POST /aipd/{assessment_id:int}/soumettre": "processing:assessment:submit",
    "POST /traitements/{activity_id:int}/besoin-aipd": "processing:screening:record",
    "POST /traitements/imports/{import_id:int}/appliquer": "processing:activity:record",
    "POST /traitements/imports/{import_id:int}/defaire": "processing:activity:annul",
    "POST /api/v1/processing-activities/imports/{import_id:int}/application": "processing:activity:record",
    "POST /api/v1/processing-activities/imports/{import_id:int}/undoing": "processing:activity:annul",
    "POST /traitements/nouveau": "processing:activity:record",
    "POST /traitements/du-jeu/{dataset_id:int}": "processing:activity:amend",
    "POST /traitements/{activity_id:int}/parties/{part:str}": "processing:activity:amend",
    "POST /traitements/{activity_id:int}/modele": "processing:activity:acknowledge",
    "POST /traitements/{activity_id:int}/annuler": "processing:activity:annul",
    "POST /traitements/{activity_id:int}/modifier": "processing:activity:amend",
}
BY_LEGAL = (
    "POST /visas/{stage_request_id:int}", "POST /api/v1/stage-requests/{stage_request_id:int}/visas",
    "POST /visas/delegations", "POST /visas/delegations/{delegation_id:int}/fin", "POST /api/v1/visa-delegations",
    "POST /api/v1/visa-delegations/{delegation_id:int}/ending",
    "POST /documents/{document_id:int}/annotations",
    "POST /documents/{document_id:int}/annotations/{annotation_id:int}",
    "POST /documents/{document_id:int}/decision", "POST /api/v1/documents/{document_id:int}/annotations",
    "PATCH /api/v1/documents/{document_id:int}/annotations/{annotation_id:int}",
    "POST /api/v1/documents/{document_id:int}/decision",
)  # fmt: skip
"""The routes whose answer takes a role that an administrator does not hold."""
ORDER = (
    "POST /documents/{document_id:int}/annotations",
    "POST /documents/{document_id:int}/annotations/{annotation_id:int}",
    "POST /api/v1/documents/{document_id:int}/annotations",
    "PATCH /api/v1/documents/{document_id:int}/annotations/{annotation_id:int}",
    "POST /publication/du-jeu/{dataset_id:int}/secrets/{secret:str}", "POST /publication/du-jeu/{dataset_id:int}",
    "POST /publication/du-jeu/{dataset_id:int}/decider", "POST /publication/du-jeu/{dataset_id:int}/retirer",
    "POST /publication/du-jeu/{dataset_id:int}/reutilisation",
    "POST /publication/du-jeu/{dataset_id:int}/petits-effectifs", "POST /api/v1/datasets/{dataset_id:int}/small-counts",
    "PUT /api/v1/datasets/{dataset_id:int}/publication/reuse",
    "PUT /api/v1/datasets/{dataset_id:int}/publication/secrets/{secret:str}",
    "POST /api/v1/datasets/{dataset_id:int}/publication/no-other-secret",
    "POST /api/v1/datasets/{dataset_id:int}/publication/decisions",
    "POST /api/v1/datasets/{dataset_id:int}/publication/takedown",
    "POST /conformite/{policy_id:str}/valider", "POST /conformite/{policy_id:str}/remettre-a-valider",
    "POST /api/v1/policies/{policy_id:str}/validation", "POST /api/v1/policies/{policy_id:str}/unvalidation",
    "POST /visas/{stage_request_id:int}", "POST /visas/{stage_request_id:int}/retirer",
    "POST /api/v1/stage-requests/{stage_request_id:int}/visas",
    "POST /api/v1/stage-requests/{stage_request_id:int}/withdrawal",
    "POST /conformite/ecarts/nouveau", "POST /conformite/ecarts/{deviation_id:int}/decider",
    "POST /conformite/ecarts/{deviation_id:int}/retirer", "POST /api/v1/accepted-deviations",
    "POST /api/v1/accepted-deviations/{deviation_id:int}/decision",
    "POST /api/v1/accepted-deviations/{deviation_id:int}/withdrawal",
    "POST /droit/veille/{entry_id:int}/modifier", "PATCH /api/v1/watch-entries/{entry_id:int}",
    "POST /api/v1/watch-entries/{entry_id:int}/annulment", "POST /api/v1/watch-entries/{entry_id:int}/restoration",
    "POST /droit/veille/{entry_id:int}/annuler",
    "POST /gouvernance/instances/{body_id:int}/modifier", "PATCH /api/v1/governance-bodies/{body_id:int}",
    "POST /gouvernance/instances/{body_id:int}/seances/nouvelle", "POST /api/v1/governance-meetings",
    "POST /gouvernance/seances/{meeting_id:int}/modifier", "PATCH /api/v1/governance-meetings/{meeting_id:int}",
    "POST /gouvernance/actions/{action_id:int}/modifier", "PATCH /api/v1/governance-actions/{action_id:int}",
    "POST /gouvernance/formations/{course_id:int}/modifier", "PATCH /api/v1/training-courses/{course_id:int}",
    "POST /gouvernance/formations/{course_id:int}/sessions/nouvelle", "POST /api/v1/training-sessions",
    "POST /gouvernance/sessions/{training_id:int}/modifier", "PATCH /api/v1/training-sessions/{training_id:int}",
    "POST /api/v1/training-sessions/{training_id:int}/annulment",
    "POST /api/v1/training-sessions/{training_id:int}/restoration",
    "POST /api/v1/training-courses/{course_id:int}/annulment",
    "POST /api/v1/training-courses/{course_id:int}/restoration",
    "POST /gouvernance/certifications/{campaign_id:int}/certifier",
    "POST /gouvernance/certifications/{campaign_id:int}/signaler",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/certifications",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/reports",
    "POST /gouvernance/certifications/{campaign_id:int}/clore",
    "POST /gouvernance/certifications/{campaign_id:int}/rouvrir",
    "PATCH /api/v1/certification-campaigns/{campaign_id:int}",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/annulment",
    "POST /api/v1/certification-campaigns/{campaign_id:int}/restoration",
    "POST /gouvernance/certifications/{campaign_id:int}/annuler",
    "POST /gouvernance/formations/{course_id:int}/annuler", "POST /gouvernance/sessions/{training_id:int}/annuler",
    "POST /api/v1/governance-bodies/{body_id:int}/annulment",
    "POST /api/v1/governance-bodies/{body_id:int}/restoration",
    "POST /api/v1/governance-meetings/{meeting_id:int}/annulment",
    "POST /api/v1/governance-meetings/{meeting_id:int}/restoration",
    "POST /api/v1/governance-actions/{action_id:int}/annulment",
    "POST /api/v1/governance-actions/{action_id:int}/restoration",
    "POST /gouvernance/seances/{meeting_id:int}/annuler", "POST /gouvernance/actions/{action_id:int}/annuler",
    "POST /gouvernance/instances/{body_id:int}/annuler",
    "POST /mesures/{measure_id:int}/modifier", "PATCH /api/v1/protective-measures/{measure_id:int}",
    "POST /api/v1/protective-measures/{measure_id:int}/annulment",
    "POST /api/v1/protective-measures/{measure_id:int}/restoration",
    "POST /mesures/{measure_id:int}/annuler",
    "POST /sous-traitants/{party_id:int}/clauses", "PATCH /api/v1/processors/{party_id:int}/terms",
    "POST /contrats/{contract_id:int}/avenants/nouveau", "POST /api/v1/contracts/{contract_id:int}/amendments",
    "POST /contrats/{contract_id:int}/avenants/projet",
    "POST /contrats/avenants/{amendment_id:int}/modifier", "PATCH /api/v1/amendments/{amendment_id:int}",
    "POST /contrats/{contract_id:int}/clauses/nouvelle", "POST /api/v1/contracts/{contract_id:int}/clauses",
    "POST /contrats/clauses/{clause_id:int}", "PATCH /api/v1/clauses/{clause_id:int}",
    "POST /contrats/clauses/{clause_id:int}/acte", "POST /api/v1/clauses/{clause_id:int}/stipulations",
    "POST /contrats/stipulations/{stipulation_id:int}/modifier", "PATCH /api/v1/stipulations/{stipulation_id:int}",
    "POST /api/v1/stipulations/{stipulation_id:int}/annulment",
    "POST /api/v1/stipulations/{stipulation_id:int}/restoration",
    "POST /contrats/stipulations/{stipulation_id:int}/annuler",
    "POST /api/v1/amendments/{amendment_id:int}/annulment",
    "POST /api/v1/amendments/{amendment_id:int}/restoration",
    "POST /contrats/avenants/{amendment_id:int}/annuler",
    "POST /contrats/{contract_id:int}/echeances", "POST /api/v1/contracts/{contract_id:int}/steps",
    "POST /api/v1/contract-steps/{contract_step_id:int}/annulment",
    "POST /api/v1/contract-steps/{contract_step_id:int}/restoration",
    "POST /contrats/etapes/{contract_step_id:int}/annuler",
    "POST /contrats/{contract_id:int}/rapports/nouveau", "POST /api/v1/contracts/{contract_id:int}/reports",
    "POST /contrats/rapports/{contract_report_id:int}/modifier",
    "PATCH /api/v1/contract-reports/{contract_report_id:int}",
    "POST /api/v1/contract-reports/{contract_report_id:int}/annulment",
    "POST /api/v1/contract-reports/{contract_report_id:int}/restoration",
    "POST /contrats/rapports/{contract_report_id:int}/annuler",
    "POST /contrats/{contract_id:int}/livraisons/nouvelle", "POST /api/v1/contracts/{contract_id:int}/deliveries",
    "POST /livraisons/{delivery_id:int}/modifier", "PATCH /api/v1/deliveries/{delivery_id:int}",
    "POST /livraisons/receptions/{receipt_id:int}/accepter", "POST /api/v1/delivery-receipts/{receipt_id:int}/refusal",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/acceptance",
    "POST /livraisons/receptions/{receipt_id:int}/refuser",
    "POST /livraisons/{delivery_id:int}/penalite", "POST /api/v1/deliveries/{delivery_id:int}/penalty",
    "POST /livraisons/{delivery_id:int}/relancer", "POST /depot/{token:str}/livraisons/{delivery_id:int}",
    "POST /api/v1/depot/deliveries/{delivery_id:int}/receipts", "POST /contrats/{contract_id:int}/liens-de-depot",
    "POST /contrats/liens-de-depot/{depot_id:int}/renouveler",
    "POST /contrats/liens-de-depot/{depot_id:int}/revoquer",
    "POST /livraisons/{delivery_id:int}/recevoir", "POST /api/v1/deliveries/{delivery_id:int}/receipts",
    "POST /api/v1/delivery-reminders/{reminder_id:int}/annulment",
    "POST /api/v1/delivery-reminders/{reminder_id:int}/restoration",
    "POST /livraisons/relances/{reminder_id:int}/annuler",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/annulment",
    "POST /api/v1/delivery-receipts/{receipt_id:int}/restoration",
    "POST /livraisons/receptions/{receipt_id:int}/annuler",
    "POST /api/v1/deliveries/{delivery_id:int}/annulment", "POST /api/v1/deliveries/{delivery_id:int}/restoration",
    "POST /livraisons/{delivery_id:int}/annuler",
    "POST /contrats/{contract_id:int}/jeux", "POST /contrats/{contract_id:int}/modifier",
    "PATCH /api/v1/contracts/{contract_id:int}",
    "POST /api/v1/contracts/{contract_id:int}/annulment", "POST /api/v1/contracts/{contract_id:int}/restoration",
    "POST /contrats/{contract_id:int}/annuler",
    "POST /preuves/relier", "POST /preuves/{evidence_id:int}/relier", "POST /api/v1/evidence/{evidence_id:int}/links",
    "POST /preuves/{evidence_id:int}/edition", "POST /api/v1/evidence/{evidence_id:int}/editions",
    "POST /preuves/{evidence_id:int}/modifier", "PATCH /api/v1/evidence/{evidence_id:int}",
    "POST /api/v1/evidence/{evidence_id:int}/annulment", "POST /api/v1/evidence/{evidence_id:int}/restoration",
    "POST /preuves/liens/{link_id:int}/retirer", "POST /api/v1/evidence/links/{link_id:int}/withdrawal",
    "POST /preuves/{evidence_id:int}/annuler",
    "POST /jeux/{dataset_id:int}/retablir",
    "POST /bureau/passations/{person_id:int}",
    "POST /bureau/questions/nouvelle", "POST /bureau/questions/{question_id:int}/repondre",
    "POST /bureau/questions/{question_id:int}/clore", "POST /bureau/questions/{question_id:int}/rouvrir",
    "POST /api/v1/questions", "POST /api/v1/questions/{question_id:int}/messages",
    "POST /api/v1/questions/{question_id:int}/closure", "POST /api/v1/questions/{question_id:int}/reopening",
    "POST /bureau/taches/{task_key:str}/reporter", "POST /bureau/taches/{task_key:str}/confier",
    "PATCH /api/v1/datasets/{dataset_id:int}", "POST /jeux/{dataset_id:int}/modifier",
    "POST /api/v1/datasets/{dataset_id:int}/annulment", "POST /api/v1/datasets/{dataset_id:int}/restoration",
    "POST /jeux/{dataset_id:int}/champ/{name:str}", "POST /jeux/{dataset_id:int}/droit",
    "POST /jeux/modifications/{bulk_id:int}/appliquer", "POST /jeux/modifications/{bulk_id:int}/defaire",
    "POST /jeux/{dataset_id:int}/inspection", "POST /api/v1/datasets/{dataset_id:int}/suggestions/review",
    "POST /jeux/{dataset_id:int}/inspection/revue",
    "POST /jeux/{dataset_id:int}/champs/modifier", "POST /jeux/{dataset_id:int}/sources",
    "POST /conservation/du-jeu/{dataset_id:int}", "POST /conservation/du-jeu/{dataset_id:int}/gel",
    "PUT /api/v1/datasets/{dataset_id:int}/retention", "POST /api/v1/datasets/{dataset_id:int}/retention-holds",
    "PUT /api/v1/retention-rules/{rule_id:int}", "POST /api/v1/retention-rules/{rule_id:int}/withdrawal",
    "POST /conservation/regles/{rule_id:int}/modifier", "POST /conservation/regles/{rule_id:int}/retirer",
    "POST /jeux/{dataset_id:int}/annuler", "POST /systemes/{system_id:int}/modifier",
    "PATCH /api/v1/systems/{system_id:int}", "POST /api/v1/systems/{system_id:int}/annulment",
    "POST /api/v1/systems/{system_id:int}/restoration", "POST /systemes/{system_id:int}/annuler",
    "POST /traitements/{activity_id:int}/besoin-aipd",
    "PUT /api/v1/processing-activities/{activity_id:int}/dpia-need",
    "POST /api/v1/impact-assessments", "PATCH /api/v1/impact-assessments/{assessment_id:int}",
    "POST /api/v1/impact-assessments/{assessment_id:int}/submission",
    "POST /aipd/nouvelle", "POST /aipd/{assessment_id:int}/etapes/{step:str}",
    "POST /aipd/{assessment_id:int}/soumettre", "POST /aipd/{assessment_id:int}/mesures/{position:int}/faite",
    "POST /aipd/{assessment_id:int}/consultation", "POST /aipd/{assessment_id:int}/reviser",
    "POST /aipd/{assessment_id:int}/annuler",
    "POST /traitements/imports/{import_id:int}/appliquer", "POST /traitements/imports/{import_id:int}/defaire",
    "POST /api/v1/processing-activities/imports/{import_id:int}/application",
    "POST /api/v1/processing-activities/imports/{import_id:int}/undoing",
    "POST /traitements/du-jeu/{dataset_id:int}", "POST /traitements/{activity_id:int}/parties/{part:str}",
    "POST /traitements/{activity_id:int}/sous-traitants",
    "POST /api/v1/processing-activities/{activity_id:int}/processors",
    "POST /traitements/{activity_id:int}/responsables-conjoints",
    "PATCH /api/v1/processing-activities/{activity_id:int}/arrangement",
    "POST /traitements/{activity_id:int}/modele",
    "POST /traitements/{activity_id:int}/modifier", "PATCH /api/v1/processing-activities/{activity_id:int}",
    "POST /api/v1/processing-activities/{activity_id:int}/annulment",
    "POST /api/v1/processing-activities/{activity_id:int}/restoration", "POST /traitements/{activity_id:int}/annuler",
    "PATCH /api/v1/breaches/{breach_id:int}", "POST /api/v1/breaches/{breach_id:int}/notifications",
    "POST /api/v1/breaches/{breach_id:int}/touched",
    "POST /api/v1/breaches/{breach_id:int}/events", "POST /api/v1/breaches/{breach_id:int}/annulment",
    "POST /api/v1/breaches/{breach_id:int}/restoration",
    "PATCH /api/v1/requests/{request_id:int}", "POST /api/v1/requests/{request_id:int}/extension",
    "POST /api/v1/requests/{request_id:int}/answer", "POST /api/v1/requests/{request_id:int}/annulment",
    "POST /api/v1/requests/{request_id:int}/restoration",
    "POST /violations/{breach_id:int}/modifier", "POST /violations/{breach_id:int}/notifier",
    "POST /violations/{breach_id:int}/touche",
    "POST /violations/{breach_id:int}/evenements", "POST /violations/{breach_id:int}/annuler",
    "POST /demandes/{request_id:int}/modifier", "POST /demandes/{request_id:int}/prolonger",
    "POST /demandes/{request_id:int}/repondre", "POST /demandes/{request_id:int}/annuler",
    "POST /comptes/{account_id:int}/roles", "POST /comptes/{account_id:int}/lien",
    "POST /comptes/roles/{grant_id:int}/terminer", "POST /comptes/{account_id:int}/arreter",
    "POST /comptes/{account_id:int}/rouvrir",
    "POST /imports/{batch_id:int}/abandonner",
    "POST /api/v1/appointments", "POST /api/v1/appointments/{appointment_id:int}/end",
    "POST /organisations/mandats/{appointment_id:int}/terminer",
    "POST /organisations/mandats/{subject_kind:str}/{subject_id:int}",
)  # fmt: skip
"""What is done to the same thing is done in this order; the rest in any."""


def _last(town: Town) -> int:
    with town.acting() as session:
        number: int = session.execute(text("SELECT coalesce(max(id), 0) FROM ledger_entry")).scalar_one()
    return number


def _entries(town: Town, after: int) -> list[dict[str, Any]]:
    query = text(
        "SELECT e.table_name, e.row_id, e.verb, e.version, e.organisation_id, e.actor, e.account_id, e.event,"
        " e.snapshot, b.snapshot AS before FROM ledger_entry e"
        " LEFT JOIN ledger_entry b ON b.table_name = e.table_name AND b.row_id = e.row_id"
        " AND b.version = e.version - 1 WHERE e.id > :after ORDER BY e.id"
    )
    with town.acting() as session:
        return [dict(row) for row in session.execute(query, {"after": after}).mappings()]


def _version(town: Town, of: Objects) -> Objects:
    with town.acting() as session:

        def version_in(table: str, number: int) -> Result[int]:
            return session.execute(text(f"SELECT version FROM {table} WHERE id = :id"), {"id": number})

        sheet = version_in("dataset", of.dataset_id)
        system = version_in("information_system", of.system_id)
        body = version_in("organisation", of.organisation_id)
        activity = version_in("processing_activity", of.activity_id)
        drafts = [
            session.execute(
                text("SELECT max(version) FROM assessment_revision WHERE assessment_id = :id"), {"id": number}
            ).scalar_one()
            for number in (of.draft_dpia_id, of.api_draft_dpia_id)
        ]
        screening = session.execute(
            text("SELECT version FROM dpia_screening WHERE activity_id = :id"), {"id": of.activity_id}
        )  # fmt: skip
        breach = version_in("breach", of.breach_id)
        request = version_in("received_request", of.request_id)
        rule = version_in("retention_rule", of.rule_id)
        spare_rule = version_in("retention_rule", of.spare_rule_id)
        proof = version_in("evidence", of.evidence_id)
        contract = version_in("contract", of.contract_id)
        amendment, clause = version_in("amendment", of.amendment_id), version_in("clause", of.clause_id)
        stipulation = version_in("clause_stipulation", of.stipulation_id)
        report = version_in("contract_report", of.contract_report_id)
        depot = version_in("operator_link", of.depot_id)
        delivery, receipt = version_in("delivery", of.delivery_id), version_in("delivery_receipt", of.receipt_id)
        step, reminder = (
            version_in("contract_step", of.contract_step_id),
            version_in("delivery_reminder", of.reminder_id),
        )
        terms = session.execute(
            text("SELECT version FROM processor_terms WHERE party_id = :id"), {"id": of.party_id}
        )  # fmt: skip
        arrangement = session.execute(
            text("SELECT version FROM joint_arrangement WHERE activity_id = :id"), {"id": of.activity_id}
        )  # fmt: skip
        measure = version_in("protective_measure", of.measure_id)
        entry = version_in("watch_entry", of.entry_id)
        committee, meeting = version_in("governance_body", of.body_id), version_in("governance_meeting", of.meeting_id)
        action = version_in("governance_action", of.action_id)
        training = version_in("training_session", of.training_id)
        campaign = version_in("certification_campaign", of.campaign_id)
        spare_course = version_in("training_course", of.spare_course_id)
        deviation = version_in("accepted_deviation", of.deviation_id)
        moving = version_in("stage_request", of.stage_request_id)
        answers, choices = (get_dossier(session, number).version for number in (of.moved_id, of.chosen_id))
        return replace(
            of, stage_request_version=moving.scalar_one(), deviation_version=deviation.scalar_one(),
            entry_version=entry.scalar_one(), body_version=committee.scalar_one(), meeting_version=meeting.scalar_one(),
            action_version=action.scalar_one(), training_version=training.scalar_one(),
            spare_course_version=spare_course.scalar_one(),
            campaign_version=campaign.scalar_one(),
            answers_version=answers, choices_version=choices,
            measure_version=measure.scalar_one(), arrangement_version=arrangement.scalar_one_or_none() or 0,
            terms_version=terms.scalar_one_or_none() or 0,
            amendment_version=amendment.scalar_one(), clause_version=clause.scalar_one(),
            stipulation_version=stipulation.scalar_one(), contract_report_version=report.scalar_one(),
            depot_version=depot.scalar_one(),
            delivery_version=delivery.scalar_one(), receipt_version=receipt.scalar_one(),
            contract_step_version=step.scalar_one(), reminder_version=reminder.scalar_one(),
            contract_version=contract.scalar_one(), rule_version=rule.scalar_one(),
            spare_rule_version=spare_rule.scalar_one(),
            evidence_version=proof.scalar_one(),
            draft_dpia_version=drafts[0], api_draft_dpia_version=drafts[1],
            screening_version=screening.scalar_one(),
            breach_version=breach.scalar_one(), request_version=request.scalar_one(),
            dataset_version=sheet.scalar_one(), system_version=system.scalar_one(),
            organisation_version=body.scalar_one(), activity_version=activity.scalar_one(),
        )  # fmt: skip


def test_every_unsafe_route_leaves_an_event_or_says_where_its_trace_stands(furnished: Furnished) -> None:
    town = furnished.town
    administrator = town.someone(Role.ADMINISTRATOR)
    colleague, leaving = town.someone(Role.STEWARD), town.someone(Role.READER)
    about = furnished.objects["commune"]
    with town.acting() as session:
        own_key = session.execute(
            text("SELECT id FROM api_token WHERE account_id = :id"), {"id": administrator.account_id}
        ).scalar_one()
        other_session = session.execute(
            text("SELECT id FROM signed_session WHERE account_id = :id"), {"id": administrator.account_id}
        ).scalar_one()
        put_off = TaskArrangement(
            organisation_id=town.commune_id, account_id=administrator.account_id, task_key="finding:dataset:0:aucun",
            kind=Arrangement.SNOOZE, until=town.info["today"](),
        )  # fmt: skip
        session.add(put_off)
        session.flush()
        own_arrangement = put_off.id
        own_person = session.execute(
            text("SELECT person_id FROM account WHERE id = :id"), {"id": administrator.account_id}
        ).scalar_one()
        away = StandIn(
            organisation_id=town.commune_id, away_id=administrator.account_id, stand_in_id=colleague.account_id,
            away_person_id=own_person,
            starts_on=town.info["today"](), ends_on=town.info["today"](),
        )  # fmt: skip
        session.add(away)
        session.flush()
        own_absence = away.id
        day, jurist = town.info["today"](), town.someone(Role.LEGAL).account_id
        lent = [lend(town.commune_id, jurist, about.stand_in_id, day) for _which in ("page", "API")]
        session.add_all(lent)
        session.flush()
        by_page, by_api = (one.id for one in lent)
    about = replace(
        about,
        token_id=own_key,
        session_id=other_session,
        arrangement_id=own_arrangement,
        delegation_id=by_page,
        absence_id=own_absence,
    )
    spare = replace(
        about, delegation_id=by_api, breach_id=furnished.objects["commune"].spare_breach_id,
        request_id=furnished.objects["commune"].spare_request_id,
        deviation_id=furnished.objects["authority"].deviation_id,
        adopted_id=furnished.objects["authority"].adopted_id,
        breaching_id=furnished.objects["authority"].breaching_id,
        moved_id=furnished.objects["authority"].moved_id, chosen_id=furnished.objects["authority"].chosen_id,
        stage_request_id=furnished.objects["authority"].stage_request_id,
        document_id=furnished.objects["authority"].document_id,
        annotation_id=furnished.objects["authority"].annotation_id,
        refusal_point_id=furnished.objects["authority"].refusal_point_id,
    )  # fmt: skip
    view = save_own_view(town, town.authority_id, colleague.account_id, "essai")
    unsafe = {f"{method} {path}": (method, path) for method, path in routes_of(town.client.app) if method != "GET"}
    assert set(unsafe) == {*EVENTS, *WITHOUT_EVENT, *BY_A_JOB}, "Say which event a new route leaves, or why none."
    rest = [route for route in EVENTS if route not in ORDER]
    faults = []
    # The password changes first, and one's own key is revoked last: both would end what the others act by.
    rest.sort(key=lambda route: (route != "POST /mon-compte/mot-de-passe", "revoquer" in route))

    for route in (*ORDER, *rest):
        method, path = unsafe[route]
        who = town.someone(Role.LEGAL) if route in BY_LEGAL else administrator
        asker = nobody(town) if "{token:str}" in route or DEPOT in route else signed_in(who)
        before = _last(town)
        answer = send(
            town.client.request, method, call(method, path, _version(town, spare if "/api/" in path else about)), asker
        )
        entries = _entries(town, before)
        named = [entry for entry in entries if entry["event"] == EVENTS[route]]
        if answer.status_code >= 400 or not named:
            faults.append(f"{route}: {answer.status_code}, {[entry['event'] for entry in entries]}")
            continue
        for entry in entries:
            own = entry["account_id"] == who.account_id or asker.key == ""
            complete = entry["actor"] and entry["organisation_id"] and own and entry["snapshot"]
            if not complete or (entry["version"] > 1) != (entry["before"] is not None):
                faults.append(f"{route}: {entry}")
            if entry["version"] > 1 and entry["before"] == entry["snapshot"]:
                faults.append(f"{route}: before and after are the same: {entry}")
    jurist = town.someone(Role.LEGAL)
    for route in WITHOUT_EVENT:
        method, path = unsafe[route]
        who = jurist if route in {*SIMULATING, *PREVIEWS_OF_CONTRACTS, READING} else colleague
        # Only the piece of a contract is read, and only while it has not been.
        piece = (
            attach(jurist, number_of(a_contract(jurist, town)), a_pdf("Page."), "Contrat") if route == READING else 0
        )
        before = _last(town)
        asker = nobody(town) if route in {"POST /connexion", "POST /mot-de-passe-oublie"} else signed_in(who)
        theirs = replace(
            about, mailbox=f"{Role.STEWARD}.{town.authority_id}@essai.invalid", view_id=view,
            draft_id=_draft_of(town, colleague.account_id), evidence_id=piece or about.evidence_id,
        )  # fmt: skip
        wanted = call(method, path, theirs)
        if "session_id" in path:
            asker = signed_in(leaving)
            wanted = replace(wanted, path=f"/mon-compte/sessions/{_session_of(town, leaving.account_id)}/fermer")
        answer = send(town.client.request, method, wanted, asker)
        if answer.status_code not in {200, 201, 202, 303} or _entries(town, before):
            faults.append(f"{route}: {answer.status_code}, {_entries(town, before)}")

    assert not faults, "\n".join(faults)


def _session_of(town: Town, account_id: int) -> int:
    with town.acting() as session:
        number: int = session.execute(
            text("SELECT max(id) FROM signed_session WHERE account_id = :id AND revoked_at IS NULL"),
            {"id": account_id},
        ).scalar_one()
    return number


@pytest.mark.slow
@pytest.mark.paper
def test_what_a_job_does_for_somebody_names_them(furnished: Furnished) -> None:
    town = furnished.town
    steward = town.someone(Role.STEWARD)
    about = furnished.objects["commune"]
    unsafe = {f"{method} {path}": (method, path) for method, path in routes_of(town.client.app)}
    apply = "POST /imports/{batch_id:int}/appliquer"
    undo = "POST /imports/{batch_id:int}/defaire"
    for route in (apply, undo, "POST /documents"):
        before = _last(town)
        method, path = unsafe[route]
        wanted = call(method, path, replace(about, batch_id=about.previewed_id))
        answer = send(town.client.request, method, wanted, signed_in(steward))
        assert answer.status_code == 303, (route, answer.text)
        work_once(town.home.urls.jobs, town.home.jobs, job_functions(town.home, town.info))

        entries = _entries(town, before)
        assert entries, route
        assert {entry["account_id"] for entry in entries} == {steward.account_id}, route
        assert all(f"account:{steward.account_id}" in entry["actor"] for entry in entries), route
        assert {entry["organisation_id"] for entry in entries} == {town.commune_id}, route


def _draft_of(town: Town, account_id: int) -> int:
    """The latest draft of somebody, or a number that none has."""
    with town.acting() as session:
        query = text("SELECT coalesce(max(id), 0) FROM sheet_draft WHERE account_id = :account")
        number: int = session.execute(query, {"account": account_id}).scalar_one()
        return number
