"""A load, whole or not at all: a file is read to its end before anything of it is written."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter

from registry.legal.legi_files import read_source
from registry.legal.reading import ReadArticle
from registry.legal.rules import Citation, Wanted, number_key

_AT_ONCE = 500
"""How many articles one transaction keeps: none lasts more than a few seconds."""
_IN_MEMORY = 8 << 20
_ARTICLES = TypeAdapter(ReadArticle)


class Spool:
    """What was kept of a file, in order, on the disk past a few megabytes; gone when closed."""

    def __init__(self, given: Path, wanted: Wanted) -> None:
        """Reads a file to its end.

        Raises: Unreadable, in one sentence: nothing was written anywhere.
        """
        self.count = 0
        self.titles: dict[str, str] = {}
        self.found: set[Citation] = set()
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- closed by the block below.
        try:
            for article in read_source(given, wanted):
                self._file.write(_ARTICLES.dump_json(article) + b"\n")
                self.count += 1
                self.titles[article.text] = article.title
                self.found.add(Citation(article.text, number_key(article.number)))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_raised: object) -> None:
        self._file.close()

    def batches(self) -> Iterator[list[ReadArticle]]:
        """The articles, as many at a time as one transaction keeps."""
        self._file.seek(0)
        batch: list[ReadArticle] = []
        for line in self._file:
            batch.append(_ARTICLES.validate_json(line))
            if len(batch) == _AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch
