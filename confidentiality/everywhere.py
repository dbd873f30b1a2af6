"""The rules that hold in both countries; each country's ordered tuple names them where they belong."""

from confidentiality.acts import Statute
from confidentiality.condition import Always
from confidentiality.facts import (
    audit_mandate,
    child_objects,
    consent_set_aside,
    declaration_signed,
    document_given,
    hidden_by_child_welfare,
    holder_cannot_sign,
    impartiality_confirmed,
    log_scope_only,
    member_of_sending_service,
    no_identifiers,
    no_transmission,
    protection_status_known,
    related_to_subject,
    same_service,
    service_closed,
    small_group_check,
    special_circumstances,
    strict_address,
    strongly_authenticated,
)
from confidentiality.rule import (
    DECISION,
    Rule,
    above_low_sensitivity,
    category_is,
    purpose_is,
    recipient_is,
)
from confidentiality.words import Words

POLICY = Statute("policy")
FVL_DUTY = Statute("NO-FVL-1967", "13", then=Statute("NO-FVL-2025", "31"))
FVL_CONSENT = Statute("NO-FVL-1967", "13 a (1) no. 1", then=Statute("NO-FVL-2025", "34 (1) a"))
FVL_DECLARATION = Statute("NO-FVL-1967", "13 c", then=Statute("NO-FVL-2025", "37"))
FVL_CONTROL = Statute("NO-FVL-1967", "13 b (1) no. 4", then=Statute("NO-FVL-2025", "34 (1) h"))
FVL_ANONYMOUS = Statute("NO-FVL-1967", "13 a (1) no. 2", then=Statute("NO-FVL-2025", "31"))

ADDRESS_FIELDS = ("identity_contact.address", "identity_contact.school", "identity_contact.phone")

not_by_consent = same_service | purpose_is("report_concern", "emergency", "audit", "statistics")
"""Where consent is not what carries the disclosure, so that what weakens a consent does not matter."""

