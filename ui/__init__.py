"""The window: PySide6 widgets over the same workflows as the command line."""
