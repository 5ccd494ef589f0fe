"""The sketch engine: draw a photographed face as a pencil sketch."""
