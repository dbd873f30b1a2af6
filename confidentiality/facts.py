"""Every question that a rule may ask, in words and in order, and the value that holds the answers.

The order of `FACTS` is the order of the letters in a stored decision, so a fact is never moved or removed: a new one is
added at the end, and the rule book's hash tells which order was used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from confidentiality.answer import UNKNOWN, Answer
from confidentiality.condition import Fact
from confidentiality.words import Words


def _fact(code: str, nb: str, nn: str, da: str, en: str) -> Fact:
    return Fact(code, Words(nb, nn, da, en))


# Who is asking -------------------------------------------------------------------------------------------------------
strongly_authenticated = _fact(
    "loa",
    "den som spør, er logget inn på nivå betydelig eller høyt",
    "den som spør, er logga inn på nivå betydeleg eller høgt",
    "den, der spørger, er logget ind på niveau betydelig eller høj",
    "whoever asks is signed in at level substantial or high",
)
declaration_signed = _fact(
    "declaration",
    "den som spør, har skrevet under taushetserklæringen",
    "den som spør, har skrive under teieerklæringa",
    "den, der spørger, har underskrevet tavshedserklæringen",
    "whoever asks has signed the confidentiality declaration",
)
member_of_sending_service = _fact(
    "membership",
    "den som spør, arbeider i tjenesten som sender",
    "den som spør, arbeider i tenesta som sender",
    "den, der spørger, arbejder i den tjeneste, som sender",
    "whoever asks works in the service that sends",
)
related_to_subject = _fact(
    "related_to_subject",
    "den som spør, er i nær familie med personen eller er verge for personen",
    "den som spør, er i nær familie med personen eller er verje for personen",
    "den, der spørger, er i nær familie med personen eller er værge for personen",
    "whoever asks is close family or the guardian of the person",
)
special_circumstances = _fact(
    "special_circumstances",
    "den som spør, står på annen måte nær personen",
    "den som spør, står på annan måte nær personen",
    "den, der spørger, står på anden måde personen nær",
    "whoever asks is close to the person in another way",
)
impartiality_confirmed = _fact(
    "impartiality_confirmed",
    "den som spør, har bekreftet at nærheten ikke svekker tilliten",
    "den som spør, har stadfesta at nærleiken ikkje svekkjer tilliten",
    "den, der spørger, har bekræftet, at nærheden ikke svækker tilliden",
    "whoever asks has confirmed that the closeness does not weaken trust",
)
# Protection ----------------------------------------------------------------------------------------------------------
protection_status_known = _fact(
    "protection_status",
    "beskyttelsesstatus er slått opp og er ny nok",
    "vernestatus er slått opp og er ny nok",
    "beskyttelsesstatus er slået op og er ny nok",
    "the protection status has been looked up and is recent enough",
)
strict_address = _fact(
    "strict_address",
    "personen har strengt fortrolig adresse",
    "personen har strengt fortruleg adresse",
    "personen har strengt fortrolig adresse",
    "the person has a strictly confidential address",
)
confidential_address = _fact(
    "confidential_address",
    "personen har fortrolig adresse",
    "personen har fortruleg adresse",
    "personen har navne- og adressebeskyttelse",
    "the person has a protected address",
)
hidden_by_child_welfare = _fact(
    "hidden_by_child_welfare",
    "barnevernet har bestemt at adressen er skjult",
    "barnevernet har avgjort at adressa er skjult",
    "børneværnet har bestemt, at adressen er skjult",
    "child welfare has decided that the address is hidden",
)
consent_set_aside = _fact(
    "consent_set_aside_by_order",
    "en myndighet har bestemt at opplysningene er fortrolige selv om det er samtykket",
    "ei styresmakt har avgjort at opplysningane er fortrulege sjølv om det er samtykt",
    "en myndighed har bestemt, at oplysningerne er fortrolige trods samtykke",
    "an authority has decided that the information is confidential even with consent",
)
service_closed = _fact(
    "service_closed",
    "en av tjenestene er lagt ned",
    "ei av tenestene er lagd ned",
    "en af tjenesterne er nedlagt",
    "one of the services is closed",
)
# What a person has to weigh ------------------------------------------------------------------------------------------
child_objects = _fact(
    "child_objects",
    "barnet er gammelt nok til å bli lyttet til og har sagt nei",
    "barnet er gammalt nok til å bli lytta til og har sagt nei",
    "barnet er gammelt nok til at blive lyttet til og har sagt nej",
    "the child is old enough for its no to count and has said no",
)
holder_cannot_sign = _fact(
    "holder_cannot_sign",
    "en som skulle ha skrevet under, kan ikke nås eller er selv en fare",
    "ein som skulle ha skrive under, kan ikkje nåast eller er sjølv ein fare",
    "en, der skulle have skrevet under, kan ikke nås eller er selv en fare",
    "somebody who should sign cannot be reached or is a danger",
)
decision_recorded = _fact(
    "decision_recorded",
    "en navngitt leder har avgjort denne ene delingen med begrunnelse",
    "ein namngitt leiar har avgjort denne eine delinga med grunngiving",
    "en navngiven leder har afgjort denne ene deling med begrundelse",
    "a named leader has decided this one disclosure with a reason",
)
second_approver = _fact(
    "second_approver",
    "en annen har også godkjent",
    "ein annan har også godkjent",
    "en anden har også godkendt",
    "a second person has approved too",
)
# The two services ----------------------------------------------------------------------------------------------------
same_service = _fact(
    "same_service",
    "avsender og mottaker er samme tjeneste",
    "avsendar og mottakar er same teneste",
    "afsender og modtager er samme tjeneste",
    "sender and recipient are the same service",
)
same_office = _fact(
    "same_office",
    "avsender og mottaker er på samme kontor",
    "avsendar og mottakar er på same kontor",
    "afsender og modtager er på samme kontor",
    "sender and recipient are at the same office",
)
same_municipality = _fact(
    "same_municipality",
    "tjenestene hører til samme kommune",
    "tenestene høyrer til same kommune",
    "tjenesterne hører til samme kommune",
    "the services belong to the same municipality",
)
pair_enabled = _fact(
    "pair_enabled",
    "kommunen har åpnet for deling mellom akkurat disse tjenestene til dette formålet",
    "kommunen har opna for deling mellom nett desse tenestene til dette formålet",
    "kommunen har åbnet for deling mellem netop disse tjenester til dette formål",
    "the municipality has opened sharing between exactly these services for this purpose",
)
# Duties --------------------------------------------------------------------------------------------------------------
written_order_reference = _fact(
    "written_order_reference",
    "det finnes et skriftlig pålegg",
    "det finst eit skriftleg pålegg",
    "der findes et skriftligt pålæg",
    "there is a written order",
)
decision_type_listed = _fact(
    "decision_type_listed",
    "pålegget gjelder en avgjørelse som loven nevner",
    "pålegget gjeld ei avgjerd som lova nemner",
    "pålægget gælder en afgørelse, som loven nævner",
    "the order concerns a decision that the act lists",
)
absence_reaches_limit = _fact(
    "absence_quarter_pct_gte_15",
    "ulovlig fravær er minst 15 prosent i et kvartal",
    "ulovleg fråvær er minst 15 prosent i eit kvartal",
    "ulovligt fravær er mindst 15 procent i et kvartal",
    "unlawful absence is at least 15 per cent in a quarter",
)
# Permissions without consent -----------------------------------------------------------------------------------------
needed_for_task = _fact(
    "needed_for_task",
    "opplysningene trengs for oppgaven",
    "opplysningane trengst for oppgåva",
    "oplysningerne er nødvendige for opgaven",
    "the information is needed for the task",
)
reason_logged = _fact(
    "reason_logged",
    "grunnen er skrevet i loggen",
    "grunnen er skriven i loggen",
    "grunden er skrevet i loggen",
    "the reason is written in the log",
)
guardians_informed = _fact(
    "guardians_informed",
    "de foresatte har fått vite om det",
    "dei føresette har fått vite om det",
    "forældrene har fået det at vide",
    "the guardians have been told",
)
reason = _fact(
    "reason",
    "behovet er begrunnet skriftlig",
    "behovet er grunngitt skriftleg",
    "behovet er begrundet skriftligt",
    "the need is reasoned in writing",
)
legal_reference = _fact(
    "legal_reference",
    "den rettslige vurderingen er vist til",
    "den rettslege vurderinga er vist til",
    "der er henvist til den retlige vurdering",
    "the legal assessment is referred to",
)
benefit_or_employment_matter_only = _fact(
    "benefit_or_employment_matter_only",
    "det gjelder bare en ytelsessak eller et arbeidsforhold",
    "det gjeld berre ei ytingssak eller eit arbeidsforhold",
    "det gælder kun en ydelsessag eller et ansættelsesforhold",
    "it concerns a benefit or an employment matter only",
)
danger_life_or_health = _fact(
    "danger_life_or_health",
    "det er fare for noens liv eller helse",
    "det er fare for livet eller helsa til nokon",
    "der er fare for nogens liv eller helbred",
    "there is danger to somebody's life or health",
)
necessary_extent = _fact(
    "necessary_extent",
    "ikke mer enn nødvendig blir delt",
    "ikkje meir enn nødvendig blir delt",
    "der deles ikke mere end nødvendigt",
    "no more than necessary is shared",
)
override_record = _fact(
    "override_record",
    "overstyringen er skrevet ned med grunn og varighet",
    "overstyringa er skriven ned med grunn og lengd",
    "nødadgangen er skrevet ned med grund og varighed",
    "the override is recorded with reason and duration",
)
audit_mandate = _fact(
    "audit_mandate",
    "revisoren har et mandat",
    "revisoren har eit mandat",
    "revisoren har et mandat",
    "the auditor has a mandate",
)
log_scope_only = _fact(
    "log_scope_only",
    "bare loggen vises, ikke teksten i henvisninger",
    "berre loggen blir vist, ikkje teksten i tilvisingar",
    "kun loggen vises, ikke teksten i henvisninger",
    "only the log is shown, not the text of referrals",
)
needed_for_child_welfare_task = _fact(
    "needed_for_child_welfare_task",
    "opplysningene trengs for barnevernets egne oppgaver",
    "opplysningane trengst for dei eigne oppgåvene til barnevernet",
    "oplysningerne er nødvendige for børneværnets egne opgaver",
    "the information is needed for child welfare's own tasks",
)
child_informed_and_heard = _fact(
    "child_informed_and_heard",
    "barnet har fått vite om delingen og har fått si hva det mener",
    "barnet har fått vite om delinga og har fått seie kva det meiner",
    "barnet har fået besked om delingen og har kunnet sige sin mening",
    "the child has been told of the sharing and has been heard",
)
early_or_preventive = _fact(
    "early_or_preventive",
    "samarbeidet er tidlig eller forebyggende",
    "samarbeidet er tidleg eller førebyggjande",
    "samarbejdet er tidligt eller forebyggende",
    "the cooperation is early or preventive",
)
necessary = _fact(
    "necessary",
    "delingen er nødvendig",
    "delinga er nødvendig",
    "delingen er nødvendig",
    "the sharing is necessary",
)
meeting_minuted = _fact(
    "meeting_minuted",
    "møtet er referatført",
    "møtet er referatført",
    "mødet er ført til referat",
    "the meeting is minuted",
)
first_use = _fact(
    "first_use",
    "det er første gang i denne situasjonen",
    "det er første gongen i denne situasjonen",
    "det er første gang i denne situation",
    "it is the first time in this situation",
)
prevention_only = _fact(
    "prevention_only",
    "formålet er bare å forebygge",
    "formålet er berre å førebyggje",
    "formålet er kun at forebygge",
    "the aim is prevention only",
)
not_investigation = _fact(
    "not_investigation",
    "opplysningene brukes ikke til etterforskning",
    "opplysningane blir ikkje brukte til etterforsking",
    "oplysningerne bruges ikke til efterforskning",
    "the information is not used for investigation",
)
vital_interest = _fact(
    "vital_interest",
    "delingen verner noens livsviktige interesser",
    "delinga vernar livsviktige interesser for nokon",
    "delingen beskytter nogens vitale interesser",
    "the sharing protects somebody's vital interests",
)
# Consent -------------------------------------------------------------------------------------------------------------
consent_ok = _fact(
    "consent",
    "det finnes et gyldig samtykke som dekker akkurat dette",
    "det finst eit gyldig samtykke som dekkjer nett dette",
    "der findes et gyldigt samtykke, som dækker netop dette",
    "there is a valid consent that covers exactly this",
)
explicit_per_category = _fact(
    "explicit_per_category",
    "samtykket er uttrykkelig for denne opplysningen",
    "samtykket er uttrykkjeleg for denne opplysninga",
    "samtykket er udtrykkeligt for denne oplysning",
    "the consent is explicit for this category",
)
recipient_declaration = _fact(
    "recipient_declaration",
    "mottakeren har skrevet under en taushetserklæring",
    "mottakaren har skrive under ei teieerklæring",
    "modtageren har underskrevet en tavshedserklæring",
    "the recipient has signed a confidentiality declaration",
)
gdpr_basis_recipient = _fact(
    "gdpr_basis_recipient",
    "mottakeren har eget behandlingsgrunnlag",
    "mottakaren har eige behandlingsgrunnlag",
    "modtageren har sit eget behandlingsgrundlag",
    "the recipient has a processing basis of its own",
)
collected_in_application = _fact(
    "collect_in_application_case",
    "opplysningen hentes inn i en sak som personen selv har søkt om",
    "opplysninga blir henta inn i ei sak som personen sjølv har søkt om",
    "oplysningen indhentes i en sag, som personen selv har ansøgt om",
    "the information is collected in a case the person applied for",
)
# Other ways ----------------------------------------------------------------------------------------------------------
document_given = _fact(
    "document_given_to_subject_or_guardian",
    "arket er gitt til personen selv eller den foresatte",
    "arket er gitt til personen sjølv eller den føresette",
    "arket er givet til personen selv eller forælderen",
    "the sheet was given to the person or the guardian",
)
no_transmission = _fact(
    "no_transmission",
    "ingenting er sendt til mottakeren",
    "ingenting er sendt til mottakaren",
    "intet er sendt til modtageren",
    "nothing was sent to the recipient",
)
no_identifiers = _fact(
    "no_identifiers",
    "ingenting i teksten peker ut noen",
    "ingenting i teksten peikar ut nokon",
    "intet i teksten udpeger nogen",
    "nothing in the text points to anybody",
)
small_group_check = _fact(
    "small_group_check",
    "gruppen er så stor at ingen kan kjennes igjen",
    "gruppa er så stor at ingen kan kjennast att",
    "gruppen er så stor, at ingen kan genkendes",
    "the group is so large that nobody can be recognised",
)
subject_is_adult = _fact(
    "subject_is_adult",
    "opplysningene gjelder en voksen",
    "opplysningane gjeld ein vaksen",
    "oplysningerne gælder en voksen",
    "the information is about an adult",
)
concern_for_child = _fact(
    "concern_for_child",
    "den som spør, er alvorlig bekymret for et barn",
    "den som spør, er alvorleg uroa for eit barn",
    "den, der spørger, er alvorligt bekymret for et barn",
    "whoever asks is seriously concerned for a child",
)
# The new Norwegian Public Administration Act -------------------------------------------------------------------------
proportionate = _fact(
    "proportionate",
    "delingen er ikke et uforholdsmessig inngrep",
    "delinga er ikkje eit uforholdsmessig inngrep",
    "delingen er ikke et uforholdsmæssigt indgreb",
    "the sharing is not a disproportionate intrusion",
)
same_or_connected_field = _fact(
    "same_or_connected_field",
    "sakene hører til samme eller et nært saksområde",
    "sakene høyrer til same eller eit nært saksområde",
    "sagerne hører til samme eller et tilknyttet område",
    "the cases belong to the same or a connected field",
)

FACTS: tuple[Fact, ...] = (
    strongly_authenticated,
    declaration_signed,
    member_of_sending_service,
    related_to_subject,
    special_circumstances,
    impartiality_confirmed,
    protection_status_known,
    strict_address,
    confidential_address,
    hidden_by_child_welfare,
    consent_set_aside,
    service_closed,
    child_objects,
    holder_cannot_sign,
    decision_recorded,
    second_approver,
    same_service,
    same_office,
    same_municipality,
    pair_enabled,
    written_order_reference,
    decision_type_listed,
    absence_reaches_limit,
    needed_for_task,
    reason_logged,
    guardians_informed,
    reason,
    legal_reference,
    benefit_or_employment_matter_only,
    danger_life_or_health,
    necessary_extent,
    override_record,
    audit_mandate,
    log_scope_only,
    needed_for_child_welfare_task,
    child_informed_and_heard,
    early_or_preventive,
    necessary,
    meeting_minuted,
    first_use,
    prevention_only,
    not_investigation,
    vital_interest,
    consent_ok,
    explicit_per_category,
    recipient_declaration,
    gdpr_basis_recipient,
    collected_in_application,
    document_given,
    no_transmission,
    no_identifiers,
    small_group_check,
    subject_is_adult,
    concern_for_child,
    proportionate,
    same_or_connected_field,
)

FACT = {fact.code: fact for fact in FACTS}
PLACE = {fact.code: place for place, fact in enumerate(FACTS)}

_YES_BITS = str.maketrans("ynu", "100")
_NO_BITS = str.maketrans("ynu", "010")
_LETTERS = frozenset("ynu")


_BIT = {fact.code: 1 << (len(FACTS) - 1 - place) for place, fact in enumerate(FACTS)}


def bit(fact: Fact) -> int:
    """The bit that stands for a fact in `Facts.yes` and `Facts.no`."""
    return _BIT[fact.code]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about disclosing one category about one subject: four words and one letter for each fact.

    `answers` has a letter `y`, `n` or `u` for each of `FACTS`, in that order; the letters are what a decision stores.
    `lacking` names what the best consent lacks when the consent is not good, with refs of the case and never a name:
    `signature(guardian_2)`. `yes` and `no` are the same answers as two sets of bits, for speed.

    Raises ValueError when there is not exactly one letter for each fact.
    """

    subject: str
    sender: str | None
    recipient: str | None
    purpose: str | None
    category: str | None
    answers: str
    lacking: tuple[str, ...] = ()
    yes: int = field(init=False, repr=False, compare=False)
    no: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.answers) != len(FACTS) or not _LETTERS.issuperset(self.answers):
            raise ValueError(f"Facts need {len(FACTS)} letters y, n or u, not {self.answers!r}.")
        object.__setattr__(self, "yes", int(self.answers.translate(_YES_BITS), 2))
        object.__setattr__(self, "no", int(self.answers.translate(_NO_BITS), 2))

    def answer(self, fact: Fact) -> Answer:
        """The answer to one fact."""
        return Answer(self.answers[PLACE[fact.code]])


def letters(answers: Mapping[Fact, Answer]) -> str:
    """The answers as letters in the order of `FACTS`; what is not answered is unknown."""
    return "".join([answers.get(fact, UNKNOWN).value for fact in FACTS])
