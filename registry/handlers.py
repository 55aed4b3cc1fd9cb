"""What the rooms show: every page, every call of the API, and every panel on somebody else’s sheet."""

from litestar.handlers import HTTPRouteHandler

from registry.accounts import routes as accounts_routes
from registry.compliance import api as compliance_api
from registry.compliance import panels as compliance_panels
from registry.compliance import routes as compliance_routes
from registry.compliance.decisions import api as decisions_api
from registry.compliance.decisions import routes as decisions_routes
from registry.compliance.deviations import api as deviations_api
from registry.compliance.deviations import routes as deviations_routes
from registry.compliance.listing import routes as findings_list
from registry.compliance.simulations import api as simulations_api
from registry.compliance.simulations import routes as simulations_routes
from registry.contracts import api as contracts_api
from registry.contracts import coverage_routes as contracts_coverage
from registry.contracts import panels as contracts_panels
from registry.contracts import routes as contracts_routes
from registry.contracts.clauses import amendment_routes as contracts_amendments
from registry.contracts.clauses import api as contracts_clauses_api
from registry.contracts.clauses import routes as contracts_clauses
from registry.contracts.clauses import stipulation_routes as contracts_stipulations
from registry.contracts.covering import api as covering_api
from registry.contracts.covering import panels as covering_panels
from registry.contracts.covering import routes as covering_routes
from registry.contracts.decp import api as decp_api
from registry.contracts.decp import panels as decp_panels
from registry.contracts.decp import routes as decp_routes
from registry.contracts.deliveries import api as deliveries_api
from registry.contracts.deliveries import receipt_routes as deliveries_receipts
from registry.contracts.deliveries import routes as deliveries_routes
from registry.contracts.depots import api as depots_api
from registry.contracts.depots import depot_routes
from registry.contracts.depots import routes as depots_routes
from registry.contracts.drafting import routes as contracts_drafting
from registry.contracts.followup import api as followup_api
from registry.contracts.followup import routes as followup_routes
from registry.contracts.followup import step_api as followup_steps_api
from registry.contracts.followup import step_routes as followup_steps
from registry.contracts.matrix import api as contracts_matrix_api
from registry.contracts.matrix import routes as contracts_matrix
from registry.contracts.reminders import api as reminders_api
from registry.contracts.reminders import panels as reminders_panels
from registry.contracts.reminders import routes as reminders_routes
from registry.contracts.upstream import panels as upstream_panels
from registry.dashboard import routes as dashboard_routes
from registry.datasets import api as datasets_api
from registry.datasets import as_of_routes as datasets_as_of
from registry.datasets import beginning_api, together_api
from registry.datasets import draft_routes as datasets_drafts
from registry.datasets import form_routes as datasets_forms
from registry.datasets import law_routes as datasets_law
from registry.datasets import part_routes as datasets_parts
from registry.datasets import routes as datasets_routes
from registry.datasets.bulk import routes as datasets_bulk
from registry.datasets.detection import api as detection_api
from registry.datasets.detection import routes as detection_routes
from registry.datasets.listing import cell_routes as datasets_cells
from registry.datasets.listing import routes as datasets_list
from registry.datasets.listing import view_routes as datasets_views
from registry.datasets.systems import api as systems_api
from registry.datasets.systems import routes as systems_routes
from registry.desk import api as desk_api
from registry.desk import deadline_routes as deadlines_routes
from registry.desk import handover_routes as handovers_routes
from registry.desk import panels as desk_panels
from registry.desk import question_routes as questions_routes
from registry.desk import routes as desk_routes
from registry.desk import stand_in_routes as stand_ins_routes
from registry.documents import api as documents_api
from registry.documents import form_routes as documents_forms
from registry.documents import panels as documents_panels
from registry.documents import routes as documents_routes
from registry.erasures import api as erasures_api
from registry.erasures import routes as erasures_routes
from registry.exchange import api as exchange_api
from registry.exchange import routes as exchange_routes
from registry.exchange.activities import api as record_imports_api
from registry.exchange.activities import import_routes as record_imports
from registry.exchange.activities import routes as record_files
from registry.exchange.exports import routes as exports_routes
from registry.exchange.tables import routes as tables_routes
from registry.governance import action_routes as actions_routes
from registry.governance import api as governance_api
from registry.governance import routes as governance_routes
from registry.governance import training_api, training_routes
from registry.governance.campaigns import api as campaigns_api
from registry.governance.campaigns import panels as campaigns_panels
from registry.governance.campaigns import routes as campaigns_routes
from registry.governance.panels import untrained_among
from registry.governance.stakes import routes as stakes_routes
from registry.legal import api as legal_api
from registry.legal import routes as legal_routes
from registry.legal import watch_api as legal_watch_api
from registry.legal import watch_routes as legal_watch
from registry.lifecycle import api as lifecycle_api
from registry.lifecycle import delegation_api, delegation_routes, refusal_api, refusal_routes
from registry.lifecycle import panels as lifecycle_panels
from registry.lifecycle import routes as lifecycle_routes
from registry.organisations import api as organisations_api
from registry.organisations import panels as organisations_panels
from registry.organisations import routes as organisations_routes
from registry.processing import api as processing_api
from registry.processing import dataset_routes as processing_datasets
from registry.processing import panels as processing_panels
from registry.processing import part_routes as processing_parts
from registry.processing import past_routes as processing_past
from registry.processing import routes as processing_routes
from registry.processing import template_routes as processing_templates
from registry.processing.assessments import api as assessments_api
from registry.processing.assessments import panels as assessments_panels
from registry.processing.assessments import routes as assessments_routes
from registry.processing.assessments import step_routes as assessments_steps
from registry.processing.breaches import api as breaches_api
from registry.processing.breaches import panels as breaches_panels
from registry.processing.breaches import routes as breaches_routes
from registry.processing.breaches import touched_routes as breaches_touched
from registry.processing.joint import api as joint_api
from registry.processing.joint import panels as joint_panels
from registry.processing.joint import routes as joint_routes
from registry.processing.measures import api as measures_api
from registry.processing.measures import panels as measures_panels
from registry.processing.measures import routes as measures_routes
from registry.processing.oversight import routes as oversight_routes
from registry.processing.processors import api as processors_api
from registry.processing.processors import panels as processors_panels
from registry.processing.processors import routes as processors_routes
from registry.processing.requests import api as requests_api
from registry.processing.requests import routes as requests_routes
from registry.processing.retention import api as retention_api
from registry.processing.retention import list_routes as retention_lists
from registry.processing.retention import panels as retention_panels
from registry.processing.retention import routes as retention_routes
from registry.processing.retention import rule_api as retention_rules_api
from registry.processing.retention import rule_routes as retention_rules
from registry.processing.retention import slip_api as retention_slips_api
from registry.processing.retention import slip_routes as retention_slips
from registry.public import feed_routes as public_feeds
from registry.public import routes as public_routes
from registry.publication import api as publication_api
from registry.publication import panels as publication_panels
from registry.publication import routes as publication_routes
from registry.reporting import api as reporting_api
from registry.reporting import comparison_api, comparison_routes
from registry.reporting import panels as reporting_panels
from registry.reporting import routes as reporting_routes
from registry.reporting.approvals import api as approvals_api
from registry.reporting.approvals import routes as approvals_routes
from registry.search import api as search_api
from registry.search import routes as search_routes
from registry.search.pieces import api as pieces_api
from registry.search.pieces import panels as pieces_panels
from registry.search.pieces import routes as pieces_routes
from registry.web import help_routes
from registry.web import routes as web_routes
from registry.web.visits import Panel

