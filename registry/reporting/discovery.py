"""Finds the reports this product ships: one folder each, told by its `report.toml`.

A folder may ship other editions of its report, made by the same content and template: each has a file of its own,
`report_communicable.toml` beside `report.toml`, and is a report by itself, named after both.

A report folder is code. It is looked for among the product's own files and nowhere else: never in a folder
of policies or of uploads.
"""

import hashlib
import importlib
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from registry.kernel.errors import NotFound, Unreadable
from registry.kernel.permissions import Permission, Role, permissions_of
from registry.kernel.words import _
from registry.platform.assets import PACKAGE, asset_root
from registry.reporting.vocabulary import Chart, Frame, Table

SHARED = "_base"
_DECLARED = "report"
_SHAPING = (
    "approval.py", "charts.py", "composing.py", "marking.py", "pdf_worker.py", "page_worker.py", "sheets.py",
    "templating.py", "twins.py",
)  # fmt: skip


class ContentModule(Protocol):
    """What the `content.py` of a report offers; `content` is its own frozen value."""

    def from_sample(self, values: Mapping[str, Any]) -> object:
        """The content a sample describes."""

    def from_canonical(self, data: bytes) -> object:
        """The content its canonical JSON twin describes."""

    def to_canonical(self, content: Any) -> bytes:
        """The canonical JSON twin of a content."""

    def tables(self, content: Any) -> Sequence[Table]:
        """The tables of a content: the first is its CSV twin, a workbook holds them all."""

    def charts(self, content: Any) -> Mapping[str, Chart]:
        """The charts of a content, by name."""

    def frame(self, content: Any) -> Frame:
        """What the cover, the running footer and the metadata say."""


_OFFERED = ("from_sample", "from_canonical", "to_canonical", "tables", "charts", "frame")


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: dict[str, str]
    language: str = Field(pattern=r"^[a-z]{2}$")
    template: str
    stylesheet: str
    sample: str
    file_name: str = Field(pattern=r"^[a-z0-9-]+$")
    approval: tuple[Role, ...] = ()
    compared: bool = False
    sections: dict[str, str] = Field(default_factory=dict)
    final: dict[str, str] = Field(default_factory=dict)
    final_file_name: str = Field(default="", pattern=r"^[a-z0-9-]*$")

    @field_validator("approval")
    @classmethod
    def _able(cls, value: tuple[Role, ...]) -> tuple[Role, ...]:
        if unable := [role for role in value if Permission.REPORTING_DOCUMENT_APPROVE not in permissions_of(role)]:
            raise ValueError(", ".join(unable))
        return value


@dataclass(frozen=True)
class Report:
    """A kind of document the registry can issue.

    One with `approval` is issued as a draft, and as final once somebody of one of these roles approved it; `sections`
    are those of its pages that may be annotated, by the anchor of each. One that is `compared` says what changed since
    the one before. `finals` are its names once approved, where they are others than those of its draft, and
    `final_file_name` that of the files within it.
    """

    id: str
    folder: Path
    titles: Mapping[str, str]
    language: str
    template: str
    stylesheet: str
    sample: Path
    file_name: str
    approval: tuple[Role, ...]
    compared: bool
    sections: Mapping[str, str]
    finals: Mapping[str, str]
    final_file_name: str

    def title(self, locale: str) -> str:
        """The report's name in a language, or in its own where that one is missing."""
        return self.titles.get(locale, self.titles[self.language])

    def final_title(self, locale: str) -> str:
        """Its name once approved, in a language."""
        return self.finals.get(locale) or self.finals.get(self.language) or self.title(locale)

    @property
    def content(self) -> ContentModule:
        """The module that holds this report's content, loaded by its path."""
        return cast(ContentModule, _load(self.folder))

    @property
    def template_sha256(self) -> str:
        """One SHA-256 over every file of the product that shapes this report's bytes."""
        return _digest(self.folder)


def find_reports() -> tuple[Report, ...]:
    """Every report the product ships, by identifier."""
    return tuple(_read(file) for file in sorted(asset_root("reports").glob(f"*/{_DECLARED}*.toml")))


def get_report(report_id: str) -> Report:
    """The report of that identifier.

    Raises:
        NotFound: no report bears it.
    """
    reports = find_reports()
    for report in reports:
        if report.id == report_id:
            return report
    known = ", ".join(report.id for report in reports)
    message = _("Aucun rapport ne s’appelle « {name} ». Rapports connus : {known}.")
    raise NotFound(message.format(name=report_id, known=known))


def _read(file: Path) -> Report:
    folder = file.parent
    try:
        declared = _Declaration.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        message = _("Le fichier {file} ne décrit pas un rapport : {error}")
        raise Unreadable(message.format(file=file, error=error)) from error
    expected = f"{folder.name}{file.stem.removeprefix(_DECLARED)}".replace("_", "-")
    if declared.id != expected:
        message = _("Le rapport « {name} » doit porter le nom de son dossier : {folder}.")
        raise Unreadable(message.format(name=declared.id, folder=expected))
    return Report(
        id=declared.id,
        folder=folder,
        titles=declared.title,
        language=declared.language,
        template=f"{folder.name}/{declared.template}",
        stylesheet=f"{folder.name}/{declared.stylesheet}",
        sample=folder / declared.sample,
        file_name=declared.file_name,
        approval=declared.approval,
        compared=declared.compared,
        sections=declared.sections,
        finals=declared.final,
        final_file_name=declared.final_file_name or declared.file_name,
    )


@lru_cache
def _load(folder: Path) -> ModuleType:
    # The folder is made a package of its own name, so that its content may have other modules beside it.
    name = "beffroi_report_" + re.sub(r"\W", "_", folder.name)
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    module = importlib.import_module(f"{name}.content")
    absent = [offered for offered in _OFFERED if not callable(getattr(module, offered, None))]
    if absent:
        message = _("Le contenu du rapport {name} n’offre pas : {absent}.")
        raise Unreadable(message.format(name=folder.name, absent=", ".join(absent)))
    return module


@lru_cache
def _digest(folder: Path) -> str:
    files = [path for place in (folder, folder.parent / SHARED) for path in place.rglob("*") if path.is_file()]
    shaping = [path for path in files if path.suffix in {".html", ".css", ".py", ".svg"}]
    shaping += [PACKAGE / "reporting" / name for name in _SHAPING]
    digest = hashlib.sha256()
    for path in sorted(shaping, key=lambda path: (path.parent.name, path.name)):
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
