"""`python -m watchglass.demo NAME`: one process of the demonstration, told what to do on its standard input."""

import sys
from importlib import import_module

from watchglass.demo.application import work

APPLICATIONS = {"support": "support-chatbot", "writing": "content-writer", "editing": "content-editor"}
"""Module -> service name. One process each, since instrumentations patch a client for the whole process."""


def main() -> None:
    """Be the application that the first argument names, or write the history."""
    module = import_module(f"watchglass.demo.{sys.argv[1]}")
    if sys.argv[1] == "history":
        module.write()
    else:
        work(APPLICATIONS[sys.argv[1]], module.instrument, module.prepare)


if __name__ == "__main__":
    main()
