"""Logs: one JSON object a line, with the request they belong to; a text never makes two lines."""

import logging
import re
import sys
import threading
from types import TracebackType
from typing import Any

import psycopg
import structlog
from structlog.typing import EventDict

from registry.kernel.errors import Refusal

log = structlog.get_logger(__name__)

# What the database says in detail of a refusal is the row itself, on as many lines as its texts have.
_DETAIL = re.compile(
    r"^DETAIL: .*?(?=^(?:HINT|CONTEXT|QUERY): |^\[|^$|^Traceback|^  File |\Z)", re.MULTILINE | re.DOTALL
)


def configure_logs(level: str) -> None:
    """Sends every log of this process to the error output, as JSON."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _in_one_sentence,
        structlog.processors.format_exc_info,
        _without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in ("alembic", "procrastinate"):
        # They tell each step they take; whoever asked for a registry did not ask for that.
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


def keep_journal(level: str) -> None:
    """Makes the error output of this process a journal, where warnings and what ends it are lines of JSON too."""
    configure_logs(level)
    logging.captureWarnings(capture=True)
    sys.excepthook = _tell_defect
    threading.excepthook = lambda told: _tell_defect(told.exc_type, told.exc_value, told.exc_traceback)


def _in_one_sentence(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Says what refuses, or that the database is away, without the trace of who asked: nothing there is to mend."""
    given = event.get("exc_info")
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    known = set[int]()
    while isinstance(error, BaseException) and id(error) not in known:
        if isinstance(error, Refusal | psycopg.OperationalError):
            said = str(error).strip().splitlines()
            del event["exc_info"]
            event["problem"] = said[0] if said else type(error).__name__
            break
        known.add(id(error))
        error = error.__cause__ or error.__context__
    return event


def _without_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Leaves out of a trace the values that the database quotes: a log outlives what is erased."""
    trace = event.get("exception")
    if isinstance(trace, str) and "DETAIL: " in trace:
        event["exception"] = _DETAIL.sub("DETAIL: …\n", trace)
    return event


def _tell_defect(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """What ends a process or a thread is one line of its log too."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        log.critical("ended by an error", exc_info=(kind, error, trace))
