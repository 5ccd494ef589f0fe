"""The autoencoder engine: show a face at other ages with one encoder and age-specific decoding."""
