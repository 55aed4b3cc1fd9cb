"""The tables that only judge: written once the thresholds were set, of other files, headers, names and dirt."""

from registry.inspection.vocabulary import PersonalSign
from tests.inspection.making import Maker

P = PersonalSign


def complaints(m: Maker) -> None:
    m.add("Demande n°", lambda: f"DEM-{m.digits(6)}")
    m.add("Requérant", m.full, P.PERSON_NAME)
    m.add("Coordonnées tél", m.phone, P.PHONE)
    m.add("Mél", m.own_mail, P.MAILBOX)
    m.add("Adresse du requérant", m.street, P.HOME_ADDRESS)
    m.add("Lieu signalé", lambda: f"angle rue {m.last()} et place du marché")
    m.add("Motif", m.pick("Éclairage en panne depuis lundi|Nid de poule profond|Bruit le soir devant la salle"))
    m.add("Traité le", lambda: m.day(2024, 2026))


def payroll(m: Maker) -> None:
    m.add("AGENT_NOM", m.last, P.PERSON_NAME)
    m.add("AGENT_PRENOM", m.first, P.PERSON_NAME)
    m.add("AGENT_NUMSS", m.nir, P.NIR)
    m.add("AGENT_IBAN", m.iban, P.IBAN)
    m.add("AGENT_DTNAIS", lambda: m.day(1960, 2004), P.BIRTH_DATE)
    m.add("DT_PAIE", lambda: m.day(2025, 2026))
    m.add("NET", lambda: f"{m.chance.randint(900, 5000)},{m.digits(2)}")
    m.add("INDICE", lambda: str(m.chance.randint(300, 900)))


def library(m: Maker) -> None:
    m.add("N° carte", lambda: m.digits(14, "2"))
    m.add("Emprunteur", m.full, P.PERSON_NAME)
    m.add("Date naiss.", lambda: m.day(1938, 2019), P.BIRTH_DATE)
    m.add("ISBN", lambda: "978" + m.digits(10))
    m.add("Titre", m.pick("Germinal|Les Misérables|Le Petit Prince|Madame Bovary|Thérèse Raquin"))
    m.add("Retour prévu", lambda: m.day(2026, 2026))


def market(m: Maker) -> None:
    m.add("Commerçant", m.full, P.PERSON_NAME)
    m.add("N° SIREN", m.siren, P.SOLE_TRADER)
    m.add("GSM", lambda: m.phone("67"), P.PHONE)
    m.add("Véhicule (plaque)", m.plate, P.PLATE)
    m.add("Métrage", lambda: str(m.chance.randint(2, 20)))
    m.add("Tarif", m.pick("2,10|3,40|5,00"))


def suppliers(m: Maker) -> None:
    m.add("Fournisseur", m.pick("SARL Boucher|SAS Renard Frères|Carpentier et Fils SARL|Ets Vasseur|Groupe Herbin"))
    m.add("SIRET fournisseur", m.siret)
    m.add("N° pièce", lambda: m.luhn(10))
    m.add("Téléphone société", lambda: m.phone("3"), unjudged=True)
    m.add("Email comptabilité", m.service_mail)
    m.add("Échéance", lambda: m.day(2025, 2027))
    m.add("Code APE", m.pick("4120A|6201Z|8411Z"))


def schools(m: Maker) -> None:
    m.add("UAI", lambda: "062" + m.digits(4) + m.chance.choice("ABCD"))
    m.add("Appellation", m.pick("Georges Clemenceau|Berthe Morisot|Paul Doumer|Simone Signoret"))
    m.add("Nature", m.pick("École maternelle|École élémentaire|Collège"))
    m.add("Voie", m.street)
    m.add("Boîte aux lettres", m.service_mail)
    m.add("Effectif", lambda: str(m.chance.randint(20, 500)))
    m.add("Année ouverture", lambda: str(m.chance.randint(1880, 2020)))


def roads(m: Maker) -> None:
    m.add("Dénomination", m.pick("Salvador Allende|Georges Clemenceau|Berthe Morisot|Paul Doumer|Louise Michel"))
    m.add("Nature de voie", m.pick("Rue|Allée|Square|Place"))
    m.add("Tenant", lambda: f"rue {m.last()}")
    m.add("Délibération du", lambda: m.day(1950, 2025))
    m.add("Identifiant FANTOIR", lambda: f"62041{m.digits(4)}{m.chance.choice('ABCDEF')}")


