"""The ground floor: settings, clock, identifiers, the kinds of error, engine and table base.

It knows nothing of the domain.
"""
