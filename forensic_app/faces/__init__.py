"""Find, align, embed and measure faces: numpy in, numpy out."""
