"""What people read for the codes of the house: roles, deeds, what is wrong with a field.

English here, translated where shown.
"""

from collections.abc import Mapping

from audit.actions import Role
from foundation.texts import message

__all__ = [
    "ADDRESSES",
    "ANSWERS",
    "CANNOT_SIGN",
    "CASE_FLAGS",
    "CHANNELS",
    "CONSENT_ANSWERS",
    "CONSENT_FORMS",
    "CONSENT_SENTENCES",
    "CONSENT_STATES",
    "DEEDS",
    "EVIDENCE",
    "FIELD_CODES",
    "GUARDIAN_KINDS",
    "HEARING_VIEWS",
    "HELD_STATES",
    "HELD_STEPS",
    "INTERPRETERS",
    "LOG_KINDS",
    "LOOKUPS",
    "NOTICES",
    "OUTCOMES",
    "PROTECTION_SEEN",
    "REFERRAL_FIELDS",
    "REFERRAL_KINDS",
    "REFERRAL_STATES",
    "REFERRAL_STEPS",
    "RELATIONS",
    "RESPONSIBILITIES",
    "RESULT_COLORS",
    "ROLES",
    "RULE_CONFIDENCES",
    "RULE_EFFECTS",
    "STEP_REASONS",
    "STRENGTHS",
    "TOGETHER",
    "TRACES",
    "field_message",
]

ROLES: Mapping[Role, str] = {
    Role.TEACHER: message("Teacher"),
    Role.HOUSING_WORKER: message("Housing worker"),
    Role.NAV_ADVISER: message("NAV adviser"),
    Role.COORDINATOR: message("Programme coordinator"),
    Role.VOLUNTEER: message("Volunteer"),
    Role.CHILD_WELFARE_WORKER: message("Child welfare worker"),
    Role.LEADER: message("Leader"),
    Role.AUDITOR: message("Auditor"),
    Role.DATA_PROTECTION_OFFICER: message("Data protection officer"),
    Role.ADMINISTRATOR: message("Administrator"),
    Role.OPERATOR: message("Operator of the machine"),
    Role.STRANGER: message("Not signed in"),
}

STRENGTHS: Mapping[str, str] = {
    "low": message("low"),
    "substantial": message("substantial"),
    "high": message("high"),
}

