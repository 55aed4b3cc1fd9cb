"""What is kept for the directors' page: figures of past months, as the history of findings says them."""

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from registry.dashboard.vocabulary import Figure
from registry.platform.tables import Kind, Numbered, stored


class MonthlyFigure(Numbered, table=True):
    """What a figure said of one body on one day: written anew each night from the history of findings.

    `confided` is the part that only whoever answers for breaches and requests may read.
    """

    __tablename__ = "monthly_figure"
    __table_args__ = (
        Index(None, "organisation_id", "figure", "day", "confided", unique=True),
        {"info": {"kind": Kind.WORK}},
    )

    organisation_id: int = Field(sa_type=BigInteger, foreign_key="organisation.id")
    day: date
    figure: Figure = stored(Figure)
    confided: bool
    number: int
    total: int
