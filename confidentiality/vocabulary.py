"""The words of a disclosure: kinds of service, categories of information, purposes, legal bases and results.

Every word is a code that may rest in clear, with a label and one sentence in each of the four languages. A case, a rule
and a stored decision use the codes; people read the labels.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from confidentiality.words import Words

Jurisdiction = Literal["NOR", "DNK"]
JURISDICTIONS: tuple[Jurisdiction, ...] = get_args(Jurisdiction)


@dataclass(frozen=True, slots=True)
class Term:
    """A code with its label and one sentence that says what it means."""

    code: str
    label: Words
    sentence: Words


@dataclass(frozen=True, slots=True)
class Kind(Term):
    """A kind of welfare service, in the countries where it exists."""

    jurisdictions: tuple[Jurisdiction, ...]


@dataclass(frozen=True, slots=True)
class Category(Term):
    """A category of information about a person.

    `sensitivity` is 1 (low), 2 (medium) or 3 (high); it orders categories, a rule's tier orders rules. `gdpr` is the
    class under the General Data Protection Regulation: ordinary, art87, art9, art10, may_be_art9 or proxy_art9.
    `strict_senders` are the kinds for which even this category is confidential by statute. `client_link` marks a
    category that by itself reveals that somebody is a client of a service. `often_guardian` marks a category that is
    usually about the guardian, who is then the subject.
    """

    sensitivity: int
    gdpr: str
    fields: tuple[str, ...]
    strict_senders: tuple[str, ...] = ()
    client_link: bool = False
    often_guardian: bool = False


_BOTH: tuple[Jurisdiction, ...] = ("NOR", "DNK")
_NORWAY: tuple[Jurisdiction, ...] = ("NOR",)
_DENMARK: tuple[Jurisdiction, ...] = ("DNK",)


def _kind(code: str, where: tuple[Jurisdiction, ...], label: Words, sentence: Words) -> Kind:
    return Kind(code, label, sentence, where)


KINDS: tuple[Kind, ...] = (
    _kind(
        "school",
        _BOTH,
        Words("skole", "skule", "skole", "school"),
        Words(
            "En offentlig grunnskole eller videregående skole.",
            "Ein offentleg grunnskule eller vidaregåande skule.",
            "En folkeskole eller anden offentlig skole.",
            "A public primary or secondary school.",
        ),
    ),
    _kind(
        "private_school",
        _BOTH,
        Words("privatskole", "privatskule", "privatskole", "private school"),
        Words(
            "En godkjent skole som ikke er drevet av det offentlige.",
            "Ein godkjend skule som ikkje er driven av det offentlege.",
            "En godkendt skole, som ikke drives af det offentlige.",
            "An approved school that is not run by a public body.",
        ),
    ),
    _kind(
        "sfo",
        _BOTH,
        Words("skolefritidsordning", "skulefritidsordning", "skolefritidsordning", "after-school care"),
        Words(
            "Tilsyn og fritid før og etter skoletid.",
            "Tilsyn og fritid før og etter skuletid.",
            "Pasning og fritid før og efter skoletid.",
            "Care and leisure before and after school hours.",
        ),
    ),
    _kind(
        "ppt",
        _NORWAY,
        Words("PP-tjenesten", "PP-tenesta", "PP-tjenesten (norsk)", "educational psychology service"),
        Words(
            "Pedagogisk-psykologisk tjeneste for barnehage og skole.",
            "Pedagogisk-psykologisk teneste for barnehage og skule.",
            "Pædagogisk-psykologisk rådgivning i Norge.",
            "The service that advises schools on special needs in Norway.",
        ),
    ),
    _kind(
        "homework_municipal",
        _NORWAY,
        Words("kommunal leksehjelp", "kommunal leksehjelp", "kommunal lektiehjælp", "municipal homework support"),
        Words(
            "Leksehjelp som kommunen selv gir etter opplæringslova.",
            "Leksehjelp som kommunen sjølv gir etter opplæringslova.",
            "Lektiehjælp, som en norsk kommune selv giver.",
            "Homework support that the municipality itself gives under the Education Act.",
        ),
    ),
    _kind(
        "housing_social",
        _NORWAY,
        Words("boligsosial tjeneste", "bustadsosial teneste", "boligsocial tjeneste", "housing-social service"),
        Words(
            "Kommunens team som følger opp familier der de bor.",
            "Teamet i kommunen som følgjer opp familiar der dei bur.",
            "Kommunens team, som følger op på familier, hvor de bor.",
            "The municipality's team that follows up families where they live.",
        ),
    ),
    _kind(
        "housing_contractor",
        _NORWAY,
        Words("boligsosial leverandør", "bustadsosial leverandør", "boligsocial leverandør", "housing contractor"),
        Words(
            "En virksomhet som gjør boligsosialt arbeid på oppdrag for kommunen.",
            "Ei verksemd som gjer bustadsosialt arbeid på oppdrag for kommunen.",
            "En virksomhed, som udfører boligsocialt arbejde for kommunen.",
            "An enterprise that does housing-social work on assignment for the municipality.",
        ),
    ),
    _kind(
        "nav_social",
        _NORWAY,
        Words("sosialtjenesten i NAV", "sosialtenesta i NAV", "socialtjenesten i NAV", "social services in NAV"),
        Words(
            "Kommunens sosialtjeneste på NAV-kontoret.",
            "Sosialtenesta til kommunen på NAV-kontoret.",
            "Kommunens socialtjeneste på NAV-kontoret i Norge.",
            "The municipal social services at the NAV office.",
        ),
    ),
    _kind(
        "nav_state",
        _NORWAY,
        Words("NAV stat", "NAV stat", "NAV stat", "state NAV"),
        Words(
            "Arbeids- og velferdsetaten: arbeid, pensjon og trygd.",
            "Arbeids- og velferdsetaten: arbeid, pensjon og trygd.",
            "Den norske stats arbejds- og velfærdsetat.",
            "The state labour and welfare administration.",
        ),
    ),
    _kind(
        "nav_office",
        _NORWAY,
        Words("NAV-kontor", "NAV-kontor", "NAV-kontor", "joint NAV office"),
        Words(
            "Det felles lokale kontoret for stat og kommune i NAV.",
            "Det felles lokale kontoret for stat og kommune i NAV.",
            "Det fælles lokale kontor for stat og kommune i NAV.",
            "The joint local office of state and municipality in NAV.",
        ),
    ),
    _kind(
        "child_welfare",
        _NORWAY,
        Words("barnevernstjenesten", "barnevernstenesta", "børneværnet (norsk)", "child welfare service"),
        Words(
            "Kommunens tjeneste etter barnevernsloven.",
            "Tenesta i kommunen etter barnevernslova.",
            "Den norske kommunes tjeneste for udsatte børn.",
            "The municipal service under the Child Welfare Act.",
        ),
    ),
    _kind(
        "health_service",
        _NORWAY,
        Words("helsetjeneste", "helseteneste", "sundhedstjeneste", "health service"),
        Words(
            "Helsestasjon, skolehelsetjeneste eller fastlege.",
            "Helsestasjon, skulehelseteneste eller fastlege.",
            "Sundhedsstation, skolesundhedstjeneste eller læge.",
            "A health centre, school health service or general practitioner.",
        ),
    ),
    _kind(
        "slt",
        _NORWAY,
        Words("SLT-koordinator", "SLT-koordinator", "SLT-koordinator", "crime-prevention coordinator"),
        Words(
            "Kommunens samordning av kriminalitetsforebyggende tiltak.",
            "Samordninga i kommunen av kriminalitetsførebyggjande tiltak.",
            "Kommunens samordning af kriminalitetsforebyggelse i Norge.",
            "The municipal coordination of crime prevention.",
        ),
    ),
    _kind(
        "family_department",
        _DENMARK,
        Words("familieavdeling", "familieavdeling", "familieafdeling", "family department"),
        Words(
            "Den danske kommunens avdeling for barn og familie.",
            "Avdelinga for barn og familie i ein dansk kommune.",
            "Kommunens afdeling for børn og familier, som modtager underretninger.",
            "The Danish municipal department for children and families, which receives concern reports.",
        ),
    ),
    _kind(
        "housing_association",
        _DENMARK,
        Words("boligorganisasjon", "bustadorganisasjon", "boligorganisation", "housing association"),
        Words(
            "En almen boligorganisasjon med boligsosiale medarbeidere.",
            "Ein almen bustadorganisasjon med bustadsosiale medarbeidarar.",
            "En almen boligorganisation med boligsociale medarbejdere.",
            "A non-profit housing association with housing-social staff.",
        ),
    ),
    _kind(
        "health_visitor",
        _DENMARK,
        Words("helsesykepleier", "helsesjukepleiar", "sundhedsplejen", "health visitor"),
        Words(
            "Kommunens helsetjeneste for små barn og skolebarn.",
            "Helsetenesta i kommunen for små barn og skulebarn.",
            "Kommunens sundhedspleje for små børn og skolebørn.",
            "The municipal health service for small children and pupils.",
        ),
    ),
    _kind(
        "daycare",
        _DENMARK,
        Words("barnehage", "barnehage", "dagtilbud", "day care"),
        Words(
            "Dagtilbud for barn under skolealder.",
            "Dagtilbod for barn under skulealder.",
            "Dagtilbud for børn under skolealderen.",
            "Day care for children below school age.",
        ),
    ),
    _kind(
        "ssp",
        _DENMARK,
        Words("SSP-samarbeidet", "SSP-samarbeidet", "SSP-samarbejdet", "SSP cooperation"),
        Words(
            "Samarbeid mellom skole, sosialforvaltning og politi om forebygging.",
            "Samarbeid mellom skule, sosialforvalting og politi om førebygging.",
            "Samarbejde mellem skole, socialforvaltning og politi om forebyggelse.",
            "Cooperation of school, social administration and police on prevention.",
        ),
    ),
    _kind(
        "volunteer_org",
        _BOTH,
        Words("frivillig organisasjon", "frivillig organisasjon", "frivillig forening", "volunteer organisation"),
        Words(
            "En forening eller gruppe av frivillige.",
            "Ei foreining eller gruppe av frivillige.",
            "En forening eller gruppe af frivillige.",
            "An association or group of volunteers.",
        ),
    ),
    _kind(
        "library",
        _BOTH,
        Words("bibliotek", "bibliotek", "bibliotek", "library"),
        Words(
            "Et folkebibliotek med leksehjelp eller andre tilbud.",
            "Eit folkebibliotek med leksehjelp eller andre tilbod.",
            "Et folkebibliotek med lektiecafé eller andre tilbud.",
            "A public library with homework support or other offers.",
        ),
    ),
    _kind(
        "police",
        _BOTH,
        Words("politi", "politi", "politi", "police"),
        Words("Politiet.", "Politiet.", "Politiet.", "The police."),
    ),
    _kind(
        "auditor",
        _BOTH,
        Words("revisor", "revisor", "revisor", "auditor"),
        Words(
            "Den som kontrollerer at reglene er fulgt.",
            "Den som kontrollerer at reglane er følgde.",
            "Den, der kontrollerer, at reglerne er fulgt.",
            "Whoever checks that the rules were followed.",
        ),
    ),
)

PUBLIC: dict[Jurisdiction, tuple[str, ...]] = {
    "NOR": (
        "school",
        "sfo",
        "ppt",
        "homework_municipal",
        "housing_social",
        "nav_social",
        "nav_state",
        "nav_office",
        "child_welfare",
        "health_service",
        "slt",
    ),
    "DNK": ("school", "sfo", "family_department", "health_visitor", "daycare", "ssp"),
}
"""Public services of each country. Library, volunteers, police and auditor are in no group and must be named."""

CONTRACTED: dict[Jurisdiction, tuple[str, ...]] = {"NOR": ("private_school", "housing_contractor"), "DNK": ()}
"""Private services that are bound because they perform tasks for a public body."""


def _category(  # noqa: PLR0913  # One argument for each thing that is said about a category.
    code: str,
    sensitivity: int,
    gdpr: str,
    fields: tuple[str, ...],
    label: Words,
    sentence: Words,
    *,
    strict_senders: tuple[str, ...] = (),
    client_link: bool = False,
    often_guardian: bool = False,
) -> Category:
    return Category(code, label, sentence, sensitivity, gdpr, fields, strict_senders, client_link, often_guardian)


_NAV = ("nav_social", "nav_state", "nav_office")

CATEGORIES: tuple[Category, ...] = (
    _category(
        "identity_contact",
        1,
        "ordinary",
        ("name", "birth_year", "address", "school", "phone", "contact_person"),
        Words("navn og kontakt", "namn og kontakt", "navn og kontakt", "name and contact"),
        Words(
            "Navn, fødselsår, adresse, skole, telefon og kontaktperson.",
            "Namn, fødselsår, adresse, skule, telefon og kontaktperson.",
            "Navn, fødselsår, adresse, skole, telefon og kontaktperson.",
            "Name, year of birth, address, school, telephone and contact person.",
        ),
        strict_senders=(*_NAV, "child_welfare"),
    ),
    _category(
        "national_id",
        3,
        "art87",
        ("number",),
        Words("fødselsnummer", "fødselsnummer", "CPR-nummer", "national identity number"),
        Words(
            "Fødselsnummer eller d-nummer; vises vanligvis ikke for mottakeren.",
            "Fødselsnummer eller d-nummer; blir vanlegvis ikkje vist for mottakaren.",
            "CPR-nummer; vises normalt ikke for modtageren.",
            "The national identity number; normally not shown to the recipient.",
        ),
    ),
    _category(
        "guardian_relation",
        2,
        "ordinary",
        ("guardians", "kind"),
        Words("foreldreansvar", "foreldreansvar", "forældremyndighed", "parental responsibility"),
        Words(
            "Hvem som har foreldreansvar eller er verge.",
            "Kven som har foreldreansvar eller er verje.",
            "Hvem der har forældremyndighed eller er værge.",
            "Who holds parental responsibility or is the legal guardian.",
        ),
    ),
    _category(
        "referral_fact",
        1,
        "ordinary",
        ("sending_service", "receiving_service", "sent_on"),
        Words("at det er henvist", "at det er tilvist", "at der er henvist", "the fact of a referral"),
        Words(
            "At en tjeneste har henvist noen til en annen; det viser et klientforhold.",
            "At ei teneste har tilvist nokon til ei anna; det viser eit klientforhold.",
            "At en tjeneste har henvist nogen til en anden; det viser et klientforhold.",
            "That one service has referred somebody to another; it reveals a client relationship.",
        ),
        client_link=True,
    ),
    _category(
        "service_participation",
        1,
        "ordinary",
        ("weekdays", "start"),
        Words("deltakelse i tilbudet", "deltaking i tilbodet", "deltagelse i tilbuddet", "participation in the offer"),
        Words(
            "Hvilke dager noen deltar, og fra når.",
            "Kva dagar nokon deltek, og frå når.",
            "Hvilke dage nogen deltager, og fra hvornår.",
            "Which days somebody takes part, and from when.",
        ),
        client_link=True,
    ),
    _category(
        "academic_need",
        1,
        "ordinary",
        ("subjects", "goal", "note"),
        Words("faglig behov", "fagleg behov", "fagligt behov", "academic need"),
        Words(
            "Hvilke fag eleven trenger hjelp i, og målet med hjelpen.",
            "Kva fag eleven treng hjelp i, og målet med hjelpa.",
            "Hvilke fag eleven har brug for hjælp i, og målet med hjælpen.",
            "Which subjects the pupil needs help with, and the goal of the help.",
        ),
    ),
    _category(
        "language_need",
        1,
        "ordinary",
        ("level", "support"),
        Words("språklig behov", "språkleg behov", "sprogligt behov", "language need"),
        Words(
            "Språknivå og behov for støtte; ikke morsmål.",
            "Språknivå og behov for støtte; ikkje morsmål.",
            "Sprogniveau og behov for støtte; ikke modersmål.",
            "Language level and need for support; not the mother tongue.",
        ),
    ),
    _category(
        "mother_tongue",
        2,
        "proxy_art9",
        ("language",),
        Words("morsmål", "morsmål", "modersmål", "mother tongue"),
        Words(
            "Språket hjemme; det kan si noe om opphav.",
            "Språket heime; det kan seie noko om opphav.",
            "Sproget i hjemmet; det kan sige noget om oprindelse.",
            "The language at home; it may tell something about origin.",
        ),
    ),
    _category(
        "attendance",
        2,
        "ordinary",
        ("present",),
        Words("fravær og oppmøte", "fråvær og oppmøte", "fravær og fremmøde", "attendance"),
        Words(
            "Om eleven har møtt opp.",
            "Om eleven har møtt opp.",
            "Om eleven er mødt op.",
            "Whether the pupil has attended.",
        ),
    ),
    _category(
        "wellbeing_social",
        2,
        "may_be_art9",
        ("note",),
        Words("trivsel og sosialt", "trivsel og sosialt", "trivsel og socialt", "well-being and social life"),
        Words(
            "Hvordan barnet har det med seg selv og andre.",
            "Korleis barnet har det med seg sjølv og andre.",
            "Hvordan barnet har det med sig selv og andre.",
            "How the child is doing, alone and with others.",
        ),
    ),
    _category(
        "housing_situation",
        2,
        "ordinary",
        ("situation", "need"),
        Words("bosituasjon", "busituasjon", "boligsituation", "housing situation"),
        Words(
            "Hvordan familien bor, og hva den trenger; gjelder som oftest den foresatte.",
            "Korleis familien bur, og kva han treng; gjeld oftast den føresette.",
            "Hvordan familien bor, og hvad den har brug for; angår oftest forælderen.",
            "How the family lives and what it needs; most often about the guardian.",
        ),
        often_guardian=True,
    ),
    _category(
        "economic_situation",
        3,
        "ordinary",
        ("situation", "need"),
        Words("økonomi", "økonomi", "økonomi", "economic situation"),
        Words(
            "Økonomien i husholdet; gjelder som oftest den foresatte.",
            "Økonomien i hushaldet; gjeld oftast den føresette.",
            "Husstandens økonomi; angår oftest forælderen.",
            "The economy of the household; most often about the guardian.",
        ),
        often_guardian=True,
    ),
    _category(
        "health",
        3,
        "art9",
        ("note",),
        Words("helse", "helse", "helbred", "health"),
        Words(
            "Opplysninger om fysisk eller psykisk helse.",
            "Opplysningar om fysisk eller psykisk helse.",
            "Oplysninger om fysisk eller psykisk helbred.",
            "Information about physical or mental health.",
        ),
    ),
    _category(
        "special_needs_decision",
        3,
        "may_be_art9",
        ("decision", "measures"),
        Words(
            "vedtak om særskilt hjelp",
            "vedtak om særskild hjelp",
            "afgørelse om særlig støtte",
            "special-needs decision",
        ),
        Words(
            "Vedtak om særskilt tilrettelegging og tiltakene i det.",
            "Vedtak om særskild tilrettelegging og tiltaka i det.",
            "Afgørelse om særlig støtte og foranstaltningerne i den.",
            "A decision on special support and its measures.",
        ),
    ),
    _category(
        "child_welfare_relation",
        3,
        "ordinary",
        ("relation",),
        Words(
            "kontakt med barnevernet",
            "kontakt med barnevernet",
            "kontakt med familieafdelingen",
            "child welfare contact",
        ),
        Words(
            "At noen har kontakt med barnevernet.",
            "At nokon har kontakt med barnevernet.",
            "At nogen har kontakt med børnesagsområdet.",
            "That somebody is in contact with child welfare.",
        ),
        strict_senders=("child_welfare",),
    ),
    _category(
        "nav_relation",
        3,
        "ordinary",
        ("relation",),
        Words("kontakt med NAV", "kontakt med NAV", "kontakt med NAV", "NAV contact"),
        Words(
            "At noen mottar hjelp fra NAV.",
            "At nokon får hjelp frå NAV.",
            "At nogen får hjælp fra NAV.",
            "That somebody receives help from NAV.",
        ),
        strict_senders=_NAV,
    ),
    _category(
        "criminal_matters",
        3,
        "art10",
        ("note",),
        Words("straffbare forhold", "straffbare forhold", "strafbare forhold", "criminal matters"),
        Words(
            "Opplysninger om lovbrudd eller straff.",
            "Opplysningar om lovbrot eller straff.",
            "Oplysninger om lovovertrædelser eller straf.",
            "Information about offences or punishment.",
        ),
    ),
    _category(
        "ethnicity_religion",
        3,
        "art9",
        (),
        Words("opphav og tro", "opphav og tru", "oprindelse og tro", "ethnicity and religion"),
        Words(
            "Etnisk opphav eller livssyn; ingen oppgave her trenger det.",
            "Etnisk opphav eller livssyn; inga oppgåve her treng det.",
            "Etnisk oprindelse eller tro; ingen opgave her har brug for det.",
            "Ethnic origin or belief; no task here needs it.",
        ),
    ),
    _category(
        "protected_address",
        3,
        "ordinary",
        (),
        Words("beskyttet adresse", "verna adresse", "beskyttet adresse", "protected address"),
        Words(
            "En adresse som er sperret; den deles aldri.",
            "Ei adresse som er sperra; ho blir aldri delt.",
            "En adresse, som er beskyttet; den deles aldrig.",
            "An address that is blocked; it is never shared.",
        ),
    ),
)


def _term(code: str, label: Words, sentence: Words) -> Term:
    return Term(code, label, sentence)


PURPOSES: tuple[Term, ...] = (
    _term(
        "homework_support_referral",
        Words(
            "henvisning til leksehjelp",
            "tilvising til leksehjelp",
            "henvisning til lektiehjælp",
            "referral to homework support",
        ),
        Words(
            "Eleven skal få plass i leksehjelp.",
            "Eleven skal få plass i leksehjelp.",
            "Eleven skal have plads i lektiehjælp.",
            "The pupil is to get a place in homework support.",
        ),
    ),
    _term(
        "homework_support_follow_up",
        Words(
            "oppfølging av leksehjelp",
            "oppfølging av leksehjelp",
            "opfølgning på lektiehjælp",
            "follow-up of homework support",
        ),
        Words(
            "Skolen og leksehjelpen følger opp målene sammen.",
            "Skulen og leksehjelpa følgjer opp måla saman.",
            "Skolen og lektiehjælpen følger op på målene sammen.",
            "School and homework support follow up the goals together.",
        ),
    ),
    _term(
        "parent_programme",
        Words("tilbud til foreldre", "tilbod til foreldre", "tilbud til forældre", "programme for parents"),
        Words(
            "Foreldrene skal få veiledning eller et kurs.",
            "Foreldra skal få rettleiing eller eit kurs.",
            "Forældrene skal have vejledning eller et kursus.",
            "The parents are to get guidance or a course.",
        ),
    ),
    _term(
        "housing_follow_up",
        Words("boligsosial oppfølging", "bustadsosial oppfølging", "boligsocial opfølgning", "housing follow-up"),
        Words(
            "Familien skal få hjelp med der den bor.",
            "Familien skal få hjelp med der han bur.",
            "Familien skal have hjælp med sin bolig.",
            "The family is to get help with where it lives.",
        ),
    ),
    _term(
        "coordinated_support",
        Words("samordnet hjelp", "samordna hjelp", "koordineret hjælp", "coordinated support"),
        Words(
            "Flere tjenester skal hjelpe etter én plan.",
            "Fleire tenester skal hjelpe etter éin plan.",
            "Flere tjenester skal hjælpe efter én plan.",
            "Several services are to help according to one plan.",
        ),
    ),
    _term(
        "activity_inclusion",
        Words("med i fritidsaktivitet", "med i fritidsaktivitet", "med i fritidsaktivitet", "joining an activity"),
        Words(
            "Barnet skal få være med på en aktivitet.",
            "Barnet skal få vere med på ein aktivitet.",
            "Barnet skal have mulighed for at deltage i en aktivitet.",
            "The child is to join an activity.",
        ),
    ),
    _term(
        "report_concern",
        Words("bekymringsmelding", "bekymringsmelding", "underretning", "concern report"),
        Words(
            "Å melde fra om alvorlig bekymring for et barn.",
            "Å melde frå om alvorleg uro for eit barn.",
            "At underrette om bekymring for et barn.",
            "To report serious concern for a child.",
        ),
    ),
    _term(
        "emergency",
        Words(
            "fare for liv eller helse",
            "fare for liv eller helse",
            "fare for liv eller helbred",
            "danger to life or health",
        ),
        Words(
            "Å avverge fare for noens liv eller helse.",
            "Å avverje fare for livet eller helsa til nokon.",
            "At afværge fare for nogens liv eller helbred.",
            "To avert danger to somebody's life or health.",
        ),
    ),
    _term(
        "audit",
        Words("kontroll", "kontroll", "kontrol", "audit"),
        Words(
            "Å kontrollere at reglene er fulgt.",
            "Å kontrollere at reglane er følgde.",
            "At kontrollere, at reglerne er fulgt.",
            "To check that the rules were followed.",
        ),
    ),
    _term(
        "statistics",
        Words("statistikk", "statistikk", "statistik", "statistics"),
        Words(
            "Å telle uten å vise noen.",
            "Å telje utan å vise nokon.",
            "At tælle uden at vise nogen.",
            "To count without showing anybody.",
        ),
    ),
)

BASES: tuple[Term, ...] = (
    _term(
        "consent",
        Words("samtykke", "samtykke", "samtykke", "consent"),
        Words(
            "Den som har krav på taushet, har samtykket til delingen.",
            "Den som har krav på teieplikt, har samtykt til delinga.",
            "Den, som tavshedspligten beskytter, har samtykket til delingen.",
            "Whoever is entitled to silence has consented to the sharing.",
        ),
    ),
    _term(
        "duty_report",
        Words("meldeplikt", "meldeplikt", "underretningspligt", "duty to report"),
        Words(
            "Den ansatte har plikt til å melde fra om et barn, også uten samtykke.",
            "Den tilsette har plikt til å melde frå om eit barn, også utan samtykke.",
            "Den ansatte har pligt til at underrette om et barn, også uden samtykke.",
            "The employee has a duty to report about a child, also without consent.",
        ),
    ),
    _term(
        "duty_report_citizen",
        Words(
            "alminnelig meldeplikt", "allmenn meldeplikt", "almindelig underretningspligt", "everyone's duty to report"
        ),
        Words(
            "Alle har plikt til å melde fra om et barn i nød.",
            "Alle har plikt til å melde frå om eit barn i naud.",
            "Alle har pligt til at underrette om et barn i nød.",
            "Everyone has a duty to report a child in distress.",
        ),
    ),
    _term(
        "duty_avert",
        Words("avvergingsplikt", "avverjingsplikt", "pligt til at afværge", "duty to avert"),
        Words(
            "Alle har plikt til å avverge visse alvorlige lovbrudd.",
            "Alle har plikt til å avverje visse alvorlege lovbrot.",
            "Alle har pligt til at afværge visse alvorlige forbrydelser.",
            "Everyone has a duty to avert certain serious offences.",
        ),
    ),
    _term(
        "order",
        Words("pålegg", "pålegg", "pålæg", "order"),
        Words(
            "Barnevernet har gitt et skriftlig pålegg om opplysninger.",
            "Barnevernet har gitt eit skriftleg pålegg om opplysningar.",
            "Myndigheden har givet et skriftligt pålæg om oplysninger.",
            "Child welfare has ordered the information in writing.",
        ),
    ),
    _term(
        "purpose_continuity",
        Words("samme formål", "same formål", "samme formål", "same purpose"),
        Words(
            "Opplysningene brukes til det de ble samlet inn for.",
            "Opplysningane blir brukte til det dei vart samla inn for.",
            "Oplysningerne bruges til det, de blev indsamlet til.",
            "The information is used for what it was collected for.",
        ),
    ),
    _term(
        "office_need_to_know",
        Words(
            "tjenstlig behov i NAV-kontoret",
            "tenstleg behov i NAV-kontoret",
            "tjenstligt behov i NAV-kontoret",
            "need to know in the NAV office",
        ),
        Words(
            "Den som arbeider på samme NAV-kontor, trenger opplysningene.",
            "Den som arbeider på same NAV-kontor, treng opplysningane.",
            "Den, som arbejder på samme NAV-kontor, har brug for oplysningerne.",
            "Somebody working at the same NAV office needs the information.",
        ),
    ),
    _term(
        "same_body",
        Words("samme organ", "same organ", "samme myndighed", "same body"),
        Words(
            "Tjenestene hører til samme organ, og kommunen har åpnet for denne delingen.",
            "Tenestene høyrer til same organ, og kommunen har opna for denne delinga.",
            "Tjenesterne hører til samme myndighed, og kommunen har åbnet for denne deling.",
            "The services belong to one body and the municipality has opened this sharing.",
        ),
    ),
    _term(
        "further_givers_task",
        Words("avgiverens oppgaver", "oppgåvene til avgjevaren", "afgiverens opgaver", "the giver's own task"),
        Words(
            "Delingen er nødvendig for å fremme avgiverens egne oppgaver.",
            "Delinga er nødvendig for å fremje oppgåvene til avgjevaren.",
            "Delingen er nødvendig for at fremme afgiverens egne opgaver.",
            "The sharing is needed to further the giver's own tasks.",
        ),
    ),
    _term(
        "statute",
        Words("lovhjemmel", "lovheimel", "lovhjemmel", "statute"),
        Words(
            "Loven sier selv at disse opplysningene kan gis.",
            "Lova seier sjølv at desse opplysningane kan givast.",
            "Loven siger selv, at disse oplysninger kan gives.",
            "The act itself says that this information may be given.",
        ),
    ),
    _term(
        "emergency",
        Words(
            "fare for liv eller helse",
            "fare for liv eller helse",
            "fare for liv eller helbred",
            "danger to life or health",
        ),
        Words(
            "Det er nødvendig for å avverge fare for liv eller helse.",
            "Det er nødvendig for å avverje fare for liv eller helse.",
            "Det er nødvendigt for at afværge fare for liv eller helbred.",
            "It is necessary to avert danger to life or health.",
        ),
    ),
    _term(
        "control",
        Words("kontroll og revisjon", "kontroll og revisjon", "kontrol og revision", "control and audit"),
        Words(
            "Loggen brukes til kontroll med forvaltningen.",
            "Loggen blir brukt til kontroll med forvaltinga.",
            "Loggen bruges til kontrol med forvaltningen.",
            "The log is used to control the administration.",
        ),
    ),
    _term(
        "own_task",
        Words(
            "barnevernets egne oppgaver",
            "eigne oppgåver i barnevernet",
            "børneværnets egne opgaver",
            "child welfare's own task",
        ),
        Words(
            "Barnevernet trenger å gi opplysningen for å gjøre sine egne oppgaver.",
            "Barnevernet treng å gi opplysninga for å gjere sine eigne oppgåver.",
            "Børneværnet har brug for at give oplysningen for at løse egne opgaver.",
            "Child welfare needs to give the information to do its own tasks.",
        ),
    ),
    _term(
        "ssd_meeting",
        Words("SSD-møte", "SSD-møte", "SSD-møde", "SSD meeting"),
        Words(
            "Tidlig eller forebyggende samarbeid på ett møte.",
            "Tidleg eller førebyggjande samarbeid på eitt møte.",
            "Tidligt eller forebyggende samarbejde på ét møde.",
            "Early or preventive cooperation at one meeting.",
        ),
    ),
    _term(
        "ssp",
        Words("SSP", "SSP", "SSP", "SSP"),
        Words(
            "Kriminalitetsforebyggende samarbeid.",
            "Kriminalitetsførebyggjande samarbeid.",
            "Kriminalitetsforebyggende samarbejde.",
            "Crime-preventive cooperation.",
        ),
    ),
    _term(
        "carried_by_person",
        Words(
            "familien tar det med selv",
            "familien tek det med sjølv",
            "familien tager det selv med",
            "the family carries it",
        ),
        Words(
            "Familien får arket og velger selv hvem som ser det.",
            "Familien får arket og vel sjølv kven som ser det.",
            "Familien får arket og vælger selv, hvem der ser det.",
            "The family gets the sheet and chooses who sees it.",
        ),
    ),
    _term(
        "anonymised",
        Words("anonymt råd", "anonymt råd", "anonym rådgivning", "anonymised advice"),
        Words(
            "Spørsmålet stilles uten at noen kan kjennes igjen.",
            "Spørsmålet blir stilt utan at nokon kan kjennast att.",
            "Spørgsmålet stilles, uden at nogen kan genkendes.",
            "The question is put so that nobody can be recognised.",
        ),
    ),
    _term(
        "ask_consent",
        Words("be om samtykke", "be om samtykke", "bede om samtykke", "ask for consent"),
        Words(
            "Familien blir spurt, med muntlig og skriftlig informasjon.",
            "Familien blir spurd, med munnleg og skriftleg informasjon.",
            "Familien bliver spurgt, med mundtlig og skriftlig information.",
            "The family is asked, with oral and written information.",
        ),
    ),
)

Outcome = Literal["permit", "refuse", "strip", "require", "manual", "offer"]

RESULTS: tuple[Term, ...] = (
    _term(
        "permit",
        Words("åpen", "open", "åben", "open"),
        Words(
            "Opplysningene kan deles.",
            "Opplysningane kan delast.",
            "Oplysningerne kan deles.",
            "The information may be shared.",
        ),
    ),
    _term(
        "refuse",
        Words("stengt", "stengd", "lukket", "closed"),
        Words(
            "Opplysningene kan ikke deles nå.",
            "Opplysningane kan ikkje delast no.",
            "Oplysningerne kan ikke deles nu.",
            "The information cannot be shared now.",
        ),
    ),
    _term(
        "strip",
        Words(
            "åpen uten enkelte felt", "open utan enkelte felt", "åben uden enkelte felter", "open without some fields"
        ),
        Words(
            "Opplysningene kan deles, men enkelte felt må stå tomme.",
            "Opplysningane kan delast, men enkelte felt må stå tomme.",
            "Oplysningerne kan deles, men enkelte felter skal stå tomme.",
            "The information may be shared, but some fields must be left empty.",
        ),
    ),
    _term(
        "require",
        Words("plikt", "plikt", "pligt", "duty"),
        Words(
            "Opplysningene skal gis, også uten samtykke.",
            "Opplysningane skal givast, også utan samtykke.",
            "Oplysningerne skal gives, også uden samtykke.",
            "The information must be given, also without consent.",
        ),
    ),
    _term(
        "manual",
        Words("venter på et menneske", "ventar på eit menneske", "venter på et menneske", "waits for a person"),
        Words(
            "Et menneske må avgjøre dette før noe deles.",
            "Eit menneske må avgjere dette før noko blir delt.",
            "Et menneske skal afgøre dette, før noget deles.",
            "A person must decide this before anything is shared.",
        ),
    ),
    _term(
        "offer",
        Words("en annen vei", "ein annan veg", "en anden vej", "another way"),
        Words(
            "Ikke del dette her; bruk en annen vei.",
            "Ikkje del dette her; bruk ein annan veg.",
            "Del ikke dette her; brug en anden vej.",
            "Do not share this here; take another way.",
        ),
    ),
)

EDUCATION_PURPOSES = ("homework_support_referral", "homework_support_follow_up")
EDUCATION_CATEGORIES = (
    "identity_contact",
    "referral_fact",
    "service_participation",
    "academic_need",
    "language_need",
    "attendance",
)

KIND = {kind.code: kind for kind in KINDS}
CATEGORY = {category.code: category for category in CATEGORIES}
PURPOSE = {purpose.code: purpose for purpose in PURPOSES}
BASIS = {basis.code: basis for basis in BASES}
RESULT = {result.code: result for result in RESULTS}

OPEN = frozenset({"permit", "require", "strip"})
"""Results under which something may go: as it is, as a duty, or with some fields left empty."""


def kinds_of(jurisdiction: Jurisdiction) -> tuple[str, ...]:
    """Every kind of service of one country, in the order of the vocabulary."""
    return tuple(kind.code for kind in KINDS if jurisdiction in kind.jurisdictions)


def categories_up_to(sensitivity: int) -> tuple[str, ...]:
    """The categories of at most this sensitivity (1 to 3), in the order of the vocabulary."""
    return tuple(category.code for category in CATEGORIES if category.sensitivity <= sensitivity)


def categories_above(sensitivity: int) -> tuple[str, ...]:
    """The categories of more than this sensitivity (1 to 3), in the order of the vocabulary."""
    return tuple(category.code for category in CATEGORIES if category.sensitivity > sensitivity)


def categories_except(*codes: str) -> tuple[str, ...]:
    """Every category but the named ones, in the order of the vocabulary."""
    return tuple(category.code for category in CATEGORIES if category.code not in codes)


def fields_of(category: str) -> tuple[str, ...]:
    """The fields of a category as rules name them, for example `identity_contact.address`."""
    return tuple(f"{category}.{field}" for field in CATEGORY[category].fields)
