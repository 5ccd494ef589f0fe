"""Galleries in the window: made, filled and searched; candidates side by side with the probe."""
