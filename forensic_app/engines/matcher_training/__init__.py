"""Training of a matcher: photographs of people far apart in age, and a hold on what the bundled network knows."""
