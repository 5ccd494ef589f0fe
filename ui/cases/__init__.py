"""Cases: list, dialogs, workspace."""
