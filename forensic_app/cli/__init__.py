"""The command line: thin commands, one file per noun; standard output holds answers, standard error the rest."""