#: What is wrong with a field, by the code that a deed or the edge gives it.
FIELD_CODES: Mapping[str, str] = {
    "required": message("Fill this in"),
    "unknown_field": message("There is no such field here"),
    "too_long": message("This is too long"),
    "too_short": message("This is too short"),
    "not_a_sentence": message("Write a whole sentence"),
    "too_large": message("This is too large"),
    "too_small": message("This is too small"),
    "too_many": message("These are too many"),
    "too_few": message("Choose at least one"),
    "not_a_choice": message("Choose one of those that are offered"),
    "not_a_date": message("Write the date as day, month and year"),
    "not_an_id": message("This is not a reference that Tillit knows"),
    "not_a_number": message("Write a whole number"),
    "not_yes_or_no": message("Answer yes or no"),
    "not_text": message("Write text here"),
    "wrong_type": message("This is of the wrong kind"),
    "identity_number_invalid": message("This is not a valid identity number; check each digit"),
    "municipality_number_invalid": message("A municipality number has four digits"),
    "organisation_number_invalid": message("This is not a valid organisation number; check each digit"),
    "not_an_address": message("This is not an e-mail address"),
    "name_length": message("This name is too short or too long"),
    "passwords_differ": message("The two passwords are not the same"),
    "password_too_short": message("Choose a longer password"),
    "sign_in_name_taken": message("This name is taken"),
    "too_few_letters": message("Write at least two letters"),
    "birth_date_impossible": message("Nobody here can be born on this date"),
    "members_count": message("These are too few or too many at a time"),
    "unknown_member": message("This member is not among those you wrote"),
    "unknown_word": message("Choose one of those that are offered"),
    "unknown_page": message("There is no such page; begin with the first"),
    "unknown_service": message("There is no such service here"),
    "not_one_member_of_staff": message("Not exactly one person who works here has this address"),
    "unknown_organisation": message("There is no organisation with this number here"),
    "registered_already": message("This number is registered already"),
    "telephone_length": message("Write a telephone number"),
    "unknown_category": message("There is no such kind of information"),
    "unknown_consent": message("There is no such consent to replace"),
    "unknown_programme": message("There is no such programme"),
    "flows_empty_or_twice": message("Say once for each pair of services what may be given"),
    "nothing_said_yes_to": message(
        "Say yes to at least one line. Did the family say no to everything? Then mark what it was asked about, and "
        "its no at the signatures"
    ),
    "same_service": message("A service needs no consent to give something to itself"),
    "signed_twice": message("The same person is named twice"),
    "signed_before_explained": message("Nobody can sign before the consent was explained"),
    "day_to_come": message("This day has not come yet"),
    "ends_before_it_begins": message("The last day lies before the first"),
    "counts_too_long": message("A consent may not count for so long here; choose an earlier last day"),
    "does_not_fit_scope": message("This does not go with the rest of your choice"),
    "had_no_say": message("This person did not sign the consent, and had not to"),
    "all_empty": message("Fill in at least one field; what you leave empty is not sent"),
    "number_or_seen": message("Write the identity number; where there is none, say here what you have seen yourself"),
    "seen_too_long_ago": message("Look once more: this is more than thirty days ago, or a day to come"),
    "nothing_filled_in": message("Fill in something here, or leave the whole part out"),
    "must_not_go": message("This may not be sent to this service"),
    "not_for_this_kind": message("This service does not take this kind of referral"),
    "identity_number_twice": message("This number stands twice"),
    "guardianship_twice": message("This bond between the two is named twice"),
    "does_not_add_up": message("This line does not add up; check each character"),
    "rows_of_different_sheets": message("These lines come from different sheets"),
    "nothing_changed": message("Nothing in this differs from what holds already"),
    "not_a_page": message("This is not a readable PDF, PNG or JPEG"),
}


# Consents ----------------------------------------------------------------------------------------------------------

#: What a consent's state is called, and the colour of its tag.
CONSENT_STATES: Mapping[str, tuple[str, str]] = {
    "drafted": (message("Draft"), "neutral"),
    "asked": (message("Waits for signatures"), "warning"),
    "given": (message("Given"), "success"),
    "refused": (message("Refused"), "neutral"),
    "conflict": (message("The signers disagree"), "warning"),
    "superseded": (message("Replaced by a newer one"), "neutral"),
    "suspended": (message("On hold"), "warning"),
    "withdrawn": (message("Withdrawn"), "danger"),
    "expired": (message("Expired"), "neutral"),
    "invalidated": (message("Does not count"), "danger"),
}

#: What the state means for whoever wants to share something.
CONSENT_SENTENCES: Mapping[str, str] = {
    "drafted": message("Nobody has been asked yet. Nothing can be shared on it."),
    "asked": message("Not everybody who decides has answered. Until then nothing can be shared on it."),
    "given": message("Everybody who decides has said yes. What stands below may be shared, and nothing else."),
    "refused": message("The family has said no. Nothing is shared, and the family gets the same help."),
    "conflict": message("Those who decide do not agree. Nothing can be shared before they do."),
    "superseded": message("A newer consent has taken its place. Nothing is shared on this one."),
    "suspended": message("Something has changed in the family, and somebody has to look at it before it counts again."),
    "withdrawn": message("The family has taken it back. Nothing is shared on it any more."),
    "expired": message("Its last day has passed. Nothing is shared on it any more."),
    "invalidated": message("It should never have counted. Nothing is shared on it."),
}

ANSWERS: Mapping[str, str] = {
    "given": message("Has said yes"),
    "refused": message("Has said no"),
}

INTERPRETERS: Mapping[str, str] = {
    "none": message("No interpreter was needed"),
    "professional": message("A professional interpreter"),
    "adult_by_choice": message("Another adult whom the family chose"),
}

HEARING_VIEWS: Mapping[str, str] = {
    "agrees": message("Agrees"),
    "no_view": message("Has no opinion"),
    "objects": message("Does not want it"),
}

