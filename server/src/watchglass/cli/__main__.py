"""Lets `python -m watchglass.cli` be the command."""

from watchglass.cli import main

main()
