"""Yardsticks: what the house does in a second on this machine. Not shipped, and outside the import contracts."""
