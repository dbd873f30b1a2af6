"""Keys and everything sealed with them.

The floors above may rely on this: what is sealed opens only for an operation that keeps a trace.
"""