CHANNELS: Mapping[str, str] = {
    "oral": message("They said so, in person or on the telephone"),
    "written": message("They wrote it"),
    "digital": message("On the family's own page"),
}

# Families ----------------------------------------------------------------------------------------------------------

RESPONSIBILITIES: Mapping[str, str] = {
    "joint": message("Shares parental responsibility"),
    "sole": message("Has parental responsibility alone"),
    "appointed": message("Is the appointed guardian"),
    "none": message("Has no parental responsibility"),
}

EVIDENCE: Mapping[str, str] = {
    "register": message("It stands in the population register"),
    "document_seen": message("I have seen a document"),
    "self_declared": message("They told me so themselves"),
}

PROTECTION_SEEN: Mapping[str, str] = {
    "none": message("The address is not protected"),
    "confidential": message("The address is confidential"),
    "strict": message("The address is strictly confidential, or I could not find out"),
}

RELATIONS: Mapping[str, str] = {
    "none": message("Nothing: I know them through work only"),
    "parent": message("Parent, grandparent, child or sibling"),
    "spouse": message("Spouse or partner, now or before"),
    "guardian": message("Guardian"),
    "aunt_or_uncle": message("Aunt, uncle or cousin"),
    "in_law": message("Related by marriage"),
    "friend": message("Friend"),
    "neighbour": message("Neighbour"),
    "other": message("Close in another way"),
}

# Referrals ---------------------------------------------------------------------------------------------------------

REFERRAL_KINDS: Mapping[str, str] = {
    "homework_support": message("Referral to homework support"),
    "housing_support": message("Referral to the housing team"),
    "coordinated_support": message("Referral to help from several services"),
}

#: A referral's state, the colour of its tag, and what it means.
REFERRAL_STATES: Mapping[str, tuple[str, str, str]] = {
    "draft": (message("Draft"), "neutral", message("It has not been sent.")),
    "sent": (message("Sent"), "info", message("It has been delivered. Nobody there has opened it yet.")),
    "opened": (message("Opened"), "info", message("The receiving service has opened it and has not answered yet.")),
    "received": (
        message("Received"),
        "info",
        message("It was received. Whether it was accepted may not be told back."),
    ),
    "accepted": (message("Accepted"), "success", message("The receiving service has said yes.")),
    "declined": (
        message("Declined"),
        "neutral",
        message("The receiving service has said no and can no longer open it."),
    ),
    "recalled": (
        message("Recalled"),
        "neutral",
        message("The sender took it back. The receiver can no longer open it."),
    ),
    "stopped": (
        message("Stopped"),
        "danger",
        message("The consent it stood on was withdrawn. Nobody can open it on that consent any more."),
    ),
}

REFERRAL_STEPS: Mapping[str, tuple[str, str]] = {
    "send": (message("Sent"), "info"),
    "open": (message("Opened"), "info"),
    "accept": (message("Accepted"), "success"),
    "decline": (message("Declined"), "neutral"),
    "recall": (message("Recalled"), "neutral"),
    "stop": (message("Stopped"), "danger"),
}

STEP_REASONS: Mapping[str, str] = {
    "full": message("There is no free place now"),
    "outside_target_group": message("The offer is not for this age or need"),
    "other_offer_fits_better": message("Another offer fits better"),
    "family_does_not_want": message("The family does not want it"),
    "not_reached": message("The family could not be reached"),
    "consent_withdrawn": message("The consent was withdrawn"),
}

# Held cases ------------------------------------------------------------------------------------------------------

#: A held case's state, the colour of its tag, and what it means.
HELD_STATES: Mapping[str, tuple[str, str, str]] = {
    "asked": (message("Waits for the leader"), "warning", message("The leader has to decide. Nothing can be sent.")),
    "decided": (
        message("Waits for a second person"),
        "warning",
        message("The leader has said yes. Somebody else here has to approve it. Nothing can be sent yet."),
    ),
    "permitted": (
        message("May be sent"),
        "success",
        message("Exactly what stands below may be sent and opened, until its last day."),
    ),
    "refused": (message("Not to be sent"), "neutral", message("It was decided that this is not sent.")),
    "lapsed": (message("Expired"), "neutral", message("The last day has passed. It can be asked for again.")),
}

