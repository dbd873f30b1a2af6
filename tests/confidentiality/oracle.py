# ruff: noqa: E501  # A row is one line, so that it can be laid beside the legal description it was copied from.
"""A second opinion: the law written down again, as rows and truth tables, by another road than the product's own.

Nothing here uses the product's conditions, folding or decision. The rows are copied from the legal description, with the
sets written out; the connectives are tables; an answer is "y", "n" or "u". The product must agree with every line.
"""

from dataclasses import dataclass, field

AND = {
    ("y", "y"): "y", ("y", "n"): "n", ("y", "u"): "u",
    ("n", "y"): "n", ("n", "n"): "n", ("n", "u"): "n",
    ("u", "y"): "u", ("u", "n"): "n", ("u", "u"): "u",
}  # fmt: skip
OR = {
    ("y", "y"): "y", ("y", "n"): "y", ("y", "u"): "y",
    ("n", "y"): "y", ("n", "n"): "n", ("n", "u"): "u",
    ("u", "y"): "y", ("u", "n"): "u", ("u", "u"): "u",
}  # fmt: skip
NOT = {"y": "n", "n": "y", "u": "u"}

NOR_PUBLIC = {
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
}
NOR_ALL = NOR_PUBLIC | {"private_school", "housing_contractor", "volunteer_org", "library", "police", "auditor"}
DNK_PUBLIC = {"school", "sfo", "family_department", "health_visitor", "daycare", "ssp"}
DNK_ALL = DNK_PUBLIC | {"private_school", "housing_association", "volunteer_org", "library", "police", "auditor"}
LOW = {"identity_contact", "referral_fact", "service_participation", "academic_need", "language_need"}
MEDIUM = {"guardian_relation", "mother_tongue", "attendance", "wellbeing_social", "housing_situation"}
HIGH = {
    "national_id",
    "economic_situation",
    "health",
    "special_needs_decision",
    "child_welfare_relation",
    "nav_relation",
    "criminal_matters",
    "ethnicity_religion",
    "protected_address",
}
CATEGORIES = LOW | MEDIUM | HIGH
BY_CONSENT = CATEGORIES - {"criminal_matters", "national_id", "protected_address", "ethnicity_religion"}
NAV = {"nav_social", "nav_state", "nav_office"}
SCHOOLS = {"school", "private_school", "sfo", "ppt", "homework_municipal"}
ADDRESS = {"identity_contact.address", "identity_contact.school", "identity_contact.phone"}


@dataclass(frozen=True)
class Row:
    """A rule as a row: the words it speaks about (None: all), facts it wants (with the answer), and what it does."""

    code: str
    tier: int
    effect: str
    sender: frozenset[str] | None = None
    recipient: frozenset[str] | None = None
    purpose: frozenset[str] | None = None
    category: frozenset[str] | None = None
    when: tuple[tuple[str, str], ...] = ()
    either: tuple[tuple[str, str], ...] = ()
    by_consent_only: bool = False
    cond: tuple[str, ...] = ()
    decision: tuple[str, ...] = ()
    strip: frozenset[str] = frozenset()
    basis: str | None = None


def row(code: str, tier: int, effect: str, **more: object) -> Row:
    sets = {"sender", "recipient", "purpose", "category", "strip"}
    made: dict[str, object] = {}
    for key, value in more.items():
        if key in sets:
            made[key] = frozenset({value} if isinstance(value, str) else value)  # type: ignore[call-overload]  # wrong on purpose, or a word that the table holds
        elif key in ("cond", "decision") and isinstance(value, str):
            made[key] = tuple(value.split())
        elif key in ("when", "either") and isinstance(value, str):
            made[key] = tuple((w.lstrip("!"), "n" if w.startswith("!") else "y") for w in value.split())
        else:
            made[key] = value
    return Row(code, tier, effect, **made)  # type: ignore[arg-type]  # the changes are named by the test


BOTH_APPROVE = "decision_recorded second_approver"
TRUSTED = "loa membership declaration !related_to_subject protection_status !strict_address !hidden_by_child_welfare"

