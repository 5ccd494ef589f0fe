"""Model packs: what they may hold, find, check, import and load them."""
