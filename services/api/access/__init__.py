"""Who asks: keys and tokens become a caller before any route is looked at, and nobody asks too much."""
