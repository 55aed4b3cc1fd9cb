"""An official text that two policies cite, the same for every organisation."""

from datetime import date

from sqlalchemy.orm import Session

from registry.legal.reading import ReadArticle, ReadVersion
from registry.legal.service import load_articles
from registry.legal.vocabulary import ArticleState, LegalSource, TextNature

TEXT, ARTICLE = "LEGITEXT000031366350", "D323-2-1"


def load_official(session: Session) -> None:
    """One article of a code, in its version of today."""
    version = ReadVersion(
        "LEGIARTI000044403448", ARTICLE, ArticleState.IN_FORCE, date(2021, 12, 4), None, "Premier.\nSecond."
    )
    title = "Code des relations entre le public et l’administration"
    article = ReadArticle(TEXT, title, TextNature.CODE, LegalSource.NPM_PACKAGE, ARTICLE, version)
    load_articles(session, [article], today=date(2026, 11, 24))