PANELS: tuple[Panel, ...] = (
    *compliance_panels.PANELS,
    *lifecycle_panels.PANELS,
    *publication_panels.PANELS,
    *organisations_panels.PANELS,
    *documents_panels.PANELS,
    *contracts_panels.PANELS,
    *covering_panels.PANELS,
    *upstream_panels.PANELS,
    *decp_panels.PANELS,
    *reminders_panels.PANELS,
    *reporting_panels.PANELS,
    *pieces_panels.PANELS,
    *assessments_panels.PANELS,
    *processors_panels.PANELS,
    *joint_panels.PANELS,
    *measures_panels.PANELS,
    *breaches_panels.PANELS,
    *processing_panels.PANELS,
    *retention_panels.PANELS,
    *campaigns_panels.PANELS,
    *desk_panels.PANELS,
)

organisations_panels.MARKS.append(untrained_among)

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    *web_routes.HANDLERS,
    *help_routes.HANDLERS,
    *accounts_routes.HANDLERS,
    *organisations_routes.HANDLERS,
    *organisations_api.HANDLERS,
    *legal_routes.HANDLERS,
    *legal_watch.HANDLERS,
    *legal_api.HANDLERS,
    *legal_watch_api.HANDLERS,
    *findings_list.HANDLERS,
    *compliance_routes.HANDLERS,
    *compliance_api.HANDLERS,
    *decisions_routes.HANDLERS,
    *deviations_routes.HANDLERS,
    *simulations_routes.HANDLERS,
    *decisions_api.HANDLERS,
    *simulations_api.HANDLERS,
    *deviations_api.HANDLERS,
    *documents_routes.HANDLERS,
    *documents_forms.HANDLERS,
    *documents_api.HANDLERS,
    *datasets_routes.HANDLERS,
    *datasets_list.HANDLERS,
    *datasets_views.HANDLERS,
    *datasets_cells.HANDLERS,
    *datasets_law.HANDLERS,
    *lifecycle_routes.HANDLERS,
    *lifecycle_api.HANDLERS,
    *delegation_routes.HANDLERS,
    *delegation_api.HANDLERS,
    *refusal_routes.HANDLERS,
    *refusal_api.HANDLERS,
    *governance_routes.HANDLERS,
    *actions_routes.HANDLERS,
    *training_routes.HANDLERS,
    *stakes_routes.HANDLERS,
    *governance_api.HANDLERS,
    *training_api.HANDLERS,
    *campaigns_routes.HANDLERS,
    *campaigns_api.HANDLERS,
    *publication_routes.HANDLERS,
    *publication_api.HANDLERS,
    *datasets_bulk.HANDLERS,
    *datasets_forms.HANDLERS,
    *datasets_parts.HANDLERS,
    *datasets_drafts.HANDLERS,
    *datasets_as_of.HANDLERS,
    *detection_routes.HANDLERS,
    *systems_routes.HANDLERS,
    *datasets_api.HANDLERS,
    *together_api.HANDLERS,
    *detection_api.HANDLERS,
    *beginning_api.HANDLERS,
    *systems_api.HANDLERS,
    *contracts_routes.HANDLERS,
    *contracts_coverage.HANDLERS,
    *contracts_clauses.HANDLERS,
    *contracts_matrix.HANDLERS,
    *contracts_drafting.HANDLERS,
    *contracts_matrix_api.HANDLERS,
    *contracts_amendments.HANDLERS,
    *contracts_stipulations.HANDLERS,
    *covering_routes.HANDLERS,
    *covering_api.HANDLERS,
    *contracts_clauses_api.HANDLERS,
    *followup_routes.HANDLERS,
    *followup_steps.HANDLERS,
    *followup_steps_api.HANDLERS,
    *followup_api.HANDLERS,
    *deliveries_routes.HANDLERS,
    *deliveries_receipts.HANDLERS,
    *deliveries_api.HANDLERS,
    *depots_routes.HANDLERS,
    *depot_routes.HANDLERS,
    *depots_api.HANDLERS,
    *reminders_routes.HANDLERS,
    *reminders_api.HANDLERS,
    *contracts_api.HANDLERS,
    *decp_routes.HANDLERS,
    *decp_api.HANDLERS,
    *oversight_routes.HANDLERS,
    *processing_routes.HANDLERS,
    *assessments_routes.HANDLERS,
    *assessments_steps.HANDLERS,
    *processing_parts.HANDLERS,
    *processing_templates.HANDLERS,
    *processing_past.HANDLERS,
    *processing_datasets.HANDLERS,
    *processing_api.HANDLERS,
    *assessments_api.HANDLERS,
    *processors_routes.HANDLERS,
    *processors_api.HANDLERS,
    *joint_routes.HANDLERS,
    *joint_api.HANDLERS,
    *measures_routes.HANDLERS,
    *measures_api.HANDLERS,
    *breaches_routes.HANDLERS,
    *breaches_touched.HANDLERS,
    *requests_routes.HANDLERS,
    *retention_routes.HANDLERS,
    *retention_lists.HANDLERS,
    *retention_rules.HANDLERS,
    *retention_slips.HANDLERS,
    *retention_api.HANDLERS,
    *retention_rules_api.HANDLERS,
    *retention_slips_api.HANDLERS,
    *breaches_api.HANDLERS,
    *requests_api.HANDLERS,
    *exchange_routes.HANDLERS,
    *tables_routes.HANDLERS,
    *exports_routes.HANDLERS,
    *record_files.HANDLERS,
    *record_imports.HANDLERS,
    *record_imports_api.HANDLERS,
    *exchange_api.HANDLERS,
    *public_routes.HANDLERS,
    *public_feeds.HANDLERS,
    *search_routes.HANDLERS,
    *search_api.HANDLERS,
    *pieces_routes.HANDLERS,
    *pieces_api.HANDLERS,
    *reporting_routes.HANDLERS,
    *approvals_routes.HANDLERS,
    *comparison_routes.HANDLERS,
    *desk_routes.HANDLERS,
    *questions_routes.HANDLERS,
    *handovers_routes.HANDLERS,
    *stand_ins_routes.HANDLERS,
    *desk_api.HANDLERS,
    *dashboard_routes.HANDLERS,
    *deadlines_routes.HANDLERS,
    *reporting_api.HANDLERS,
    *comparison_api.HANDLERS,
    *approvals_api.HANDLERS,
    *erasures_routes.HANDLERS,
    *erasures_api.HANDLERS,
)
