"""A case as a folder that whoever received it can check without this program."""
