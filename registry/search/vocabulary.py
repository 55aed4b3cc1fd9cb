"""What a search is narrowed by, with French labels."""

from enum import StrEnum

from registry.kernel.words import _, mark


class SearchFacet(StrEnum):
    """What a search is narrowed by and counted by: each is a field of the index."""

    ORGANISATION = "organisation_id"
    THEME = "theme"
    PERSONAL_DATA = "personal_data"
    ACCESS_RIGHTS = "access_rights"
    LICENCE = "licence"
    STAGE = "stage"
    FORMAT = "format"

    @property
    def label(self) -> str:
        """The facet in the reader's language."""
        return _(_FACET_LABELS[self])


_FACET_LABELS = {
    SearchFacet.ORGANISATION: mark("Organisation"),
    SearchFacet.THEME: mark("Thème"),
    SearchFacet.PERSONAL_DATA: mark("Données personnelles"),
    SearchFacet.ACCESS_RIGHTS: mark("Niveau d’accès"),
    SearchFacet.LICENCE: mark("Licence"),
    SearchFacet.STAGE: mark("Étape"),
    SearchFacet.FORMAT: mark("Format"),
}
