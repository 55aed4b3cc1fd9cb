"""Search with its facets, beside what the index alone takes to answer the same questions."""

import time
from collections.abc import Iterator, Sequence

from ground import Ground
from measures import MIB, Measured

from registry.ledger.service import seal
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.search.asking import Asked, question, ranked
from registry.search.following import rebuild
from registry.search.index import current_folder, look
from registry.search.queries import search
from registry.search.vocabulary import SearchFacet

WORDS = (
    "bornes", "école", "captages eau", "déchets environnement", "direction urbanisme", "inventaire", "budget",
    "relevé 42", "système métier trimestre", "arbres culture", "DSP", "rgpd", "eau pot", "rel", "de", "dir",
    "entretien adresse", "relevé-17 parcelles",
)  # fmt: skip
"""What people type: rare and common words, several, beginnings, acronyms, a word that tells nothing."""
_ROUNDS, _WARMING = 12, 2


def measure_search(ground: Ground, home: Home) -> Iterator[Measured]:
    """The index built, then every question asked in turn, in this process."""
    with transaction(home.jobs, Acting("sealer"), **ground.info) as session:
        seal(session)
    began = time.perf_counter()
    held = rebuild(home)
    seconds = time.perf_counter() - began
    size = sum(file.stat().st_size for file in (current_folder(ground.root) or ground.root).iterdir() if file.is_file())
    yield Measured(
        f"index de {held} fiches, construit des tables", f"{held / seconds:.0f} fiches/s, {size / MIB:.1f} Mio"
    )
    reach = frozenset((*ground.owners, ground.reported, *ground.importing))
    with transaction(home.app, Acting("account:1", reads=reach), **ground.info) as session:
        whole, work, alone = list[float](), list[float](), list[float]()
        for number in range(_ROUNDS):
            for words in WORDS:
                asked = Asked(words)
                clock, thread = time.perf_counter(), time.thread_time()
                search(session, ground.root, asked, reach)
                if number >= _WARMING:
                    whole.append(time.perf_counter() - clock)
                    work.append(time.thread_time() - thread)
                thread = time.thread_time()
                look(ground.root).find(ranked(asked, reach), limit=20)
                look(ground.root).count(question(asked, reach), list(SearchFacet))
                if number >= _WARMING:
                    alone.append(time.thread_time() - thread)
    yield Measured(
        f"recherche avec {len(SearchFacet)} facettes, {len(WORDS)} questions, au travail",
        f"p50 {_at(work, 0.5):.1f} ms, p95 {_at(work, 0.95):.1f} ms (horloge : p95 {_at(whole, 0.95):.1f} ms)",
        f"l’index seul : p50 {_at(alone, 0.5):.1f} ms, p95 {_at(alone, 0.95):.1f} ms",
        _at(work, 0.95),
        20,
        "ms au p95",
        at_most=True,
    )


def _at(seconds: Sequence[float], share: float) -> float:
    return 1000 * sorted(seconds)[int(len(seconds) * share)]
