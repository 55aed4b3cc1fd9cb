"""What a search is narrowed by, with French labels."""

from registry.kernel.words import Labelled, mark


class SearchFacet(Labelled):
    """What a search is narrowed by and counted by: each is a field of the index."""

    ORGANISATION = "organisation_id", mark("Organisation")
    THEME = "theme", mark("Thème")
    PERSONAL_DATA = "personal_data", mark("Données personnelles")
    ACCESS_RIGHTS = "access_rights", mark("Niveau d’accès")
    LICENCE = "licence", mark("Licence")
    STAGE = "stage", mark("Étape")
    FORMAT = "format", mark("Format")