G_00 = Rule(
    code="G-00",
    tier=0,
    effect="forbid",
    when=~strongly_authenticated,
    because=Words(
        "Den som skal dele, må være logget inn på et sikkert nivå.",
        "Den som skal dele, må vere logga inn på eit sikkert nivå.",
        "Den, der skal dele, skal være logget ind på et sikkert niveau.",
        "Whoever shares must be signed in at a secure level.",
    ),
    law=(Statute("EU-GDPR", "32"),),
    confidence="high",
    missing="loa",
    unbeaten=True,
)
G_01 = Rule(
    code="G-01",
    tier=0,
    effect="forbid",
    when=~declaration_signed,
    because=Words(
        "Den som skal dele, må ha skrevet under taushetserklæringen.",
        "Den som skal dele, må ha skrive under teieerklæringa.",
        "Den, der skal dele, skal have underskrevet tavshedserklæringen.",
        "Whoever shares must have signed the confidentiality declaration.",
    ),
    law=(FVL_DECLARATION, POLICY),
    confidence="high",
    missing="declaration",
)
G_02 = Rule(
    code="G-02",
    tier=0,
    effect="forbid",
    when=~member_of_sending_service,
    because=Words(
        "Bare den som arbeider i tjenesten, kan dele på vegne av den.",
        "Berre den som arbeider i tenesta, kan dele på vegner av henne.",
        "Kun den, der arbejder i tjenesten, kan dele på dens vegne.",
        "Only those who work in the service may share on its behalf.",
    ),
    law=(Statute("EU-GDPR", "32"),),
    confidence="high",
    missing="membership",
    unbeaten=True,
)
G_03_WORDS = Words(
    "Den som er i nær familie med personen, kan ikke behandle dette.",
    "Den som er i nær familie med personen, kan ikkje handsame dette.",
    "Den, der er i nær familie med personen, kan ikke behandle dette.",
    "Close family of the person cannot handle this.",
)
G_03_WHEN = related_to_subject
G_04 = Rule(
    code="G-04",
    tier=0,
    effect="hold",
    when=special_circumstances,
    because=Words(
        "Den som står personen nær på annen måte, må bekrefte at tilliten ikke svekkes.",
        "Den som står personen nær på annan måte, må stadfeste at tilliten ikkje blir svekt.",
        "Den, der på anden måde står personen nær, skal bekræfte, at tilliden ikke svækkes.",
        "Whoever is close to the person in another way must confirm that trust is not weakened.",
    ),
    law=(
        Statute("NO-FVL-1967", "6 (2)", then=Statute("NO-FVL-2025", "(section on disqualification to be confirmed)")),
        Statute("DK-FVL", "3"),
    ),
    confidence="medium",
    missing="impartial_actor",
    decided_by=(impartiality_confirmed,),
)
B_13 = Rule(
    code="B-13",
    tier=1,
    effect="forbid",
    when=~protection_status_known,
    because=Words(
        "Ingenting deles før det er sjekket om personen har beskyttet adresse.",
        "Ingenting blir delt før det er sjekka om personen har verna adresse.",
        "Intet deles, før det er tjekket, om personen har beskyttet adresse.",
        "Nothing is shared before it is checked whether the person has a protected address.",
    ),
    law=(POLICY,),
    confidence="policy",
    missing="protection_status",
    strip=ADDRESS_FIELDS,
)
B_15 = Rule(
    code="B-15",
    tier=1,
    effect="forbid",
    when=category_is("protected_address"),
    because=Words(
        "En beskyttet adresse deles aldri her.",
        "Ei verna adresse blir aldri delt her.",
        "En beskyttet adresse deles aldrig her.",
        "A protected address is never shared here.",
    ),
    law=(POLICY,),
    confidence="policy",
    missing="stated_category",
    final=True,
)
B_16 = Rule(
    code="B-16",
    tier=1,
    effect="forbid",
    when=category_is("ethnicity_religion"),
    because=Words(
        "Ingen oppgave her trenger opplysninger om opphav eller tro.",
        "Inga oppgåve her treng opplysningar om opphav eller tru.",
        "Ingen opgave her har brug for oplysninger om oprindelse eller tro.",
        "No task here needs information about ethnicity or belief.",
    ),
    law=(Statute("EU-GDPR", "5 (1) c"), Statute("EU-GDPR", "9")),
    confidence="policy",
    missing="stated_category",
    final=True,
)
B_17 = Rule(
    code="B-17",
    tier=1,
    effect="forbid",
    when=recipient_is("volunteer_org") & above_low_sensitivity,
    because=Words(
        "Frivillige får bare opplysninger som er lite følsomme.",
        "Frivillige får berre opplysningar som er lite kjenslevare.",
        "Frivillige får kun oplysninger, der er lidt følsomme.",
        "Volunteers receive only information of low sensitivity.",
    ),
    law=(POLICY,),
    confidence="policy",
    missing="stated_recipient",
    final=True,
    overridable=True,
)
B_18 = Rule(
    code="B-18",
    tier=1,
    effect="hold",
    when=child_objects & ~not_by_consent,
    because=Words(
        "Barnet har sagt nei; da deles ingenting før en leder og en til har veid det og begrunnet det.",
        "Barnet har sagt nei; då blir ingenting delt før ein leiar og ein til har vege det og grunngitt det.",
        "Barnet har sagt nej; så deles intet, før en leder og en til har afvejet det og begrundet det.",
        "The child has said no; nothing is shared before a leader and one more have weighed it and given reasons.",
    ),
    law=(
        Statute("NO-BL-1981", "31", then=Statute("NO-BL-2025", "6-7")),
        Statute("DK-FAL", "3"),
        POLICY,
    ),
    confidence="policy",
    missing="child_voice",
    decided_by=DECISION,
)
B_19 = Rule(
    code="B-19",
    tier=1,
    effect="hold",
    when=holder_cannot_sign & ~not_by_consent,
    because=Words(
        "En som skulle ha skrevet under, kan ikke nås eller er selv en fare; det avgjøres av mennesker.",
        "Ein som skulle ha skrive under, kan ikkje nåast eller er sjølv ein fare; det blir avgjort av menneske.",
        "En, der skulle have skrevet under, kan ikke nås eller er selv en fare; det afgøres af mennesker.",
        "Somebody who should sign cannot be reached or is a danger; people decide it, it is never passed over.",
    ),
    law=(POLICY,),
    confidence="policy",
    missing="guardianship",
    decided_by=DECISION,
)
B_20 = Rule(
    code="B-20",
    tier=1,
    effect="forbid",
    when=service_closed,
    because=Words(
        "Ingenting deles fra eller til en tjeneste som er lagt ned.",
        "Ingenting blir delt frå eller til ei teneste som er lagd ned.",
        "Intet deles fra eller til en tjeneste, som er nedlagt.",
        "Nothing is shared from or to a service that is closed.",
    ),
    law=(POLICY,),
    confidence="policy",
    missing="open_service",
)
P_37 = Rule(
    code="P-37",
    tier=3,
    effect="permit",
    when=recipient_is("auditor") & purpose_is("audit"),
    needs=(audit_mandate, log_scope_only),
    because=Words(
        "En revisor med mandat kan se loggen, men ikke teksten.",
        "Ein revisor med mandat kan sjå loggen, men ikkje teksten.",
        "En revisor med mandat kan se loggen, men ikke teksten.",
        "An auditor with a mandate may see the log, but not the text.",
    ),
    law=(FVL_CONTROL, Statute("NO-KOML", "23-2"), Statute("DK-FVL", "28")),
    confidence="high",
    basis="control",
)

