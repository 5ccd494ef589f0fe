"""Second networks that nothing in the program uses, and what they say of its pictures."""
