"""What decoding a received photograph needs beside the decoder: damage, depth, colour, pages."""
