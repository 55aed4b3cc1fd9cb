"""What reads a stranger's file or lays out a document runs apart, and knows neither database nor web."""

import subprocess
import sys

import pytest

WORKERS = {
    "registry.erasures.pdf_worker": {"pydantic", "rdflib", "weasyprint"},
    "registry.exchange.portals.worker": {"pydantic", "rdflib", "weasyprint"},
    "registry.exchange.rdf.worker": {"pydantic", "weasyprint"},
    "registry.inspection.worker": {"pydantic", "rdflib", "weasyprint"},
    "registry.exchange.tables.worker": {"pydantic", "rdflib", "weasyprint"},
    "registry.reporting.page_worker": {"weasyprint", "rdflib"},
    "registry.reporting.pdf_worker": {"rdflib"},
}
"""Each process with what it has no use for, beside the database and the web."""

NEEDED = {"registry.erasures.pdf_worker": {"cryptography"}}
"""What one process needs of what the others never load: many a PDF is encrypted, with no password to open it."""

NEVER = {
    "alembic",
    "cryptography",
    "granian",
    "litestar",
    "obstore",
    "procrastinate",
    "psycopg",
    "sqlalchemy",
    "sqlmodel",
}


@pytest.mark.paper
@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_stays_light_and_knows_no_database(worker: str) -> None:
    code = f"import sys, {worker}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    heavy = set(done.stdout.split()) & ((NEVER - NEEDED.get(worker, set())) | WORKERS[worker])
    assert not heavy, f"{worker} starts once a file: import from it nothing that brings {sorted(heavy)}"


def test_the_web_loads_no_library_that_only_a_document_needs() -> None:
    code = "import sys, registry.app; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert not set(done.stdout.split()) & {"docx", "lets_plot", "openpyxl", "pyarrow", "rdflib", "weasyprint"}
