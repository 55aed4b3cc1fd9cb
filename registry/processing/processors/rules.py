"""What the terms of a processor come to: which points stand, whether others may work below it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from registry.kernel.dates import plus_months
from registry.kernel.words import _, ngettext
from registry.processing.processors.vocabulary import Article28Point, PointState, SubProcessorAuthorisation

WARNED_MONTHS = 6
"""Units: months before the end of a contract from which its activities are warned: the time to renew it or leave."""


@dataclass(frozen=True)
class Terms:
    """What is known of the terms of a processor; a point that nobody looked at is in none of the sets."""

    points: Mapping[Article28Point, PointState]
    authorisation: SubProcessorAuthorisation | None
    sub_processors: int
    no_sub_processors: bool

    def standing(self, state: PointState) -> list[Article28Point]:
        """The points of that state; one nobody looked at is to check."""
        return [one for one in Article28Point if self.points.get(one, PointState.TO_CHECK) == state]

    @property
    def is_complete(self) -> bool | None:
        """Whether the contract settles the eight points; None as long as one is to check and none is absent."""
        if self.standing(PointState.ABSENT):
            return False
        return None if self.standing(PointState.TO_CHECK) else True

    @property
    def has_sub_processors(self) -> bool | None:
        """Whether somebody works below the processor; None where nobody said."""
        return True if self.sub_processors else False if self.no_sub_processors else None


NO_TERMS = Terms({}, None, 0, no_sub_processors=False)


def together(answers: Iterable[bool | None]) -> bool | None:
    """Whether all hold: one that does not settles it, one that is unknown leaves it open."""
    held = list(answers)
    if False in held:
        return False
    return None if None in held else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether one holds: one that does settles it, one that is unknown leaves it open."""
    held = list(answers)
    if True in held:
        return True
    return None if None in held else False


def warnings_of(
    terms: Terms, *, has_contract: bool, ends_on: date | None, acts_as_processor: bool, today: date
) -> list[str]:
    """What calls for somebody in the terms of a processor, in sentences, the gravest first.

    Law: GDPR art. 28 §2 and §3.
    """
    if not has_contract:
        return [_("Aucun contrat n’est dit : il faut un écrit qui le lie (art. 28 §3).")]
    said = []
    if ends_on is not None and ends_on < today:
        said.append(_("Le contrat est terminé : plus rien ne le lie."))
    elif ends_on is not None and ends_on <= plus_months(today, WARNED_MONTHS):
        said.append(_("Le contrat finit dans moins de six mois : préparez la suite et la restitution des données."))
    if not acts_as_processor:
        said.append(_("Le contrat ne lui donne pas le rôle de sous-traitant : corrigez la partie."))
    absent, unseen = terms.standing(PointState.ABSENT), terms.standing(PointState.TO_CHECK)
    if absent:
        letters = ", ".join(str(one) for one in absent)
        said.append(
            ngettext("Il manque le point {letters}.", "Il manque les points {letters}.", len(absent)).format(
                letters=letters
            )
        )
    if unseen:
        said.append(
            ngettext("Un point reste à vérifier.", "{count} points restent à vérifier.", len(unseen)).format(
                count=len(unseen)
            )
        )
    if terms.has_sub_processors and terms.authorisation is None:
        said.append(_("L’autorisation des sous-traitants ultérieurs reste à dire."))
    if terms.has_sub_processors and terms.authorisation is SubProcessorAuthorisation.NONE:
        said.append(_("Des sous-traitants ultérieurs travaillent sans autorisation écrite (art. 28 §2)."))
    return said
