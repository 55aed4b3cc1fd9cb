"""A town whose sheets are indexed as `beffroi serve` indexes them: sealed, then followed."""

from collections.abc import Iterator
from typing import Any

import pytest

from registry.ledger.service import seal
from registry.search.following import Follower
from tests.conftest import Someone, Town


class Searched:
    """A town and the follower of its index."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.follower = Follower(town.home)

    def catch_up(self) -> int:
        """Seals what was written, then indexes it."""
        with self.town.acting("sealer") as session:
            seal(session)
        return self.follower.step()

    def titles(self, who: Someone, words: str, **narrowed: Any) -> list[str]:
        """What somebody finds, best first."""
        answer = who.api("GET", "/api/v1/search", params={"q": words, **narrowed})
        assert answer.status_code == 200, answer.text
        return [hit["title"] for hit in answer.json()["hits"]]

    def body(self, who: Someone, words: str, **narrowed: Any) -> dict[str, Any]:
        """The whole answer."""
        answer: dict[str, Any] = who.api("GET", "/api/v1/search", params={"q": words, **narrowed}).json()
        return answer


@pytest.fixture
def searched(town: Town) -> Iterator[Searched]:
    """An opened registry whose index this test follows."""
    made = Searched(town)
    yield made
    made.follower.close()