def wifi(m: Maker) -> None:
    m.add("heure", lambda: m.day(2026, 2026))
    m.add("src", m.ip, P.IP_ADDRESS)
    m.add("octets", lambda: m.digits(7))
    m.add("borne", lambda: f"wifi-{m.digits(3)}")
    m.add("build", lambda: f"{m.digits(1)}.{m.digits(1)}.{m.digits(2)}.{m.digits(1)}")


def permits(m: Maker) -> None:
    m.add("N° PC", lambda: f"PC 062 041 {m.digits(2)} {m.digits(5)}")
    m.add("Pétitionnaire", m.full, P.PERSON_NAME)
    m.add("Adresse pétitionnaire", m.street, P.HOME_ADDRESS)
    m.add("Adresse du terrain", m.street, unjudged=True)
    m.add("Date de l’arrêté", lambda: m.day(2010, 2026))
    m.add("Parcelles", lambda: f"{m.chance.choice(('AK', 'BC'))} {m.chance.randint(1, 400)}")
    m.add("SHON", lambda: str(m.chance.randint(20, 900)))


def unnamed(m: Maker) -> None:
    m.add("A", m.first, P.PERSON_NAME)
    m.add("B", lambda: m.day(1940, 2015), P.BIRTH_DATE)
    m.add("C", m.street, P.HOME_ADDRESS)
    m.add("D", m.own_mail, P.MAILBOX)
    m.add("E", lambda: m.phone("67"), P.PHONE)
    m.add("F", m.nir, P.NIR)
    m.add("G", m.iban, P.IBAN)
    m.add("H", m.ip, P.IP_ADDRESS)
    m.add("I", m.plate, P.PLATE)
    m.add("J", lambda: m.digits(13, "3"))
    m.add("K", lambda: f"{m.chance.choice('ABCDEF')}{m.chance.choice('XYZ')}-{m.digits(4)}")
    m.add("L", lambda: m.day(2020, 2026))


def benefits(m: Maker) -> None:
    m.add("Allocataire", lambda: f"{m.last()} {m.first()}", P.PERSON_NAME)
    m.add("Matricule SS", lambda: m.nir(key=m.rows % 2 == 0), P.NIR)
    m.add("Né(e)", lambda: m.day(1945, 2005), P.BIRTH_DATE)
    m.add("RIB allocataire", m.iban, P.IBAN)
    m.add("Domicile", m.street, P.HOME_ADDRESS)
    m.add("Référent social", m.own_mail, P.MAILBOX)
    m.add("Montant versé", lambda: f"{m.chance.randint(50, 900)}.00")


def traders_list(m: Maker) -> None:
    m.add("NOM PRENOM", lambda: f"{m.last()} {m.first()}", P.PERSON_NAME)
    m.add("SIRET", m.siret, P.SOLE_TRADER)
    m.add("Catégorie", m.pick("Auto-entrepreneur|Micro-entreprise"))
    m.add("Commune", m.town)
    m.add("Créée le", lambda: m.day(1995, 2025))


def parking_rights(m: Maker) -> None:
    m.add("Abonné", m.full, P.PERSON_NAME)
    m.add("IMMAT 1", m.plate, P.PLATE)
    m.add("Zone", m.pick("Z1|Z2|Z3"))
    m.add("Valable jusqu’au", lambda: m.day(2026, 2028))
    m.add("Journal : IP", m.ip, P.IP_ADDRESS)


def budgets(m: Maker) -> None:
    m.add("Chapitre", m.pick("011|012|65|66"))
    m.add("Article", lambda: m.digits(5, "6"))
    m.add("Libellé", m.pick("Fournitures scolaires de l’année|Frais de télécommunications|Fêtes et cérémonies"))
    m.add("Mandat", lambda: m.luhn(9))
    m.add("Bordereau", lambda: "0" + m.digits(9, "6"))
    m.add("Tiers", m.pick("Trésor public|EDF|Orange|Préfecture"))


HELD = (
    complaints, payroll, library, market, suppliers, schools, roads, wifi, permits, unnamed, benefits, traders_list,
    parking_rights, budgets,
)  # fmt: skip
