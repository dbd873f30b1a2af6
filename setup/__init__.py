"""Makes a fresh copy of the source ready to run: the Python environment, the front-end files and the translations.

Everything here uses the standard library only, because it runs before anything is installed. `python3 -m setup` does
all of it and does nothing the second time; `make` calls it before every other target.
"""
