"""The tables that the thresholds of `policies/lists/` were set on, in two halves of different words."""

from collections.abc import Callable, Sequence

from registry.inspection.vocabulary import PersonalSign
from tests.inspection.making import STREETS, Maker

P = PersonalSign


def residents(m: Maker) -> None:
    m.add(m.one("N° dossier|id", "Référence|num_dossier"), lambda: m.digits(10, "0"))
    m.add(m.one("Nom|nom_usage", "Nom de famille|NOM_NAISSANCE|nom"), m.last, P.PERSON_NAME)
    m.add(m.one("Prénom", "Prénoms|prenom_usager"), m.first, P.PERSON_NAME)
    m.add(m.one("Date de naissance|Né(e) le", "date_naiss|DDN|Naissance"), lambda: m.day(1930, 2022), P.BIRTH_DATE)
    m.add(m.one("Adresse|Domicile", "adresse_postale|Rue|ADR"), m.street, P.HOME_ADDRESS)
    m.add(m.one("CP", "Code postal"), m.town_code)
    m.add(m.one("Ville", "Commune"), m.town)
    m.add(m.one("Téléphone|Tél.", "Portable|tel_domicile|Mobile"), m.phone, P.PHONE)
    m.add(m.one("Courriel|Mail", "adresse électronique|E-mail|mel"), m.own_mail, P.MAILBOX)
    m.add(m.one("Date de dépôt", "Date d’inscription"), lambda: m.day(2015, 2026))


def staff(m: Maker) -> None:
    m.add("Matricule", lambda: m.digits(6, "123"))
    m.add(m.one("Nom", "NOM"), m.last, P.PERSON_NAME)
    m.add(m.one("Prénom", "prenom"), m.first, P.PERSON_NAME)
    m.add(m.one("NIR|N° sécurité sociale", "num_secu|NSS|Immatriculation assuré"), m.nir, P.NIR)
    m.add(m.one("IBAN|RIB", "Compte bancaire|iban_agent"), m.iban, P.IBAN)
    m.add(m.one("Date d’entrée", "date_recrutement"), lambda: m.day(1985, 2026))
    m.add("Service", m.pick("Voirie|Culture|Finances|État civil", "Urbanisme|Eau|Sports|Ressources humaines"))
    m.add(m.one("Mail professionnel", "courriel_pro"), m.own_mail, P.MAILBOX)
    m.add(m.one("Tél. pro", "ligne directe"), lambda: m.phone("336"), P.PHONE)
    m.add(m.one("Grade", "Emploi"), m.pick("Adjoint|Attaché|Ingénieur", "Rédacteur|Technicien|Agent de maîtrise"))


def pupils(m: Maker) -> None:
    m.add(m.one("Élève|Nom et prénom", "Enfant|nom_prenom_eleve"), m.full, P.PERSON_NAME)
    m.add(m.one("Naissance", "né le"), lambda: m.day(2012, 2023), P.BIRTH_DATE)
    m.add("École", m.pick("Jules Ferry|Louise Michel", "Jean Moulin|Marie Curie|Anne Frank"))
    m.add("Classe", m.pick("CP|CE1|CE2|CM1", "PS|MS|GS|CM2"))
    m.add(m.one("Responsable légal", "Parent 1|representant_legal"), m.full, P.PERSON_NAME)
    m.add(m.one("Portable parent", "mobile"), lambda: m.phone("67"), P.PHONE)


def firms(m: Maker) -> None:
    m.add(m.one("SIRET", "Siret titulaire"), m.siret)
    m.add(
        m.one("Raison sociale", "Entreprise"),
        m.pick(
            "SARL Toitures du Nord|SAS Béton|Eiffage Routes|EURL Vert",
            "Société des Eaux|SCOP Habitat|SNC Duclos|Transports SA|Groupe Lys",
        ),
    )
    m.add("Montant HT", lambda: f"{m.chance.randint(1000, 900000)},{m.chance.randint(0, 99):02}")
    m.add(m.one("Date de notification", "date_signature"), lambda: m.day(2018, 2026))
    m.add(m.one("N° de facture", "facture"), lambda: m.luhn(14))
    m.add(m.one("N° de marché", "Référence marché"), lambda: m.digits(10, "0"))
    m.add("CPV", lambda: m.digits(8, "347"))
    m.add(m.one("Courriel", "Mail entreprise"), m.service_mail)


