"""The proof that the log was not changed: leaves, tree, outside store, signed heads, and their verification.

Nothing here knows a database. A stranger with a copy of the store and the policy file can run all of it.
"""
