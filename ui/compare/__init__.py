"""Two to six pictures of a case beside each other."""
