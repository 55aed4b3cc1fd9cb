"""The closed lists of the engine, with their French labels."""

from enum import StrEnum

from registry.kernel.words import _, mark

FactValue = bool | int | float | str | tuple[str, ...]


class SubjectKind(StrEnum):
    """What a policy speaks of."""

    DATASET = "dataset"
    ORGANISATION = "organisation"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return _(_SUBJECTS[self])


_SUBJECTS = {
    SubjectKind.DATASET: mark("Jeu de données"),
    SubjectKind.ORGANISATION: mark("Organisation"),
    SubjectKind.SYSTEM: mark("Système d’information"),
}


class Verdict(StrEnum):
    """What a policy says of a subject on a day."""

    COMPLIANT = "compliant"
    NON_COMPLIANT = "non-compliant"
    TO_COMPLETE = "to-complete"
    NOT_APPLICABLE = "not-applicable"

    @property
    def label(self) -> str:
        """The verdict in the reader's language, as said of an obligation."""
        return _(_VERDICTS[self])


_VERDICTS = {
    Verdict.COMPLIANT: mark("Conforme"),
    Verdict.NON_COMPLIANT: mark("Non conforme"),
    Verdict.TO_COMPLETE: mark("À compléter"),
    Verdict.NOT_APPLICABLE: mark("Sans objet"),
}


class Force(StrEnum):
    """How a policy binds. Only an obligation can be breached in law."""

    OBLIGATION = "obligation"
    RECOMMENDATION = "recommendation"
    GOOD_PRACTICE = "good-practice"
    WATCH = "watch"

    @property
    def label(self) -> str:
        """The force in the reader's language."""
        return _(_FORCES[self])


_FORCES = {
    Force.OBLIGATION: mark("Obligation"),
    Force.RECOMMENDATION: mark("Recommandation"),
    Force.GOOD_PRACTICE: mark("Bonne pratique"),
    Force.WATCH: mark("Veille"),
}


class Severity(StrEnum):
    """How grave a breach is: a blocking one stops the dataset's next move."""

    BLOCKING = "blocking"
    MAJOR = "major"
    MINOR = "minor"

    @property
    def label(self) -> str:
        """The severity in the reader's language."""
        return _(_SEVERITIES[self])


_SEVERITIES = {
    Severity.BLOCKING: mark("Bloquante"),
    Severity.MAJOR: mark("Majeure"),
    Severity.MINOR: mark("Mineure"),
}


class Evidence(StrEnum):
    """On what reading a policy rests, from the strongest to the weakest."""

    TEXT_READ = "text-read"
    DOCTRINE_READ = "doctrine-read"
    SECONDARY = "secondary"
    CODE_READ = "code-read"
    INTERVIEW = "interview"
    MEMORY = "memory"

    @property
    def label(self) -> str:
        """The level of evidence in the reader's language."""
        return _(_EVIDENCES[self])


_EVIDENCES = {
    Evidence.TEXT_READ: mark("Texte lu"),
    Evidence.DOCTRINE_READ: mark("Doctrine lue"),
    Evidence.SECONDARY: mark("Source secondaire"),
    Evidence.CODE_READ: mark("Repris d’un logiciel public"),
    Evidence.INTERVIEW: mark("Entretien"),
    Evidence.MEMORY: mark("De mémoire, non vérifié"),
}


class Stake(StrEnum):
    """The six stakes of data governance the authority named."""

    LEGAL = "legal"
    ETHICAL = "ethical"
    TECHNICAL = "technical"
    MANAGERIAL = "managerial"
    DEMOCRATIC = "democratic"
    POLITICAL = "political"

    @property
    def label(self) -> str:
        """The stake in the reader's language."""
        return _(_STAKES[self])


_STAKES = {
    Stake.LEGAL: mark("Juridique"),
    Stake.ETHICAL: mark("Éthique"),
    Stake.TECHNICAL: mark("Technique"),
    Stake.MANAGERIAL: mark("Managérial"),
    Stake.DEMOCRATIC: mark("Démocratique"),
    Stake.POLITICAL: mark("Politique"),
}


class Principle(StrEnum):
    """The three principles of the authority's data governance."""

    SOVEREIGNTY = "sovereignty"
    FRUGALITY = "frugality"
    ACCULTURATION = "acculturation"

    @property
    def label(self) -> str:
        """The principle in the reader's language."""
        return _(_PRINCIPLES[self])


_PRINCIPLES = {
    Principle.SOVEREIGNTY: mark("Souveraineté"),
    Principle.FRUGALITY: mark("Sobriété"),
    Principle.ACCULTURATION: mark("Acculturation"),
}


class VersionStatus(StrEnum):
    """Whether a version of a policy binds."""

    PROPOSED = "proposed"
    IN_FORCE = "in-force"
    REPEALED = "repealed"

    @property
    def label(self) -> str:
        """The status in the reader's language."""
        return _(_STATUSES[self])


_STATUSES = {
    VersionStatus.PROPOSED: mark("En projet"),
    VersionStatus.IN_FORCE: mark("En vigueur"),
    VersionStatus.REPEALED: mark("Abrogée"),
}


class FactType(StrEnum):
    """The types a fact may have; no list of records: what needs one is a computed fact with a name."""

    BOOLEAN = "boolean"
    ENUM = "enum"
    STRING = "string"
    INTEGER = "integer"
    DOUBLE = "double"
    DATE = "date"
    STRINGS = "strings"

    @property
    def label(self) -> str:
        """The type in the reader's language."""
        return _(_TYPES[self])


_TYPES = {
    FactType.BOOLEAN: mark("oui ou non"),
    FactType.ENUM: mark("valeur d’une liste"),
    FactType.STRING: mark("texte"),
    FactType.INTEGER: mark("nombre entier"),
    FactType.DOUBLE: mark("nombre"),
    FactType.DATE: mark("date"),
    FactType.STRINGS: mark("liste"),
}


class UnknownHalf(StrEnum):
    """Which half of a policy cannot be decided."""

    WHEN = "when"
    REQUIRE = "require"

    @property
    def label(self) -> str:
        """The half in the reader's language."""
        return _(_HALVES[self])


_HALVES = {
    UnknownHalf.WHEN: mark("On ne sait pas encore si la règle s’applique"),
    UnknownHalf.REQUIRE: mark("On ne sait pas encore si l’exigence est remplie"),
}