HELD_STEPS: Mapping[str, tuple[str, str]] = {
    "ask": (message("Asked"), "info"),
    "decide": (message("The leader said yes"), "success"),
    "approve": (message("Approved by a second person"), "success"),
    "refuse": (message("Said no"), "danger"),
}

#: Fields of a referral: what they are called, and a hint that keeps what is written to what is needed.
REFERRAL_FIELDS: Mapping[str, tuple[str, str]] = {
    "identity_contact.name": (message("Name"), ""),
    "identity_contact.birth_year": (message("Year of birth"), ""),
    "identity_contact.address": (message("Address"), ""),
    "identity_contact.school": (message("School"), ""),
    "identity_contact.phone": (message("Telephone"), ""),
    "identity_contact.contact_person": (
        message("Contact person"),
        message("Whom the receiver calls: you, or a parent."),
    ),
    "academic_need.subjects": (message("Subjects"), message("For example mathematics and Norwegian.")),
    "academic_need.goal": (message("The goal of the help"), message("One or two sentences.")),
    "academic_need.note": (message("Anything else about the school work"), message("Nothing about health or family.")),
    "language_need.level": (message("Level in Norwegian"), message("For example A2.")),
    "language_need.support": (message("What helps"), ""),
    "service_participation.weekdays": (message("Days that suit"), message("For example Tuesday and Thursday.")),
    "service_participation.start": (message("From when"), ""),
    "attendance.present": (message("Attendance"), message("Whether the pupil comes, not why not.")),
    "wellbeing_social.note": (message("Well-being"), message("What you have seen, not what you think it is.")),
    "housing_situation.situation": (message("How the family lives"), ""),
    "housing_situation.need": (message("What is needed at home"), ""),
    "economic_situation.situation": (message("The economy of the household"), ""),
    "economic_situation.need": (message("What is needed"), ""),
}

# What a service is told ----------------------------------------------------------------------------------------------

NOTICES: Mapping[str, str] = {
    "referral_received": message("A referral has come"),
    "referral_answered": message("A referral you sent was answered"),
    "referral_recalled": message("A referral was taken back by its sender"),
    "referral_stopped": message("A referral was stopped: the consent was withdrawn"),
    "referral_part_closed": message("A part of a referral was closed: its consent was withdrawn"),
    "held_case_asked": message("Somebody asks the leader to decide a sharing"),
    "held_case_decided": message("The leader has decided a sharing; a second person must approve it"),
    "held_case_permitted": message("A sharing was decided and approved; it may be sent"),
    "held_case_refused": message("A leader or a second person said no to a sharing"),
    "consent_recorded": message("A consent names your service"),
    "consent_withdrawn": message("A consent that names your service was withdrawn"),
}

# The log -------------------------------------------------------------------------------------------------------------

#: How an outcome is called in a list, and its colour.
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "permitted": (message("Done"), "success"),
    "refused": (message("Refused"), "danger"),
    "invalid": (message("Not right"), "warning"),
    "not_found": (message("Not found"), "neutral"),
    "conflict": (message("Came too late"), "warning"),
    "unavailable": (message("Could not be done"), "warning"),
    "failed": (message("Could not be done"), "warning"),
}

LOG_KINDS: Mapping[str, str] = {
    "read": message("Read"),
    "search": message("Search"),
    "change": message("Change"),
    "disclose": message("Disclosure"),
    "log_read": message("Reading of the log"),
    "sign_in": message("Sign-in"),
    "operate": message("Operation"),
}

