"""Words that the fresh labelled tables draw from: common names, streets, firms; nobody is meant by any of them."""


def listed(text: str) -> list[str]:
    """The words between bars."""
    return text.split("|")


def spaced(text: str) -> list[str]:
    """The words between spaces."""
    return text.split()


WOMEN = spaced(
    "Marie Jeanne Monique Françoise Nathalie Isabelle Sylvie Catherine Martine Chantal Brigitte Véronique Stéphanie "
    "Sandrine Céline Aurélie Émilie Julie Camille Manon Léa Chloé Emma Jade Louise Ambre Inès Lina Fatima Khadija "
    "Aïcha Aminata Mariam Yasmine Samira Thi-Lan Ana Carla Agnieszka Svetlana Ghislaine Huguette Odette Ginette "
    "Paulette Solange Marie-Thérèse Anne-Sophie Maëlys Lou Romane Clémence Capucine Zoé Kenza Nesrine Rokia Oksana"
)
MEN = spaced(
    "Jean Pierre Michel André Philippe Alain Bernard Gérard Christian Daniel Jacques Patrick Éric Olivier Thierry "
    "Frédéric Nicolas Julien Kévin Maxime Thomas Lucas Hugo Enzo Léo Gabriel Raphaël Noah Adam Mohamed Ahmed Karim "
    "Youssef Rachid Mamadou Ibrahima Moussa Minh Paulo Antonio Piotr Dimitri Jean-Pierre Jean-Claude Marcel René "
    "Raymond Lucien Fernand Gaston Timéo Mathis Sacha Eliott Malo Titouan Erwan Gwenaël Bastien Florian Jordan Dylan"
)
LAST = listed(
    "Martin|Bernard|Dubois|Thomas|Robert|Petit|Durand|Leroy|Moreau|Simon|Laurent|Lefèvre|Michel|Garcia|Bertrand|Roux|"
    "Vincent|Fournier|Morel|Girard|André|Mercier|Dupont|Lambert|Bonnet|"
    "François|Martinez|Legrand|Garnier|Faure|Chevalier|"
    "Masson|Marchand|Duval|Denis|Dumas|Lemaire|Noël|Meyer|Dufour|Meunier|Brun|Blanchard|Giraud|Joly|Rivière|Lucas|"
    "Brunet|Gaillard|Barbier|Arnaud|Gérard|Roche|Renaud|Schmitt|Roy|Leroux|"
    "Colin|Vidal|Caron|Picard|Roger|Fabre|Aubert|"
    "Lemoine|Renault|Dumas|Lacroix|Olivier|Philippe|Bourgeois|Pierre|Benoit|Rey|Leclerc|Payet|Rolland|Leclercq|"
    "Guillaume|Lecomte|Lopez|Jean|Dupuy|Guillot|Hubert|Berger|Carré|Dupuis|"
    "Charles|Lejeune|Le Gall|Le Roux|De Oliveira|"
    "Da Costa|Van Den Berghe|Nguyen|Pham|Traoré|Coulibaly|Ndiaye|Benchikh|El Amrani|Bouzid|Haddad|Yilmaz|Kaya|Nowak|"
    "Wiśniewski|Popescu|Ivanov|D’Hondt|Vandenbroucke|Delannoy|Desmarets|"
    "Quéméneur|Le Bihan|Etcheverry|Casanova|Hoarau|"
    "Grondin|Fontaine|Maillard|Boulanger|Charpentier|Tailleur|Delavigne|Rousselle|Saint-Martin|Ben Salah|Abdallah"
)
TYPES = [
    "rue",
    "rue",
    "rue",
    "rue",
    "avenue",
    "boulevard",
    "allée",
    "impasse",
    "chemin",
    "place",
    "route",
    "résidence",
    "square",
    "quai",
    "lotissement",
    "hameau",
]
STREETS = listed(
    "de la Gare|du Général Leclerc|Jean Mermoz|des Écoles|du Stade|Marcel Pagnol|Louis Pasteur|du 8 mai 1945|"
    "de la Fontaine|Jacques Prévert|Simone Veil|des Tilleuls|du Château|"
    "Albert Camus|Olympe de Gouges|des Prés|du Lavoir|"
    "Léon Blum|Rosa Parks|de l’Abbé Pierre|George Sand|du 19 mars 1962|Saint-Exupéry|des Cerisiers|de Bellevue|"
    "Henri Barbusse|Maréchal Foch|Édith Piaf|du Vieux Puits|Jean Macé|Aristide Briand|de Bretagne|des Peupliers|"
    "Frédéric Chopin|Denis Papin|Paul Éluard|des Vignes|du Pont Neuf|Joliot-Curie|de la Liberté"
)
TOWNS = listed(
    "Saint-Aubin-sur-Orle|Villeneuve-le-Pré|Montreuil-les-Bois|Sainte-Colombe|Rochefontaine|La Chapelle-Vernay|"
    "Beaulieu-sur-Lys|Le Mesnil-Hardy|Pont-l’Abbesse|Fontenay-Marne|L’Isle-Marchand|Kerlouan-Braz"
)
TRADES = listed(
    "Boulangerie {l}|Garage {l}|Pharmacie {l}|Menuiserie {l}|{l} Frères|"
    "{l} et Fils|SARL {l}|SAS {l} Bâtiment|EURL {f} {l}|"
    "Cabinet {l} & Associés|Maison {l}|Chez {f}|Optique {l}|Transports {l}|Établissements {l}|Pompes funèbres {l}|"
    "SCI {l}|{f} {l} Coiffure|Le Comptoir de {f}|Ets {l} SA|SASU {f} {l}|"
    "{l} TP|Espaces verts {l}|SA {l}|Imprimerie {l}"
)
FIRMS = listed(
    "EIFFIS CONSTRUCTION|NORD VOIRIE TP|SADELEC RESEAUX|IDVERT PAYSAGES|PAPETERIE DU CENTRE SAS|API CUISINE CENTRALE|"
    "GROUPE HYDRAEO|BUREAU D'ETUDES TERRALIS|SOCIETE NOUVELLE DE COUVERTURE|LOCA-ENGINS 62|MEDIA AFFICHAGE FRANCE|"
    "COOPERATIVE AGRICOLE DU VAL|PROPRETE SERVICES OUEST SARL|"
    "ASCENSEURS ET MAINTENANCE|BRICO PLUS SAS|SOGETRA INGENIERIE"
)
ASSOCIATIONS = listed(
    "Amicale laïque {s}|Union sportive de {t}|Club des aînés de {t}|Comité des fêtes|Les Amis de {f} {l}|"
    "Harmonie municipale|Judo club {t}|Association des parents d'élèves école {s}|Foyer rural|Théâtre du Petit {l}|"
    "ASSOCIATION DE PECHE LA GAULE|Secours populaire comité de {t}|"
    "Chorale {f} {l}|Cyclo club|Fondation {f} {l}|UNC {t}"
)
PLACES = listed(
    "École maternelle {s}|École élémentaire {s}|Collège {s}|Gymnase {s}|Salle {s}|Crèche Les Petits Pas|Stade {s}|"
    "Médiathèque {s}|Piscine intercommunale|Mairie annexe|Maison de quartier {s}|EHPAD {s}|Cimetière Saint-{f}|"
    "Groupe scolaire {f} {l}|Centre social {f} {l}|Halle des sports {l}|Square {f} {l}|Résidence autonomie {f} {l}"
)
OFFICES = listed(
    "mairie|contact|accueil|secretariat|urbanisme|etat-civil|service.eau|"
    "police.municipale|ccas|direction|bibliotheque|"
    "scolaire|drh|communication|cabinet.maire|compta|dechets|info|ecole.0620123a|commande-publique|archives|"
    "animation.jeunesse|sg|standard|guichet-unique|centre-social|espaces_verts|dst|elections|mediatheque"
)
SPECIES = listed(
    "Platanus x acerifolia|Tilia cordata|Acer platanoides|Prunus avium|Quercus robur|Robinia pseudoacacia|"
    "Ginkgo biloba|Betula pendula|Fraxinus excelsior|Cedrus libani|"
    "Malus 'Evereste'|Aesculus hippocastanum|Rosa 'Pierre'"
)
BOOKS = listed(
    "Les Hauts de Hurlevent|Madame Bovary|Thérèse Raquin|Eugénie Grandet|Le Comte de Monte-Cristo|Cyrano de Bergerac|"
    "Martin Eden|L'Étranger|Astérix chez les Belges|Le Petit Nicolas|"
    "Bel-Ami|Claudine à l'école|Max et Lili|Jacques le fataliste"
)
GRADES = listed(
    "Adjoint administratif|Rédacteur principal|Attaché territorial|Agent de maîtrise|ATSEM principal|Ingénieur|"
    "Technicien|Gardien-brigadier|Auxiliaire de puériculture|Adjoint du patrimoine|Assistant socio-éducatif"
)
SERVICES = listed(
    "Direction des ressources humaines|Espaces verts|État civil|Voirie|CCAS|Police municipale|Médiathèque|Finances|"
    "Restauration scolaire|Urbanisme|Systèmes d’information|Petite enfance|Sports|Eau et assainissement"
)
SUBJECTS = listed(
    "Attribution d’une subvention à {a}|Convention avec {o}|Acquisition de la parcelle {p}|Tarifs de la piscine 2026|"
    "Dénomination de la rue {f} {l}|Cession du bien sis {n} rue {s}|Budget supplémentaire|Garantie d’emprunt {o}|"
    "Modification du tableau des effectifs|Avenant n°2 au marché de travaux {s}|Création d’un emploi d’attaché"
)
CALM = listed(
    "Lampe cassée devant le numéro {n}|Réparation faite le {d}, à revoir au printemps|Nid-de-poule signalé rue {s}|"
    "Dossier complet, transmis au service {v}|"
    "Passage du camion à décaler les jours fériés|RAS|Haie à tailler avant le {d}|"
    "Voir plan 2024-{n} et devis {o}|Intervention entreprise {b}|Bac de collecte fendu, échange demandé|"
    "Réunion de chantier école {s} le {d}|"
    "Arbre dangereux près de l’arrêt {s}|Panneau tourné rue {f} {l}|Relance facture {n}|"
    "Conforme à l’arrêté 2023-{n} du {d}|Clôture refaite sur 12 ml, réf. 06{n}45{n}|Prévoir 2 agents et une nacelle"
)
WITH_DESK = listed(
    "Contacter l’accueil de la mairie au {k}|Écrire à {e} pour toute réservation|Astreinte : {k}|Inscriptions : {e}|"
    "Urgence gaz 0 800 47 33 33|Renseignements au {k} aux heures de bureau|Billetterie auprès de l’office, {k}"
)
TELLING = listed(
    "Rappeler {c} au {m}|Mme dit avoir été mordue, joindre le fils {m}|"
    "Envoyer copie à {x}|{c} passera lundi, tél {m}|"
    "Locataire parti, nouveau contact : {x} ou {m}|NIR communiqué par tél : {z}|A rappeler après 17h {m} ({g})|"
    "Plainte de {c}, {x}|Voisin ({c}) joignable {m}|Clé remise à {c} – {m}|Réponse faite à {x} le {d}"
)
NAMING = listed(
    "{c} se plaint du bruit de {h}|"
    "Entretien avec {c} le {d}, situation difficile|{c} et {h} sont séparés, garde alternée|"
    "Vu avec {c} : en attente de jugement|Enfant confié à {h}, grand-mère|"
    "{c} refuse l’expertise|Accord oral donné par {c}|"
    "Remis en main propre à {c} contre signature|{h} hospitalisée depuis le {d}|Appel de {c}, pas de réponse de {h}"
)
AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4)",
    "curl/8.5.0",
    "Googlebot/2.1",
]
MENU = listed(
    "Poulet Marengo|Salade Marco Polo|Pêche Melba|Tarte Tatin|Bœuf Stroganoff|Hachis Parmentier|Poire Belle-Hélène|"
    "Saint-Honoré|Carottes Vichy|Fromage Caprice|Yaourt Danette|Pâtes Alfredo|Crêpe Suzette|Charlotte aux fraises"
)
STATUES = listed(
    "Jeanne d’Arc|Monument aux morts|Victor Hugo assis|Salle Jacques Brel|Espace Simone Signoret|Le Baiser|Marianne|"
    "Buste du général Faidherbe|Fontaine Wallace|Salle Georges Brassens|Croix Saint-Antoine|Lavoir Sainte-Anne"
)
DOGS = spaced("Rex Médor Luna Ruby Oscar Max Nala Simba Tina Charly Lola Gaston Léo Filou Rocky Bella Zeus Pongo Mirza")
