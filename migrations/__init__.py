"""The database's history: numbered revisions that run forwards and back with data in place, on either database."""
