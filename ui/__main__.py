"""``python -m ui``: nothing of Qt is loaded before it is known that a window is wanted."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Open the window and return its exit status."""
    from ui.app import run

    return run(sys.argv[1:] if arguments is None else arguments)


if __name__ == "__main__":
    sys.exit(main())
