"""How much may be sent at a time."""

__all__ = ["MAX_BODY_SIZE", "MAX_UPLOAD_SIZE"]

#: Bytes of a request's body; a route that takes a scan raises it to MAX_UPLOAD_SIZE.
MAX_BODY_SIZE = 1_000_000

#: Bytes of a body that carries a page of 25 MB and the form around it.
MAX_UPLOAD_SIZE = 26_000_000
