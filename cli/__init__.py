"""The command line: the same deeds for whoever runs the machine. Nothing imports it."""
