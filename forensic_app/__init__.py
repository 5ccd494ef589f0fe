"""Forensic App: age progression, de-ageing and sketches with a verifiable custody record.

The package is the core of the product. It never imports Qt; the window lives in ``ui``.
"""

__version__ = "0.1.0"
