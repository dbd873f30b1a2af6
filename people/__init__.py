"""Organisations, services, staff, persons, and who may sign in.

The floors above may rely on this: nobody sees another service's roster.
"""
