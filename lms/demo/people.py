"""The invented people of the demo world: names with accents, and lengths that hurt layouts."""

from __future__ import annotations

PASSWORD = "palio-2026-demo"  # noqa: S105 - the public password of invented people

STAFF: tuple[tuple[str, str, str, str, tuple[str, ...], str], ...] = (
    # key, name, office, language, roles, function
    ("operator", "Olivia Operatrice", "toscana", "en", (), "Operator of the site"),
    ("head", "Ginevra Bracciolini", "siena", "it", ("head",), "Responsabile del centro"),
    ("trainer", "Tommaso Dell’Acqua", "siena", "it", ("trainer",), "Formatore"),
    ("tutor", "Nicolò Ferrucci", "siena", "it", ("tutor",), "Tutor"),
    (
        "counsellor",
        "Maria Concetta Sant’Angelo di Montepulciano",
        "siena",
        "it",
        ("counsellor",),
        "Orientatrice",
    ),
    (
        "practitioner",
        "Lorenzo Piccolomini",
        "siena",
        "it",
        ("practitioner",),
        "Operatore del mercato del lavoro",
    ),
    ("regional_head", "Beatrice degli Alberti", "toscana", "it", ("head",), "Responsabile regionale"),
    ("head_vienna", "Leopold Grünwald", "vienna", "en", ("head",), "Leiter der Geschäftsstelle"),
    ("trainer_vienna", "Zoë Österreicher", "vienna", "en", ("trainer", "tutor"), "Trainerin"),
    ("counsellor_vienna", "Jürgen Weißkirchner-Hohenfels", "vienna", "en", ("counsellor",), "Berater"),
    ("practitioner_vienna", "Ágnes Szabó", "vienna", "en", ("practitioner",), "Beraterin in Ausbildung"),
)

TRAINEES_SIENA: tuple[str, ...] = (
    "Aïcha Benali", "Giulia Rossi", "Matteo Conti", "Chiara Marchetti", "Li Wei", "Francesca D’Onofrio",
    "Ștefan Ionescu", "Niccolò Maria Bartolomeo della Gherardesca", "Fatou N’Diaye", "Elena Vannucci",
    "Andrea Bianchi", "Sofía Núñez Peña", "Paolo Guidi", "Irina Kovaľová", "Marco Lapi", "Oleksandra Shevchenko",
    "Davide Neri", "Mërgim Hoxha", "Caterina Fantozzi", "Pietro Salvini", "Yusuf Özdemir", "Alba Nesi",
    "Filippo Ricasoli", "Noemi Brunetti", "Jean-Baptiste Lefèvre", "Bianca Toti",
)  # fmt: skip

TRAINEES_VIENNA: tuple[str, ...] = (
    "Anna Huber", "Björn Åkesson", "Đorđe Petrović", "Eva Mayrhofer", "Łukasz Wójcik", "Fatima al-Masri",
    "Georg Steinbrecher", "Hüseyin Yıldız", "Ines Pichler", "Jakub Dvořák", "Katharina Schwarzenegger-Oberhuber",
    "Lea Wimmer", "Mustafa Şahin", "Nora Eder", "Ondřej Novák", "Petra Lang", "Ronja Lindqvist", "Siobhán O’Connor",
    "Tamás Horváth", "Ulrike Brandstätter", "Viktoria Fuchs", "Wolfgang Amann", "Xénia Papadopoulou",
)  # fmt: skip
