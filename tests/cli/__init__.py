"""The command line's own behaviour: arguments, output, exit codes."""
