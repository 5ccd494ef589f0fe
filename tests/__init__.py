"""Tests. A package, so that its folder `ui` does not stand before the window of the same name."""