FIRST = (
    row("G-00", 0, "forbid", when="!loa"),
    row("G-01", 0, "forbid", when="!declaration"),
    row("G-02", 0, "forbid", when="!membership"),
)
CLOSED_EVERYWHERE = (
    row("B-15", 1, "forbid", category="protected_address"),
    row("B-16", 1, "forbid", category="ethnicity_religion"),
    row("B-17", 1, "forbid", recipient="volunteer_org", category=MEDIUM | HIGH),
    row("B-18", 1, "hold", when="child_objects", by_consent_only=True, decision=BOTH_APPROVE),
    row("B-19", 1, "hold", when="holder_cannot_sign", by_consent_only=True, decision=BOTH_APPROVE),
    row("B-20", 1, "forbid", when="service_closed"),
)
CLOSENESS = row("G-04", 0, "hold", when="special_circumstances", decision="impartiality_confirmed")
STATUS_UNKNOWN = row("B-13", 1, "forbid", when="!protection_status", strip=ADDRESS)
AUDIT = row(
    "P-37", 3, "permit", recipient="auditor", purpose="audit", cond="audit_mandate log_scope_only", basis="control"
)
LAST = (
    row("A-52", 5, "offer", when=TRUSTED + " !consent_set_aside_by_order", category=CATEGORIES - {"protected_address", "ethnicity_religion"}, basis="ask_consent"),
    row("A-50", 5, "offer", when=TRUSTED + " !consent_set_aside_by_order", cond="document_given_to_subject_or_guardian no_transmission", basis="carried_by_person"),
    row("A-51", 5, "offer", when=TRUSTED, cond="no_identifiers small_group_check", basis="anonymised"),
    row("Z-99", 6, "forbid"),
)  # fmt: skip

NORWAY = (
    *FIRST,
    row("NO-G-03", 0, "forbid", when="related_to_subject"),
    CLOSENESS,
    row("NO-B-10", 1, "forbid", when="strict_address"),
    row("NO-B-11", 1, "hold", when="confidential_address", decision=BOTH_APPROVE, strip=ADDRESS),
    row("NO-B-12", 1, "forbid", when="hidden_by_child_welfare", strip=ADDRESS),
    STATUS_UNKNOWN,
    row("NO-B-14", 1, "forbid", when="consent_set_aside_by_order"),
    *CLOSED_EVERYWHERE,
    row("NO-B-21", 1, "forbid", when="!proportionate"),
    row("NO-D-20", 2, "require", sender=NOR_PUBLIC | {"private_school", "housing_contractor"}, recipient="child_welfare", purpose="report_concern", basis="duty_report"),
    row("NO-D-21", 2, "require", sender=SCHOOLS, recipient="child_welfare", purpose="report_concern", basis="duty_report"),
    row("NO-D-22", 2, "require", sender={"nav_social", "nav_office"}, recipient="child_welfare", purpose="report_concern", basis="duty_report"),
    row("NO-D-23", 2, "require", sender=NOR_ALL, recipient={"police", "child_welfare"}, purpose="emergency", basis="duty_avert"),
    row("NO-D-24", 2, "require", sender=NOR_PUBLIC, recipient="child_welfare", cond="written_order_reference decision_type_listed", basis="order"),
    row("NO-P-30", 3, "permit", when="same_service", cond="needed_for_task reason_logged", basis="purpose_continuity"),
    row("NO-P-31", 3, "permit", sender=NAV, recipient=NAV, when="same_office", cond="needed_for_task reason_logged", basis="office_need_to_know"),
    row("NO-P-32", 3, "permit", sender={"school", "sfo"}, recipient="homework_municipal", category={"identity_contact", "service_participation", "academic_need", "language_need"}, cond="guardians_informed", basis="purpose_continuity"),
    row("NO-P-33", 3, "permit", sender=NOR_PUBLIC, recipient=NOR_PUBLIC, when="same_municipality", cond="pair_enabled needed_for_task reason_logged second_approver", basis="same_body"),
    row("NO-P-33-2025", 3, "permit", sender=NOR_PUBLIC, recipient=NOR_PUBLIC, when="same_municipality", cond="pair_enabled needed_for_task same_or_connected_field reason_logged second_approver", basis="same_body"),
    row("NO-P-34", 3, "permit_after_decision", sender=NOR_PUBLIC, recipient=NOR_PUBLIC, cond="reason legal_reference", decision=BOTH_APPROVE, basis="further_givers_task"),
    row("NO-P-35", 3, "permit", sender="nav_state", recipient="nav_social", category={"nav_relation", "economic_situation"}, cond="benefit_or_employment_matter_only", basis="statute"),
    row("NO-P-36", 3, "permit_override", sender=NOR_PUBLIC, recipient=NOR_ALL, purpose="emergency", cond="danger_life_or_health necessary_extent override_record", basis="emergency"),
    AUDIT,
    row("NO-P-38", 3, "permit_after_decision", sender="child_welfare", recipient=NOR_PUBLIC, cond="needed_for_child_welfare_task child_informed_and_heard", decision=BOTH_APPROVE, basis="own_task"),
    row("NO-C-40", 4, "permit", sender=SCHOOLS, recipient={"housing_social", "housing_contractor", "nav_social", "homework_municipal"}, category=LOW | MEDIUM, cond="consent", basis="consent"),
    row("NO-C-41", 4, "permit", sender=NOR_PUBLIC, recipient=NOR_PUBLIC, category=BY_CONSENT, cond="consent explicit_per_category", basis="consent"),
    row("NO-C-42", 4, "permit", sender=NOR_PUBLIC, recipient={"volunteer_org", "library"}, category=LOW, cond="consent recipient_declaration gdpr_basis_recipient", basis="consent"),
    row("NO-C-43", 4, "permit", sender=NAV | {"child_welfare"}, recipient=NOR_ALL, category={"identity_contact", "referral_fact"}, cond="consent", basis="consent"),
    row("NO-C-44", 4, "permit", sender={"housing_social", "housing_contractor", "volunteer_org"}, recipient={"school", "homework_municipal"}, category=LOW | MEDIUM, cond="consent", basis="consent"),
    row("NO-C-45", 4, "permit_after_decision", sender=NOR_ALL, recipient=NOR_PUBLIC, category="criminal_matters", cond="consent", decision=BOTH_APPROVE, basis="consent"),
    *LAST,
)  # fmt: skip

