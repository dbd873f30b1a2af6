"""What the edge itself refuses, before any deed is asked, and the fault nobody foresaw."""

from foundation.errors import Invalid, Refused, Unavailable

__all__ = [
    "BodyTooLarge",
    "FormOutdated",
    "IdempotencyKeyMissing",
    "MethodNotAllowed",
    "NotFromOurPages",
    "NotSignedIn",
    "TooManyRequests",
    "Unexpected",
    "Unreadable",
    "UnsupportedMediaType",
    "VersionMissing",
    "WrongHost",
]


class NotSignedIn(Refused):
    """There is no session, or it has ended."""

    code = "not_signed_in"
    title = "You are not signed in"
    do = "Sign in and do it again. A session ends by itself after some hours."


class TooManyRequests(Refused):
    """More requests from one actor at one address than people make; `refused` says how many were turned away."""

    code = "too_many_requests"
    title = "That was very many requests in a short time"
    do = "Wait a minute and go on."


class NotFromOurPages(Refused):
    """A change was asked for by another site's page (Fetch Metadata, `Origin`)."""

    code = "not_from_our_pages"
    title = "This did not come from one of our own pages"
    do = "Open Tillit yourself, by its own address, and do it from there."


class FormOutdated(Refused):
    """The form's token does not belong to the session that sent it."""

    code = "form_outdated"
    title = "This form is out of date"
    do = "You signed in or out after the form was opened. Open the page again and send it once more."


class WrongHost(Invalid):
    """The request names a host that is not this installation (RFC 9110 section 7.4)."""

    code = "wrong_host"
    title = "This is not the address of this service"
    do = "Use the address you were given for Tillit."


class BodyTooLarge(Invalid):
    """More was sent than this place takes."""

    code = "body_too_large"
    title = "What you sent is too large"
    do = "Send less text, or a smaller file."


class MethodNotAllowed(Invalid):
    """The address exists, but not for this method; `Allow` says which."""

    code = "method_not_allowed"
    title = "This address does not take that kind of request"
    do = "Use one of the methods that the answer's Allow header names."


class UnsupportedMediaType(Invalid):
    """The body is of a kind that this place does not read."""

    code = "unsupported_media_type"
    title = "What you sent is of a kind that is not read here"
    do = "Send JSON with the header Content-Type: application/json."


class Unreadable(Invalid):
    """The body is not what its header says it is."""

    code = "unreadable"
    title = "What you sent cannot be read"
    do = "Check that the body is whole and in the form that its Content-Type names."


class IdempotencyKeyMissing(Invalid):
    """Something is to be created, and the request does not say how a repetition would be known."""

    code = "idempotency_key_missing"
    title = "The Idempotency-Key is missing or malformed"
    do = "Send an Idempotency-Key of 8 to 200 printable characters, fresh for each new request."


class VersionMissing(Invalid):
    """A step was asked for without saying which version it builds on."""

    code = "version_missing"
    title = "The request does not say which version it builds on"
    do = "Read the thing first and send its ETag as If-Match, so that nobody's work is overwritten unseen."


class Unexpected(Unavailable):
    """A fault in the program; what happened is in the server's log, nothing about it leaves."""

    code = "unexpected"
    title = "Something went wrong in Tillit"
    do = "It is not your fault. Try again; if it happens again, tell whoever runs Tillit here when it happened."
