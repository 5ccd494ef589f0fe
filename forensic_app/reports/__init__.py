"""Reports: plain content in, a deterministic PDF out; no casebook is known here."""
