"""One file per released change of the schema; never edited after release."""
