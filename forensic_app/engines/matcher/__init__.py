"""A comparison network that learned ageing: the bundled recognition network, fine-tuned, as a pack of its own."""
