"""What a missing code says in words: what has to be in place before a door can open.

A code is a word, or `signature(ref)` with a ref of the case. The words never name anybody.
"""

from confidentiality.facts import FACT
from confidentiality.words import Words

CONSENT_CONDITIONS: dict[str, Words] = {
    "form_written": Words(
        "samtykket er skriftlig", "samtykket er skriftleg", "samtykket er skriftligt", "the consent is in writing"
    ),
    "signature": Words(
        "alle som skal skrive under, har skrevet under",
        "alle som skal skrive under, har skrive under",
        "alle, der skal skrive under, har skrevet under",
        "everyone who must sign has signed",
    ),
    "given": Words(
        "samtykket er gitt og ikke erstattet",
        "samtykket er gitt og ikkje erstatta",
        "samtykket er givet og ikke afløst",
        "the consent is given and not superseded",
    ),
    "not_expired": Words(
        "samtykket gjelder på denne dagen",
        "samtykket gjeld på denne dagen",
        "samtykket gælder på denne dag",
        "the consent is valid on this day",
    ),
    "not_withdrawn": Words(
        "samtykket er ikke trukket tilbake",
        "samtykket er ikkje trekt tilbake",
        "samtykket er ikke trukket tilbage",
        "the consent is not withdrawn",
    ),
    "not_suspended": Words(
        "samtykket er ikke stanset",
        "samtykket er ikkje stansa",
        "samtykket er ikke sat i bero",
        "the consent is not suspended",
    ),
    "purpose": Words(
        "formålet står i samtykket",
        "formålet står i samtykket",
        "formålet står i samtykket",
        "the consent names the purpose",
    ),
    "category": Words(
        "opplysningen står i samtykket",
        "opplysninga står i samtykket",
        "oplysningen står i samtykket",
        "the consent names the information",
    ),
    "sender_service": Words(
        "tjenesten som sender, står i samtykket",
        "tenesta som sender, står i samtykket",
        "tjenesten, der sender, står i samtykket",
        "the consent names the service that sends",
    ),
    "recipient_service": Words(
        "tjenesten som mottar, står i samtykket",
        "tenesta som mottek, står i samtykket",
        "tjenesten, der modtager, står i samtykket",
        "the consent names the service that receives",
    ),
    "direction": Words(
        "samtykket gjelder denne veien",
        "samtykket gjeld denne vegen",
        "samtykket gælder denne vej",
        "the consent goes in this direction",
    ),
    "informed": Words(
        "familien har fått muntlig og skriftlig informasjon på et språk den forstår",
        "familien har fått munnleg og skriftleg informasjon på eit språk han forstår",
        "familien har fået mundtlig og skriftlig information på et sprog, den forstår",
        "the family had oral and written information in a language it understands",
    ),
    "child_voice": Words(
        "barnet har fått vite om det og har fått si hva det mener",
        "barnet har fått vite om det og har fått seie kva det meiner",
        "barnet har fået besked og har kunnet sige sin mening",
        "the child has been told and has been able to give a view",
    ),
    "template_version": Words(
        "det er kjent hvilken tekst som ble underskrevet",
        "det er kjent kva tekst som vart underskriven",
        "det er kendt, hvilken tekst der blev underskrevet",
        "it is known which text was signed",
    ),
    "law_version": Words(
        "det er kjent hvilken lov samtykket bygger på",
        "det er kjent kva lov samtykket byggjer på",
        "det er kendt, hvilken lov samtykket bygger på",
        "it is known which law the consent rests on",
    ),
    "protection_status": Words(
        "beskyttelsesstatus er slått opp og er ny nok",
        "vernestatus er slått opp og er ny nok",
        "beskyttelsesstatus er slået op og er ny nok",
        "the protection status has been looked up recently",
    ),
}
"""Every condition a consent must meet, by the code under which it is missing; `signature` is missing per signer."""

OTHERWISE_MISSING: dict[str, Words] = {
    "impartial_actor": Words(
        "noen som ikke står personen nær, tar over",
        "nokon som ikkje står personen nær, tek over",
        "nogen, som ikke står personen nær, tager over",
        "somebody who is not close to the person takes over",
    ),
    "consent_set_aside_by_order": Words(
        "det er sjekket om en myndighet har satt samtykket til side",
        "det er sjekka om ei styresmakt har sett samtykket til side",
        "det er tjekket, om en myndighed har tilsidesat samtykket",
        "it is checked whether an authority has set consent aside",
    ),
    "guardianship": Words(
        "det er kjent hvem som kan skrive under for barnet",
        "det er kjent kven som kan skrive under for barnet",
        "det er kendt, hvem der kan skrive under for barnet",
        "it is known who may sign for the child",
    ),
    "age": Words(
        "alderen er kjent",
        "alderen er kjend",
        "alderen er kendt",
        "the age is known",
    ),
    "open_service": Words(
        "tjenesten finnes fortsatt",
        "tenesta finst framleis",
        "tjenesten findes stadig",
        "the service still exists",
    ),
    "legal_basis": Words(
        "det finnes et rettslig grunnlag",
        "det finst eit rettsleg grunnlag",
        "der findes et retligt grundlag",
        "there is a legal basis",
    ),
    "stated_sender": Words(
        "det er kjent hva slags tjeneste som sender",
        "det er kjent kva slags teneste som sender",
        "det er kendt, hvilken slags tjeneste der sender",
        "it is known what kind of service sends",
    ),
    "stated_recipient": Words(
        "det er kjent hva slags tjeneste som mottar",
        "det er kjent kva slags teneste som mottek",
        "det er kendt, hvilken slags tjeneste der modtager",
        "it is known what kind of service receives",
    ),
    "stated_purpose": Words(
        "formålet er kjent",
        "formålet er kjent",
        "formålet er kendt",
        "the purpose is known",
    ),
    "stated_category": Words(
        "det er kjent hva slags opplysning det er",
        "det er kjent kva slags opplysning det er",
        "det er kendt, hvilken slags oplysning det er",
        "it is known what kind of information it is",
    ),
}
"""What may be missing although it is neither a fact nor a condition of a consent."""

MISSING: dict[str, Words] = {
    **{code: fact.words for code, fact in FACT.items()},
    **CONSENT_CONDITIONS,
    **OTHERWISE_MISSING,
}
"""Every code that can be missing, as a clause that is true once it is there; `signature(ref)` stands as `signature`."""


def without_ref(code: str) -> str:
    """The word of a missing code, without the ref in brackets."""
    return code.partition("(")[0]