#: Each deed as it is told in the log: what somebody did, and what somebody wanted to do.
DEEDS: Mapping[str, tuple[str, str]] = {
    "install": (message("set up the installation"), message("set up the installation")),
    "fill_demo": (message("filled the demonstration"), message("fill the demonstration")),
    "back_up": (message("made a backup"), message("make a backup")),
    "restore": (message("restored a backup"), message("restore a backup")),
    "register_organisation": (message("registered an organisation"), message("register an organisation")),
    "open_service": (message("opened a service"), message("open a service")),
    "propose_policy": (message("proposed another policy"), message("propose another policy")),
    "approve_policy": (message("approved another policy"), message("approve another policy")),
    "add_staff": (message("added a member of staff"), message("add a member of staff")),
    "invite_staff": (message("invited a member of staff"), message("invite a member of staff")),
    "accept_invitation": (message("made an account"), message("make an account")),
    "sign_in": (message("signed in"), message("sign in")),
    "sign_out": (message("signed out"), message("sign out")),
    "sign_declaration": (
        message("signed the declaration of confidentiality"),
        message("sign the declaration of confidentiality"),
    ),
    "ask_too_often": (message("asked very often"), message("ask more often than people do")),
    "register_family": (message("registered a family"), message("register a family")),
    "find_person": (message("looked for a person by name"), message("look for a person by name")),
    "read_person": (message("looked at a person"), message("look at a person")),
    "list_persons": (message("looked at the list of people"), message("look at the list of people")),
    "record_protection": (
        message("asked the register whether an address is protected"),
        message("ask the register whether an address is protected"),
    ),
    "list_notices": (message("looked at the service's notices"), message("look at the service's notices")),
    "record_consent": (message("recorded a consent"), message("record a consent")),
    "sign_consent": (message("recorded a signature on a consent"), message("record a signature on a consent")),
    "attach_proof": (message("added the signed page to a consent"), message("add the signed page to a consent")),
    "read_consent": (message("looked at a consent"), message("look at a consent")),
    "read_proof": (message("looked at the signed page of a consent"), message("look at the signed page of a consent")),
    "list_consents": (message("looked at the list of consents"), message("look at the list of consents")),
    "withdraw_consent": (message("recorded a withdrawal"), message("record a withdrawal")),
    "draft_referral": (message("asked what may be shared"), message("ask what may be shared")),
    "state_closeness": (
        message("said that they are close to somebody"),
        message("say that they are close to somebody"),
    ),
    "submit_held_case": (
        message("asked the leader to decide a sharing that the rules hold"),
        message("ask the leader to decide a sharing that the rules hold"),
    ),
    "decide_held_case": (
        message("decided as leader a sharing that the rules hold"),
        message("decide as leader a sharing that the rules hold"),
    ),
    "approve_held_case": (
        message("said as the second what they think of a leader's decision"),
        message("say as the second what they think of a leader's decision"),
    ),
    "list_held_cases": (
        message("looked at the list of cases that wait for a decision"),
        message("look at the list of cases that wait for a decision"),
    ),
    "read_held_case": (
        message("looked at a case that waits for a decision"),
        message("look at a case that waits for a decision"),
    ),
    "refer_pupil": (message("sent a referral"), message("send a referral")),
    "list_referrals": (message("looked at the list of referrals"), message("look at the list of referrals")),
    "read_referral": (message("opened a referral"), message("open a referral")),
    "accept_referral": (message("accepted a referral"), message("accept a referral")),
    "decline_referral": (message("declined a referral"), message("decline a referral")),
    "recall_referral": (message("took a referral back"), message("take a referral back")),
    "search_log": (message("searched the log"), message("search the log")),
    "read_event": (message("opened an entry of the log"), message("open an entry of the log")),
    "verify_database": (
        message("verified the database against the log"),
        message("verify the database against the log"),
    ),
    "issue_report": (
        message("made the report of who has seen the information"),
        message("make the report of who has seen the information"),
    ),
    "decide_visibility": (
        message("decided what the family sees of an entry"),
        message("decide what the family sees of an entry"),
    ),
    "replay_decision": (message("made a decision of the log again"), message("make a decision of the log again")),
}

