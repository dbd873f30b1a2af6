"""Every deed there is: its code, what kind of event it makes, who may do it, and one sentence.

A page asks the same table whether to show a button; an architecture test asks that every deed names exactly one action.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum

__all__ = ["Action", "EventKind", "Role"]


class Role(StrEnum):
    """In what capacity somebody acts. A person may hold several roles, and acts in one at a time."""

    TEACHER = "teacher"
    HOUSING_WORKER = "housing_worker"
    NAV_ADVISER = "nav_adviser"
    COORDINATOR = "coordinator"
    VOLUNTEER = "volunteer"
    CHILD_WELFARE_WORKER = "child_welfare_worker"
    LEADER = "leader"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    ADMINISTRATOR = "administrator"
    #: Somebody at the command line of the machine.
    OPERATOR = "operator"
    #: Somebody who has not said who they are: signing in, taking up an invitation.
    STRANGER = "stranger"


class EventKind(StrEnum):
    """What sort of thing happened, in the words of the log's readers."""

    READ = "read"
    SEARCH = "search"
    CHANGE = "change"
    DISCLOSE = "disclose"
    LOG_READ = "log_read"
    SIGN_IN = "sign_in"
    OPERATE = "operate"


@dataclass(frozen=True)
class _Deed:
    code: str
    kind: EventKind
    roles: frozenset[Role]
    sentence: str
    #: A deed of showing that goes on while the log's proof is too old, because a right of the family hangs on it.
    goes_on: bool = False


#: What shows somebody something about the people served.
_SHOWING = frozenset({EventKind.READ, EventKind.SEARCH, EventKind.DISCLOSE})

_CASEWORK = frozenset(
    {Role.TEACHER, Role.HOUSING_WORKER, Role.NAV_ADVISER, Role.COORDINATOR, Role.CHILD_WELFARE_WORKER, Role.LEADER}
)
_SENDERS = frozenset({Role.TEACHER, Role.HOUSING_WORKER, Role.NAV_ADVISER})
_CONSENT = frozenset({Role.HOUSING_WORKER, Role.NAV_ADVISER, Role.TEACHER})
_LEADER = frozenset({Role.LEADER})
_DECIDERS = _SENDERS | _LEADER
_RECEIVERS = _CASEWORK | {Role.VOLUNTEER}
_LOG = frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER})
_PROTECTION_OFFICER = frozenset({Role.DATA_PROTECTION_OFFICER})
_ADMIN = frozenset({Role.ADMINISTRATOR, Role.OPERATOR})
_STAFF = _RECEIVERS | _LOG | {Role.ADMINISTRATOR}
_POLICY = frozenset({Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})
_OPERATOR = frozenset({Role.OPERATOR})
_STRANGER = frozenset({Role.STRANGER})


