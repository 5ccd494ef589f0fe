"""The pictures of one person at several ages that an evaluation measures, and who makes them."""