def facilities(m: Maker) -> None:
    m.add(
        m.one("Nom|Nom de l’équipement", "nom|Établissement"),
        m.pick("Jean Moulin|Louise Michel|Victor Hugo|Jules Ferry", "Marie Curie|Pierre Mendès|Anne Frank|Simone Veil"),
    )
    m.add("Type", m.pick("Collège|École|Gymnase|Stade", "Salle|Lycée|Crèche|Médiathèque"))
    m.add("Adresse", m.street)
    m.add(m.one("Code postal", "CP"), m.town_code)
    m.add(m.one("Code INSEE", "code_commune"), m.town_code)
    m.add(m.one("Date de construction", "Ouverture"), lambda: m.day(1880, 2020))
    m.add(
        m.one("Téléphone accueil", "Standard"),
        lambda: "03 21 " + " ".join(m.digits(2) for _pair in range(3)),
        unjudged=True,
    )
    m.add(m.one("Courriel", "Contact mail"), m.service_mail)
    m.add("Latitude", lambda: f"50.{m.digits(6)}")


def streets(m: Maker) -> None:
    m.add("Type de voie", m.pick("Rue|Avenue|Boulevard|Place"))
    m.add(
        m.one("Nom de la voie|Libellé voie", "voie|Nom de rue|odonyme"),
        m.pick(
            "Jean Jaurès|Victor Hugo|Louis Pasteur|Jules Ferry",
            "Marie Curie|Pierre Brossolette|Anatole France|Jean Moulin",
        ),
    )
    m.add(m.one("Libellé complet", "adresse"), lambda: f"rue {m.chance.choice(STREETS[m.half].split('|'))}")
    m.add("Code Rivoli", lambda: m.digits(4))
    m.add("Longueur", lambda: str(m.chance.randint(20, 3000)))


def fleet(m: Maker) -> None:
    m.add(m.one("Immatriculation|Plaque", "immat|N° d’immatriculation|Véhicule"), m.plate, P.PLATE)
    m.add("Marque", m.pick("Renault|Peugeot|Citroën", "Dacia|Toyota|Fiat"))
    m.add("Mise en service", lambda: m.day(2005, 2026))
    m.add("Kilométrage", lambda: str(m.chance.randint(100, 250000)))
    m.add("N° de série", lambda: "VF1" + m.digits(14))


def connections(m: Maker) -> None:
    m.add(m.one("Horodatage", "date"), lambda: m.day(2025, 2026))
    m.add(m.one("Adresse IP|ip", "client_ip|IP source|remote_addr"), m.ip, P.IP_ADDRESS)
    m.add("Page", m.pick("/accueil|/contact|/demarches", "/agenda|/menus|/plan"))
    m.add("Code", m.pick("200|301|404"))


def network(m: Maker) -> None:
    m.add(m.one("Équipement", "Serveur"), lambda: f"sw-{m.digits(3)}")
    m.add(
        m.one("IP", "adresse_ip"),
        lambda: f"10.{m.chance.randint(0, 30)}.{m.chance.randint(0, 254)}.{m.chance.randint(1, 254)}",
    )
    m.add(m.one("Version", "firmware"), lambda: ".".join(m.digits(1) for _part in range(4)))
    m.add("Masque", m.pick("255.255.255.0"), unjudged=True)


def traders(m: Maker) -> None:
    m.add(m.one("Nom", "Nom exploitant"), m.last, P.PERSON_NAME)
    m.add(m.one("Prénom", "prenom"), m.first, P.PERSON_NAME)
    m.add(m.one("SIRET|N° Siret", "siren|SIREN"), m.siret if m.rows % 2 else m.siren, P.SOLE_TRADER)
    m.add("Activité", m.pick("Coiffure|Fruits et légumes|Fromages", "Plomberie|Taxi|Vêtements"))
    if m.rows % 3 == 0:
        m.add("Forme juridique", m.pick("Entrepreneur individuel|Micro-entreprise", "Artisan|EI|1000"))
    m.add(m.one("Emplacement", "N° de place"), lambda: m.digits(2))


def parcels(m: Maker) -> None:
    m.add(
        m.one("Parcelle", "Référence cadastrale"),
        lambda: f"{m.digits(3, '0')} {m.chance.choice(('AB', 'AC', 'ZD'))} {m.chance.randint(10, 95)}",
    )
    m.add("Section", m.pick("AB|AC|ZD"))
    m.add("Surface", lambda: str(m.chance.randint(50, 90000)))
    m.add(m.one("Code", "Référence produit"), lambda: f"{m.chance.choice('ABC')}{m.digits(6)}")


def councillors(m: Maker) -> None:
    m.add("Civilité", m.pick("M.|Mme"), unjudged=True)
    m.add(m.one("Nom", "nom_elu"), m.last, P.PERSON_NAME)
    m.add(m.one("Prénom", "prenom_elu"), m.first, P.PERSON_NAME)
    m.add("Fonction", m.pick("Maire|Adjoint au maire|Conseiller", "Vice-président|Conseillère déléguée"))
    m.add("Courriel", m.own_mail, P.MAILBOX)
    m.add(m.one("Début du mandat", "date_election"), m.pick("2020-05-28|2026-03-28"))