class Action(Enum):
    """The deeds, in the order of a family's way through the house."""

    # The house itself
    INSTALL = _Deed("install", EventKind.OPERATE, _OPERATOR, "Set up an installation with its municipality and keys")
    FILL_DEMO = _Deed(
        "fill_demo", EventKind.OPERATE, _OPERATOR, "Fill a demo installation with a fictional municipality"
    )
    BACK_UP = _Deed("back_up", EventKind.OPERATE, _OPERATOR, "Write a backup of database, log store and sealed keys")
    RESTORE = _Deed("restore", EventKind.OPERATE, _OPERATOR, "Restore the installation from a backup")
    REGISTER_ORGANISATION = _Deed("register_organisation", EventKind.CHANGE, _ADMIN, "Register an organisation")
    OPEN_SERVICE = _Deed("open_service", EventKind.CHANGE, _ADMIN, "Open a service inside an organisation")
    PROPOSE_POLICY = _Deed("propose_policy", EventKind.CHANGE, _POLICY, "Propose another policy for the municipality")
    APPROVE_POLICY = _Deed(
        "approve_policy", EventKind.CHANGE, _POLICY, "Approve the policy that somebody else proposed"
    )
    # Staff and signing in
    ADD_STAFF = _Deed("add_staff", EventKind.CHANGE, _ADMIN, "Add a member of staff and their role in a service")
    INVITE_STAFF = _Deed("invite_staff", EventKind.SIGN_IN, _ADMIN, "Invite a member of staff to make an account anew")
    ACCEPT_INVITATION = _Deed(
        "accept_invitation", EventKind.SIGN_IN, _STRANGER, "Take up an invitation with password and code"
    )
    SIGN_IN = _Deed("sign_in", EventKind.SIGN_IN, _STRANGER, "Sign in to one service")
    SIGN_OUT = _Deed("sign_out", EventKind.SIGN_IN, _STAFF, "Sign out")
    SIGN_DECLARATION = _Deed("sign_declaration", EventKind.CHANGE, _STAFF, "Sign the declaration of confidentiality")
    ASK_TOO_OFTEN = _Deed("ask_too_often", EventKind.OPERATE, frozenset(Role), "Ask faster than people do")
    # People
    REGISTER_FAMILY = _Deed("register_family", EventKind.CHANGE, _CONSENT, "Register a family on the service's roster")
    FIND_PERSON = _Deed("find_person", EventKind.SEARCH, _CASEWORK, "Find a person on the service's roster")
    READ_PERSON = _Deed("read_person", EventKind.READ, _CASEWORK, "Read what the service's roster says of a person")
    LIST_PERSONS = _Deed("list_persons", EventKind.READ, _CASEWORK, "List the persons on the service's roster")
    RECORD_PROTECTION = _Deed(
        "record_protection", EventKind.CHANGE, _CONSENT, "Record what the register said of a person's protection"
    )
    LIST_NOTICES = _Deed("list_notices", EventKind.READ, _RECEIVERS, "See what one's own service has been told")
    # Consent
    RECORD_CONSENT = _Deed("record_consent", EventKind.CHANGE, _CONSENT, "Record a family's written consent")
    SIGN_CONSENT = _Deed("sign_consent", EventKind.CHANGE, _CONSENT, "Record one more signature on a consent, or a no")
    ATTACH_PROOF = _Deed("attach_proof", EventKind.CHANGE, _CONSENT, "Attach the scanned page that proves a consent")
    READ_CONSENT = _Deed("read_consent", EventKind.READ, _CASEWORK, "Read a consent and its signatures", goes_on=True)
    READ_PROOF = _Deed("read_proof", EventKind.READ, _CONSENT, "Look at the scanned page that proves a consent")
    LIST_CONSENTS = _Deed(
        "list_consents", EventKind.READ, _CASEWORK, "List the consents that name one's own service", goes_on=True
    )
    WITHDRAW_CONSENT = _Deed("withdraw_consent", EventKind.CHANGE, _CASEWORK, "Record that a consent is withdrawn")
    STATE_CLOSENESS = _Deed(
        "state_closeness", EventKind.CHANGE, _RECEIVERS, "Say that one is close to a person whose matters one handles"
    )
    # What the rules hold until people have decided it
    SUBMIT_HELD_CASE = _Deed(
        "submit_held_case", EventKind.CHANGE, _SENDERS, "Ask one's leader to decide a disclosure that the rules hold"
    )
    DECIDE_HELD_CASE = _Deed(
        "decide_held_case", EventKind.CHANGE, _LEADER, "Decide as leader a disclosure that the rules hold"
    )
    APPROVE_HELD_CASE = _Deed(
        "approve_held_case", EventKind.CHANGE, _DECIDERS, "Approve, as the second, what the leader has decided"
    )
    LIST_HELD_CASES = _Deed(
        "list_held_cases", EventKind.READ, _DECIDERS, "List the disclosures of one's own service that the rules hold"
    )
    READ_HELD_CASE = _Deed("read_held_case", EventKind.READ, _DECIDERS, "Read a disclosure that the rules hold")
    # Referral
    DRAFT_REFERRAL = _Deed(
        "draft_referral", EventKind.READ, _SENDERS, "Ask what may be sent to a service, and why not the rest"
    )
    REFER_PUPIL = _Deed("refer_pupil", EventKind.DISCLOSE, _SENDERS, "Refer a pupil to a receiving service")
    LIST_REFERRALS = _Deed("list_referrals", EventKind.READ, _RECEIVERS, "List the referrals of one's own service")
    READ_REFERRAL = _Deed("read_referral", EventKind.DISCLOSE, _RECEIVERS, "Open a referral and read it")
    ACCEPT_REFERRAL = _Deed("accept_referral", EventKind.CHANGE, _CASEWORK, "Accept a referral")
    DECLINE_REFERRAL = _Deed("decline_referral", EventKind.CHANGE, _CASEWORK, "Decline a referral with a reason")
    RECALL_REFERRAL = _Deed("recall_referral", EventKind.CHANGE, _SENDERS, "Recall a referral that was sent")
    # The log
    SEARCH_LOG = _Deed("search_log", EventKind.LOG_READ, _LOG, "Search the disclosure log")
    READ_EVENT = _Deed("read_event", EventKind.LOG_READ, _LOG, "Open one entry of the disclosure log")
    REPLAY_DECISION = _Deed(
        "replay_decision", EventKind.LOG_READ, _LOG, "Make a decision of the log again from what was known then"
    )

    VERIFY_DATABASE = _Deed(
        "verify_database", EventKind.OPERATE, _OPERATOR, "Verify the database against the disclosure log, row by row"
    )
    # It shows which services know the person, which one service must not learn of another: so no caseworker makes it.
    ISSUE_REPORT = _Deed(
        "issue_report",
        EventKind.LOG_READ,
        _PROTECTION_OFFICER | _OPERATOR,
        "Make a person's report of who has seen their information",
    )
    DECIDE_VISIBILITY = _Deed(
        "decide_visibility",
        EventKind.CHANGE,
        _PROTECTION_OFFICER,
        "Decide whether the family sees an entry of the disclosure log",
    )

    @property
    def code(self) -> str:
        """The stable code under which the deed stands in the log."""
        return self.value.code

    @property
    def kind(self) -> EventKind:
        """What sort of event the deed makes."""
        return self.value.kind

    @property
    def sentence(self) -> str:
        """What the deed is, in one sentence (English; the pages translate it)."""
        return self.value.sentence

    def may(self, role: Role) -> bool:
        """Whether somebody in this role may do the deed at all; the rules on information are asked besides."""
        return role in self.value.roles

    @property
    def waits_for_evidence(self) -> bool:
        """Whether the deed is refused while too much of the log waits for a signed checkpoint.

        Everything else goes on: recording, signing in, withdrawing, and the auditor's reading of the log.
        """
        return self.kind in _SHOWING and not self.value.goes_on
