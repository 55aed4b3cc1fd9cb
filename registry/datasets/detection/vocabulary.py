"""The reasons for which a suggestion is most often refused, said in one gesture."""

from registry.kernel.words import Labelled, mark


class UsualReason(Labelled):
    """Why a suggestion is refused, in the words kept on it; another reason is written."""

    ORGANISATION = "organisation", mark("Un organisme ou un service, pas une personne")
    PLACE = "place", mark("Un lieu ou un équipement public")
    REFERENCE = "reference", mark("Une référence qui ne mène à personne")
    INVENTED = "invented", mark("Des valeurs d’essai, inventées")