#: What of a person was opened, where it is no category of information.
TRACES: Mapping[str, str] = {
    "name": message("Name"),
    "birth_date": message("Date of birth"),
    "identity_number": message("Identity number"),
    "address": message("Address"),
    "telephone": message("Telephone"),
    "language": message("Language"),
    "school": message("School"),
    "status": message("Protected address"),
    "where_seen": message("Where the protection was seen"),
    "view": message("What the child thinks"),
    "consent": message("Consent"),
    "consent_proof": message("The signed page"),
    "referral": message("That there is a referral"),
    "held_case": message("That a sharing waits for a decision"),
    "reason": message("The reason of a decision"),
    "relation": message("What somebody at work is to the person"),
    "log_entry": message("Entry of the log"),
    "report": message("The report of who has seen the information"),
}

# The rule book -----------------------------------------------------------------------------------------------------

#: What came of asking, by the colour of its tag.
RESULT_COLORS: Mapping[str, str] = {
    "permit": "success",
    "strip": "warning",
    "require": "success",
    "manual": "warning",
    "offer": "info",
    "refuse": "danger",
}

#: What somebody answered who was asked for a consent, in a made-up case.
CONSENT_ANSWERS: Mapping[str, str] = {
    "signed": message("Has signed"),
    "refused": message("Has said no"),
    "withdrew": message("Signed, and has taken it back"),
}

#: What a guardian is to the child, in a made-up case.
GUARDIAN_KINDS: Mapping[str, str] = {
    "holder": message("Holds parental responsibility"),
    "parent_without_responsibility": message("Parent without parental responsibility"),
    "appointed_guardian": message("Appointed guardian"),
    "child_welfare": message("Child welfare service"),
    "foster_carer": message("Foster carer"),
}

#: Why somebody who should sign cannot be asked.
CANNOT_SIGN: Mapping[str, str] = {
    "unreachable": message("Cannot be reached"),
    "threat": message("Is a danger to the child"),
    "graded": message("Has a protected address"),
}

#: How an address is protected, in a made-up case.
ADDRESSES: Mapping[str, str] = {
    "none": message("Not protected"),
    "confidential": message("Confidential address"),
    "strict": message("Strictly confidential address"),
    "hidden_by_child_welfare": message("Hidden by child welfare"),
    "unknown": message("Nobody knows"),
}

#: How the look-up of the protection went.
LOOKUPS: Mapping[str, str] = {
    "ok": message("It went well"),
    "failed": message("It failed"),
    "stale": message("It is too old"),
}

#: How two services of a made-up case belong together.
TOGETHER: Mapping[str, str] = {
    "municipality": message("Two services of one municipality"),
    "apart": message("Services of different organisations"),
    "office": message("Two services at one office"),
    "service": message("One and the same service"),
}

#: Marks on the child of a made-up case.
CASE_FLAGS: Mapping[str, str] = {
    "child_objects": message("The child has said no"),
    "in_care": message("Child welfare has taken over the care"),
    "able_to_form_views": message("The child is below seven, and can form views"),
    "consent_set_aside_by_order": message("An authority has set consent aside"),
}

#: How a consent was given.
CONSENT_FORMS: Mapping[str, str] = {
    "written": message("On paper"),
    "digital": message("With an electronic signature"),
    "oral": message("Orally, and minuted"),
}

#: What a rule does, and the colour of its tag.
RULE_EFFECTS: Mapping[str, tuple[str, str]] = {
    "forbid": (message("Closes"), "danger"),
    "hold": (message("Waits for people"), "warning"),
    "strip": (message("Leaves out"), "warning"),
    "require": (message("Must be told"), "info"),
    "permit": (message("Opens"), "success"),
    "permit_after_decision": (message("Opens after a decision"), "success"),
    "permit_override": (message("Opens in danger"), "success"),
    "offer": (message("Another way"), "info"),
}

#: How sure it is that a rule says what the law says.
RULE_CONFIDENCES: Mapping[str, str] = {
    "high": message("The text of the law was read"),
    "medium": message("The text of the law was read in part"),
    "memory": message("Written from memory; the text of the law was not read"),
    "interpretation": message("This is how we read the law; others may read it otherwise"),
    "policy": message("Our own choice, stricter than the law asks"),
}

_OTHERWISE = message("Check this")


def field_message(code: str) -> str:
    """The English message for a field's code; a general one where a deed gives a code without words."""
    return FIELD_CODES.get(code, _OTHERWISE)
