"""The only door to the database, and the proof. The floors above may rely on this: no row without an event, no opening without a trace."""
