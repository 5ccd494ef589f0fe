"""What is measured: error rates, age error, image metrics, and the intervals around them."""