_SSD = {"school", "sfo", "health_visitor", "daycare", "family_department"}
DENMARK = (
    *FIRST,
    row("DK-G-03", 0, "forbid", when="related_to_subject"),
    CLOSENESS,
    row("DK-B-10", 1, "hold", either="confidential_address strict_address hidden_by_child_welfare", decision=BOTH_APPROVE, strip="identity_contact.address"),
    STATUS_UNKNOWN,
    *CLOSED_EVERYWHERE,
    row("DK-D-20", 2, "require", sender=DNK_PUBLIC, recipient="family_department", purpose="report_concern", basis="duty_report"),
    row("DK-D-21", 2, "require", sender=DNK_ALL, recipient="family_department", purpose="report_concern", basis="duty_report_citizen"),
    row("DK-D-22", 2, "require", sender="school", recipient="family_department", when="absence_quarter_pct_gte_15", basis="duty_report"),
    row("DK-P-30", 3, "permit", when="same_service", cond="needed_for_task reason_logged", basis="purpose_continuity"),
    row("DK-P-31", 3, "permit", sender=_SSD, recipient=_SSD, cond="early_or_preventive necessary meeting_minuted first_use", basis="ssd_meeting"),
    row("DK-P-32", 3, "permit_after_decision", sender={"school", "family_department", "ssp"}, recipient={"police", "ssp", "family_department"}, cond="prevention_only not_investigation", decision=BOTH_APPROVE, basis="ssp"),
    row("DK-P-33", 3, "permit_override", sender=DNK_ALL, recipient=DNK_ALL, purpose="emergency", cond="vital_interest override_record", basis="emergency"),
    AUDIT,
    row("DK-C-40", 4, "permit", sender={"school", "private_school", "sfo"}, recipient={"housing_association", "volunteer_org", "library"}, category=LOW | MEDIUM, cond="consent recipient_declaration", basis="consent"),
    row("DK-C-41", 4, "permit", sender=DNK_PUBLIC, recipient=DNK_PUBLIC, category=BY_CONSENT, cond="consent explicit_per_category", basis="consent"),
    row("DK-C-42", 4, "permit", sender="housing_association", recipient=DNK_ALL, category=LOW | MEDIUM, cond="consent", basis="consent"),
    row("DK-C-43", 4, "permit", when="collect_in_application_case", category={"economic_situation", "health", "wellbeing_social", "housing_situation", "child_welfare_relation"}, cond="consent", basis="consent"),
    row("DK-C-44", 4, "permit_after_decision", sender=DNK_PUBLIC, recipient=DNK_PUBLIC, category="criminal_matters", cond="consent explicit_per_category", decision=BOTH_APPROVE, basis="consent"),
    *LAST,
)  # fmt: skip

BOOKS = {"NOR": NORWAY, "DNK": DENMARK}
NEEDS_SWITCH = {"NO-P-32", "NO-P-33", "NO-P-33-2025", "NO-P-34", "DK-P-31", "DK-P-32"}
NEW_ACT = {"NO-B-21", "NO-P-33-2025"}
OLD_ACT = {"NO-P-33"}
NOT_BY_CONSENT = {"report_concern", "emergency", "audit", "statistics"}


@dataclass
class Asked:
    """A question for the oracle: four words (or None), and an answer "y", "n" or "u" for every fact it may look at."""

    sender: str | None
    recipient: str | None
    purpose: str | None
    category: str | None
    facts: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, fact: str) -> str:
        return self.facts.get(fact, "u")


def rules(jurisdiction: str, *, switched_on: bool = True, new_act: bool = False) -> list[Row]:
    """The rows that speak, with all switches on or all off, before or after the Norwegian act of 2025."""
    return [
        each
        for each in BOOKS[jurisdiction]
        if (switched_on or each.code not in NEEDS_SWITCH)
        and (new_act or each.code not in NEW_ACT)
        and not (new_act and each.code in OLD_ACT)
    ]


