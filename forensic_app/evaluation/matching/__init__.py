"""Does a derived face help to find the person: comparisons across ages, with and without it."""
