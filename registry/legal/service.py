"""Keeping what was read of legal texts: the same article read twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from registry.legal.models import LegalArticle, LegalArticleVersion, LegalText
from registry.legal.queries import find_articles_of, find_texts_by_identifier, find_versions
from registry.legal.reading import ReadArticle, ReadVersion
from registry.legal.rules import number_key, number_sort
from registry.legal.vocabulary import LegalSource
from registry.platform.tables import set_those_that_differ


@dataclass(frozen=True)
class Loaded:
    """What a load came to: official versions new, replaced, and already there; and those of which only dates came."""

    new: int = 0
    changed: int = 0
    same: int = 0
    dated: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            self.new + other.new, self.changed + other.changed, self.same + other.same, self.dated + other.dated
        )


def load_articles(session: Session, read: Sequence[ReadArticle], *, today: date) -> Loaded:
    """Keeps articles read from a file: what is already there is replaced only where it differs."""
    texts = _texts(session, read)
    articles = _articles(session, read, texts)
    # What a version's own file says of its days comes before what the files of others tell of them.
    own = {one.version.identifier for one in read}
    pairs = [
        (one, version)
        for one in read
        for version in (one.version, *(other for other in one.others if other.identifier not in own))
    ]
    known = find_versions(session, {version.identifier for _one, version in pairs})
    done = Loaded()
    for one, version in pairs:
        article = articles[texts[one.text].id, number_key(version.number)]
        row = known.get(version.identifier)
        if row is None:
            known[version.identifier] = _added(session, article, version, one.source, today)
            done += Loaded(new=1) if version.content is not None else Loaded(dated=1)
        elif version.content is not None:
            done += _replaced(row, version, one.source, today)
        elif _set_dates(row, version):
            # A version that was read as in force has been replaced since, or its day was fixed: its words stand.
            done += Loaded(dated=1)
    session.flush()
    return done


def _texts(session: Session, read: Sequence[ReadArticle]) -> dict[str, LegalText]:
    texts = find_texts_by_identifier(session, {one.text for one in read})
    for one in read:
        if one.text not in texts:
            texts[one.text] = LegalText(identifier=one.text, title=one.title, nature=one.nature)
            session.add(texts[one.text])
        set_those_that_differ(texts[one.text], title=one.title, nature=one.nature)
    session.flush()
    return texts


def _articles(
    session: Session, read: Sequence[ReadArticle], texts: dict[str, LegalText]
) -> dict[tuple[int, str], LegalArticle]:
    numbers = {
        (texts[one.text].id, number_key(version.number)): version.number
        for one in read
        for version in (*one.others, one.version)
    }
    articles = find_articles_of(session, numbers)
    for (text_id, key), number in numbers.items():
        if (text_id, key) not in articles:
            made = LegalArticle(text_id=text_id, number=number, number_key=key, number_sort=number_sort(number))
            articles[text_id, key] = made
            session.add(made)
    session.flush()
    return articles


def _added(
    session: Session, article: LegalArticle, version: ReadVersion, source: LegalSource, today: date
) -> LegalArticleVersion:
    made = LegalArticleVersion(
        article_id=article.id, identifier=version.identifier, state=version.state,
        in_force_from=version.in_force_from, in_force_until=version.in_force_until, content=version.content,
        note=version.note, modified_by=version.modified_by, source=source, loaded_on=today,
    )  # fmt: skip
    session.add(made)
    return made


def _set_dates(row: LegalArticleVersion, version: ReadVersion) -> bool:
    return set_those_that_differ(
        row, state=version.state, in_force_from=version.in_force_from, in_force_until=version.in_force_until
    )


def _replaced(row: LegalArticleVersion, version: ReadVersion, source: LegalSource, today: date) -> Loaded:
    """A version whose dates alone were known until now is a new one; of another, what differs is replaced."""
    known = row.content is not None
    dated = _set_dates(row, version)
    worded = set_those_that_differ(row, content=version.content, note=version.note, modified_by=version.modified_by)
    if not (dated or worded):
        return Loaded(same=1)
    set_those_that_differ(row, source=source, loaded_on=today)
    return Loaded(changed=1) if known else Loaded(new=1)