def trees(m: Maker) -> None:
    m.add("Espèce", m.pick("olivier|rose|marguerite|jasmine|chêne", "violette|aurore|laurent|camille|tilleul"))
    m.add(m.one("Plantation", "Date de plantation"), lambda: m.day(1900, 2024))
    m.add("N° d’arbre", lambda: m.digits(5, "1234"))
    m.add("Quartier", m.pick("Saint-Michel|Ronville", "Méaulens|Blancs-Monts|Sainte-Catherine"))


def meters(m: Maker) -> None:
    start = m.chance.randint(100000000, 700000000)
    m.add(m.one("N° de compteur", "PDL"), lambda: "0" + m.digits(9, "1234"))
    m.add(m.one("Numéro", "N°"), iter(f"0{start + step}" for step in range(10 * m.rows)).__next__)
    m.add(m.one("Index", "Relevé"), lambda: str(m.chance.randint(1, 99999)))
    m.add(m.one("Code-barres", "EAN"), lambda: "3" + m.digits(12))
    m.add(m.one("Titre de recette", "bordereau"), lambda: m.luhn(9))


def subsidies(m: Maker) -> None:
    m.add(
        m.one("Association", "Bénéficiaire"),
        m.pick(
            "Comité des fêtes|Union sportive|Amicale laïque",
            "Club nautique|Harmonie municipale|Association des parents",
        ),
    )
    m.add("SIRET", m.siret)
    m.add("Montant", lambda: str(m.chance.randint(100, 90000)))
    m.add(
        "Objet",
        m.pick(
            "Fonctionnement de l’association pour l’année|Achat de matériel",
            "Fête de la musique du mois de juin|Tournoi",
        ),
    )
    m.add("Date de délibération", lambda: m.day(2015, 2026))
    m.add("IBAN", m.iban, P.IBAN, unjudged=True)


def figures(m: Maker) -> None:
    m.add("Commune", m.town)
    m.add("Code INSEE", m.town_code)
    m.add("Année", lambda: str(m.chance.randint(1990, 2026)))
    m.add(m.one("Nb de naissances", "nombre_naissances"), lambda: str(m.chance.randint(10, 900)))
    m.add(m.one("Taux de handicap", "nb_beneficiaires_rsa"), lambda: str(m.chance.randint(1, 90)))
    m.add("Population", lambda: str(m.chance.randint(100, 50000)))


def raw(m: Maker) -> None:
    """Columns that bear no name: the values alone tell."""
    makes: Sequence[tuple[Callable[[], str], PersonalSign | None]] = (
        (m.phone, P.PHONE), (m.own_mail, P.MAILBOX), (m.nir, P.NIR), (m.iban, P.IBAN), (m.plate, P.PLATE),
        (m.ip, P.IP_ADDRESS), (m.full, P.PERSON_NAME), (m.street, P.HOME_ADDRESS),
        (lambda: m.day(1935, 2020), P.BIRTH_DATE), (m.town_code, None), (lambda: m.luhn(16), None),
        (lambda: f"{m.chance.randint(1, 99999)},{m.digits(2)}", None), (lambda: m.day(2024, 2026), None),
        (lambda: m.digits(15, "123456789"), None), (m.service_mail, None), (m.town, None),
    )  # fmt: skip
    for rank, (make, sign) in enumerate(makes, 1):
        m.add(f"{('col', 'champ')[m.half]}{rank}", make, sign)


def parking(m: Maker) -> None:
    m.add(m.one("N° de titre", "num_pv"), lambda: m.digits(10, "0"))
    m.add(m.one("Plaque relevée", "immatriculation"), m.plate, P.PLATE)
    m.add("Lieu", m.street)
    m.add("Date", lambda: m.day(2025, 2026))
    m.add("Montant", m.pick("17|35|135"))


def patients(m: Maker) -> None:
    m.add(m.one("Assuré", "N° SS"), lambda: m.nir(key=False) if m.rows % 4 == 0 else m.nir(), P.NIR)
    m.add(m.one("Bénéficiaire", "Usager"), m.full, P.PERSON_NAME)
    m.add(m.one("Année de naissance", "Date naissance"), lambda: m.day(1925, 2015), P.BIRTH_DATE)
    m.add(m.one("Adresse personnelle", "Domicile"), m.street, P.HOME_ADDRESS)
    m.add(m.one("GIR", "Taux d’invalidité"), lambda: m.digits(1, "123456"), unjudged=True)


TABLES = (
    residents, staff, pupils, firms, facilities, streets, fleet, connections, network, traders, parcels, councillors,
    trees, meters, subsidies, figures, raw, parking, patients,
)  # fmt: skip
