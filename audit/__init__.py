"""The only door to the database, and the proof of what went through it.

The floors above may rely on this: no row without an event, no opening without a trace.
"""
