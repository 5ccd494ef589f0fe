"""The table of runs and the form of a new one."""
