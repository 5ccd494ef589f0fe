"""The command line: thin commands, one file per noun; answers on standard output, notes on standard error."""