may_be_spoken_of = (
    strongly_authenticated
    & member_of_sending_service
    & declaration_signed
    & ~related_to_subject
    & protection_status_known
    & ~strict_address
    & ~hidden_by_child_welfare
)
"""The one who asks is trusted, and naming a way forward reveals nothing about the person."""

A_52 = Rule(
    code="A-52",
    tier=5,
    effect="offer",
    when=may_be_spoken_of & ~consent_set_aside & ~category_is("protected_address", "ethnicity_religion"),
    because=Words(
        "Spør familien om samtykke.",
        "Spør familien om samtykke.",
        "Spørg familien om samtykke.",
        "Ask the family for consent.",
    ),
    law=(POLICY,),
    confidence="policy",
    basis="ask_consent",
)
A_50 = Rule(
    code="A-50",
    tier=5,
    effect="offer",
    when=may_be_spoken_of & ~consent_set_aside,
    needs=(document_given, no_transmission),
    because=Words(
        "Gi familien et ark de kan ta med selv.",
        "Gi familien eit ark dei kan ta med sjølve.",
        "Giv familien et ark, de selv kan tage med.",
        "Give the family a sheet to carry themselves.",
    ),
    law=(FVL_CONSENT, POLICY),
    confidence="high",
    basis="carried_by_person",
)
A_51 = Rule(
    code="A-51",
    tier=5,
    effect="offer",
    when=may_be_spoken_of,
    needs=(no_identifiers, small_group_check),
    because=Words(
        "Spør om råd uten at noen kan kjennes igjen.",
        "Spør om råd utan at nokon kan kjennast att.",
        "Spørg om råd, uden at nogen kan genkendes.",
        "Ask for advice so that nobody can be recognised.",
    ),
    law=(FVL_ANONYMOUS, Statute("EU-GDPR", "recital 26")),
    confidence="high",
    basis="anonymised",
)
Z_99 = Rule(
    code="Z-99",
    tier=6,
    effect="forbid",
    when=Always(),
    because=Words(
        "Taushetsplikten gjelder når ingen regel åpner for å dele.",
        "Teieplikta gjeld når ingen regel opnar for å dele.",
        "Tavshedspligten gælder, når ingen regel åbner for at dele.",
        "The duty of confidentiality holds where no rule opens for sharing.",
    ),
    law=(FVL_DUTY, Statute("DK-STRL", "152")),
    confidence="high",
    missing="legal_basis",
    overridable=True,
)
