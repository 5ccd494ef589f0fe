"""Galleries: who is enrolled from which files, how templates are searched; numpy in, plain values out."""
