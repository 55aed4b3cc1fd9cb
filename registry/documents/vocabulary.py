"""The closed lists of evidence: what a file is, what it may prove, where its validity stands."""

from registry.kernel.words import Labelled, mark


class EvidenceKind(Labelled):
    """What kind of document a piece of evidence is."""

    DELIBERATION = "deliberation", mark("Délibération")
    DECISION = "decision", mark("Arrêté ou décision")
    CONTRACT = "contract", mark("Contrat ou avenant signé")
    PROCESSING_TERMS = "processing-terms", mark("Clauses de sous-traitance (RGPD art. 28)")
    JOINT_ARRANGEMENT = "joint-arrangement", mark("Accord entre responsables conjoints (RGPD art. 26)")
    DPIA = "dpia", mark("Analyse d’impact (AIPD)")
    NOTICE = "notice", mark("Mention d’information aux personnes")
    CONSENT = "consent", mark("Recueil de consentement")
    CERTIFICATE = "certificate", mark("Certificat ou attestation de conformité")
    AUDIT = "audit", mark("Rapport d’audit ou de contrôle")
    TEST = "test", mark("Compte rendu d’essai (restauration, sortie, intrusion)")
    ANONYMISATION_PROOF = "anonymisation-proof", mark("Preuve d’anonymisation (document)")
    REDACTION = "redaction", mark("Preuve d’occultation (document)")
    DELETION = "deletion", mark("Attestation de suppression ou de restitution")
    DISPOSAL = "disposal", mark("Bordereau d’élimination visé")
    THIRD_PARTY_CONSENT = "third-party-consent", mark("Accord d’un tiers titulaire de droits")
    RECEIPT = "receipt", mark("Récépissé d’une autorité (CNIL, CADA)")
    LETTER = "letter", mark("Courrier ou message")
    OTHER = "other", mark("Autre pièce")


class ProofSubject(Labelled):
    """What a piece of evidence may be linked to."""

    DATASET = "dataset", mark("Jeu de données")
    SYSTEM = "system", mark("Système d’information")
    ORGANISATION = "organisation", mark("Organisation")
    CONTRACT = "contract", mark("Contrat")
    ACTIVITY = "activity", mark("Traitement")
    DPIA = "dpia", mark("Analyse d’impact")
    BREACH = "breach", mark("Violation de données")
    REQUEST = "request", mark("Demande d’une personne")
    MEETING = "meeting", mark("Séance d’une instance")
    AMENDMENT = "amendment", mark("Avenant d’un contrat")


SEARCHED = frozenset({ProofSubject.CONTRACT, ProofSubject.AMENDMENT})
"""The records of which the pieces are looked for by their words: their text is read."""


class Standing(Labelled):
    """Where the validity of a piece of evidence stands on a day."""

    EXPIRED = "expired", mark("Périmée")
    SOON = "soon", mark("Expire bientôt")
    CURRENT = "current", mark("À jour")
    LASTING = "lasting", mark("Sans échéance")


class FileType(Labelled):
    """The kinds of files that are kept, told by their own bytes; none of them runs anything when it is opened."""

    PDF = "pdf", mark("Document PDF")
    ODT = "odt", mark("Texte OpenDocument")
    ODS = "ods", mark("Classeur OpenDocument")
    ODP = "odp", mark("Présentation OpenDocument")
    DOCX = "docx", mark("Texte Word")
    XLSX = "xlsx", mark("Classeur Excel")
    PPTX = "pptx", mark("Présentation PowerPoint")
    PNG = "png", mark("Image PNG")
    JPEG = "jpg", mark("Image JPEG")
    TIFF = "tif", mark("Image TIFF")
    CSV = "csv", mark("Tableau CSV")
    TEXT = "txt", mark("Texte simple")

    @property
    def media_type(self) -> str:
        """What the answer that gives such a file says it is."""
        return _MEDIA_TYPES[self]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    FileType.PDF: "application/pdf",
    FileType.ODT: "application/vnd.oasis.opendocument.text",
    FileType.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    FileType.ODP: "application/vnd.oasis.opendocument.presentation",
    FileType.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileType.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileType.PPTX: f"{_OFFICE}.presentationml.presentation",
    FileType.PNG: "image/png",
    FileType.JPEG: "image/jpeg",
    FileType.TIFF: "image/tiff",
    FileType.CSV: "text/csv",
    FileType.TEXT: "text/plain",
}
