"""A comparison network that learned ageing, from a pack of its own, as a face analyser like the others."""
