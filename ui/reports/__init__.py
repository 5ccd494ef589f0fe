"""Reports: preview and issue."""
