"""A staffing agency that does not exist, and its customers."""

AGENCY = "Nordvik Bemanning AS"
DEPARTMENTS = ("Oslo", "Bergen", "Trondheim")
EMPLOYEES = (
    # name, role, departments
    ("Ingrid Solberg", "admin", ("Oslo", "Bergen", "Trondheim")),
    ("Magnus Haugen", "manager", ("Oslo",)),
    ("Silje Bakken", "sales", ("Oslo",)),
    ("Jonas Eide", "recruiter", ("Oslo",)),
    ("Marit Lunde", "sales", ("Bergen",)),
    ("Håkon Vik", "recruiter", ("Bergen",)),
    ("Thea Strand", "sales", ("Trondheim",)),
    ("Øyvind Moen", "finance", ("Oslo", "Bergen", "Trondheim")),
)
PLACES = {
    "Oslo": (("0150", "OSLO"), ("0484", "OSLO"), ("1366", "LYSAKER"), ("2004", "LILLESTRØM")),
    "Bergen": (("5003", "BERGEN"), ("5058", "BERGEN"), ("5353", "STRAUME")),
    "Trondheim": (("7010", "TRONDHEIM"), ("7030", "TRONDHEIM"), ("7500", "STJØRDAL")),
}
TASKS = (  # what, within how many days, and how much it matters
    ("Ring om bemanningen i desember", 2, "high"),
    ("Følg opp tilbudet som ikke er besvart", -1, "medium"),
    ("Send ny prisliste", 12, "low"),
)
STREETS = ("Storgata", "Kirkegata", "Industriveien", "Sjøgata", "Havnegata", "Fabrikkveien", "Kanalveien")
INDUSTRIES = {
    "Bygg": ("41.200", "Oppføring av bygninger"),
    "Sjømat": ("10.209", "Slakting, bearbeiding og konservering av fisk og fiskevarer ellers"),
    "Logistikk": ("52.100", "Lagring"),
    "Helse": ("86.909", "Andre helsetjenester"),
    "Regnskap": ("69.201", "Regnskap og bokføring"),
    "Hotell": ("55.101", "Hotellvirksomhet med restaurant"),
    "Data": ("62.010", "Programmeringstjenester"),
    "Verft": ("30.113", "Bygging av skip og skrog"),
}
NAMES = {
    "Bygg": (
        "Fjellheim Bygg AS",
        "Tømrermester Aas AS",
        "Nordmark Entreprenør AS",
        "Betongpartner Vest AS",
        "Granli AS",
    ),
    "Sjømat": ("Havbris Sjømat AS", "Kystfangst AS", "Sørøya Laks AS", "Blåfjord Fisk AS", "Ytterøy Sjømat AS"),
    "Logistikk": ("Rask Lager AS", "Østlandet Terminal AS", "Vestfrakt AS", "Pakkesentralen AS", "Midtfrakt AS"),
    "Helse": ("Solgården Omsorg AS", "Byklinikken AS", "Hjemmehjelpen AS", "Livskraft AS", "Ålgård Tannhelse AS"),
    "Regnskap": ("Tallknuserne AS", "Saldo Regnskap AS", "Bokført AS", "Fjordens Revisjon AS", "Balanse Bergen AS"),
    "Hotell": (
        "Hotell Bryggen AS",
        "Fjellstua Drift AS",
        "Nidaros Hotell AS",
        "Skjærgården Gjestehus AS",
        "Ærlig Mat AS",
    ),
    "Data": ("Kodeverket AS", "Skyfri Drift AS", "Nordlys Data AS", "Bitvis AS", "Signal Systemer AS"),
    "Verft": ("Vestfjord Verft AS", "Skipsmontasje AS", "Kvernes Mekaniske AS", "Stålgruppen AS", "Ørland Dokk AS"),
}
PEOPLE = (
    "Kari Nordahl", "Ola Hansen", "Anne Berg", "Per Johansen", "Liv Dahl", "Erik Larsen", "Nina Holm", "Lars Lie",
    "Randi Solheim", "Geir Aune", "Tone Myhre", "Svein Ruud", "Åse Fossum", "Bjørn Tangen", "Grete Sæther",
    "Knut Ødegård",
)  # fmt: skip
TITLES = ("Daglig leder", "HR-sjef", "Driftsleder", "Økonomisjef", "Prosjektleder")
NOTES = (
    "Vil ha samme folk som i fjor. Ring før kl. 14.",
    "Betaler alltid i tide, men vil ha timelister med prosjektnummer.",
    "Krever HMS-kort og truckbevis på alle som skal på lageret.",
    "Ny driftsleder fra oktober; avtal et møte og gå gjennom rammeavtalen.",
    "Sesongtopp i november og desember: trenger 10–15 personer ekstra.",
)
DIALOG = (
    ("call", "out", "Oppfølging av vikarer", "Fornøyd med de to som begynte mandag. Vil ha én til fra uke 48."),
    ("email", "in", "Forespørsel om bemanning", "De ber om tilbud på fem lagermedarbeidere i seks uker."),
    ("meeting", "none", "Kundemøte", "Gikk gjennom året. Rammeavtalen forlenges, prisene justeres fra nyttår."),
    ("letter", "in", "Signert rammeavtale", "Kom i posten; originalen ligger i arkivet."),
    ("sms", "out", "Bekreftelse", "Bekreftet oppmøte kl. 07.00 i hovedporten."),
)
PROJECTS = (
    ("Sesongbemanning", "staffing", "active"),
    ("Driftsleder, fast", "recruitment", "request"),
    ("Lagerteam høst", "staffing", "active"),
    ("Regnskapsmedarbeider", "recruitment_and_staffing", "active"),
    ("Rådgivning bemanningsplan", "consulting", "not_started"),
)
TAGS = ("Rammeavtale", "VIP", "Sesong", "Sjømat", "Truckbevis", "HMS-kort", "Ny i år", "Kveldsskift")