def named(word: str | None, among: frozenset[str] | None) -> str:
    if among is None:
        return "y"
    if word is None:
        return "u"
    return "y" if word in among else "n"


def speaks(each: Row, asked: Asked) -> str:
    """Whether the row speaks about the question, its conditions aside."""
    so_far = "y"
    for aspect in ("sender", "recipient", "purpose", "category"):
        so_far = AND[so_far, named(getattr(asked, aspect), getattr(each, aspect))]
    for fact, wanted in each.when:
        so_far = AND[so_far, asked[fact] if wanted == "y" else NOT[asked[fact]]]
    if each.either:
        one = "n"
        for fact, _ in each.either:
            one = OR[one, asked[fact]]
        so_far = AND[so_far, one]
    if each.by_consent_only:
        beside = OR[asked["same_service"], named(asked.purpose, frozenset(NOT_BY_CONSENT))]
        so_far = AND[so_far, NOT[beside]]
    return so_far


def meets(each: Row, asked: Asked) -> str:
    """Whether the row speaks and all its conditions are met."""
    so_far = speaks(each, asked)
    for fact in each.cond:
        so_far = AND[so_far, asked[fact]]
    return so_far


def decided(each: Row, asked: Asked) -> bool:
    return all(asked[fact] == "y" for fact in each.decision)


@dataclass
class Verdict:
    """What the oracle says: the result, the rules that decided, what must be left out, and on what basis."""

    result: str
    rules: set[str]
    strip: set[str]
    basis: str | None = None


def judge(rows: list[Row], asked: Asked) -> Verdict:
    """The verdict of all rows together, told as a story of who beats whom."""
    spoken = {each.code: speaks(each, asked) for each in rows}
    blocks = [each for each in rows if each.tier <= 1 and spoken[each.code] != "n"]
    strip = {name for each in blocks for name in each.strip if name.split(".")[0] == asked.category}
    stripping = {each.code for each in blocks if any(n.split(".")[0] == asked.category for n in each.strip)}
    duty = [each for each in rows if each.tier == 2 and meets(each, asked) == "y"]
    open_doors = [each for each in rows if each.tier in (3, 4) and meets(each, asked) == "y"]
    through = [each for each in open_doors if decided(each, asked)]
    emergency = [each for each in through if each.effect == "permit_override"]
    through = emergency if emergency and "B-17" in {each.code for each in blocks} else through

    shut: list[Row] = []
    waiting: list[Row] = []
    for each in blocks:
        if each.effect == "forbid":
            if not (emergency and each.code == "B-17"):
                shut.append(each)
        elif not decided(each, asked):
            (waiting if spoken[each.code] == "y" else shut).append(each)
    shut_codes, waiting_codes = {each.code for each in shut}, {each.code for each in waiting}

    if duty and not shut_codes & {"G-00", "G-02"}:
        if "NO-B-10" in shut_codes and spoken["NO-B-10"] == "y":
            return Verdict("manual", {"NO-B-10"} | {each.code for each in duty}, strip)
        return Verdict("require", stripping | {each.code for each in duty}, strip, duty[0].basis)
    if shut:
        nothing_opens = set() if open_doors else {"Z-99"}
        return Verdict("refuse", shut_codes | waiting_codes | nothing_opens, strip)
    if not open_doors:
        return _otherwise(rows, asked, waiting_codes, strip)
    if waiting or not through:
        return Verdict("manual", waiting_codes | {each.code for each in (through or open_doors)}, strip)
    lifted = {each.code for each in blocks if each.effect == "hold"} | stripping
    return Verdict("strip" if strip else "permit", lifted | {each.code for each in through}, strip, through[0].basis)


def _otherwise(rows: list[Row], asked: Asked, waiting: set[str], strip: set[str]) -> Verdict:
    ready = [each for each in rows if each.tier == 5 and each.cond and meets(each, asked) == "y"]
    if ready:
        return Verdict("offer", waiting | {"Z-99"} | {each.code for each in ready}, strip, ready[0].basis)
    anonymous = next(each for each in rows if each.code == "A-51")
    duty = _duty_of(rows, asked.sender)
    worried = asked["concern_for_child"] == "y" and asked["subject_is_adult"] != "y"
    if worried and duty is not None and speaks(anonymous, asked) == "y":
        return Verdict("offer", waiting | {"Z-99"}, strip, duty.basis)
    return Verdict("refuse", waiting | {"Z-99"}, strip)


def _duty_of(rows: list[Row], sender: str | None) -> Row | None:
    for purpose in ("report_concern", "emergency"):
        for each in rows:
            unconditional = each.tier == 2 and not each.cond and not each.when
            if unconditional and sender in (each.sender or ()) and purpose in (each.purpose or ()):
                return each
    return None
