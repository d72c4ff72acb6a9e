"""The scheduler beside PyJobShop and the best values known: `make bench-scheduling`."""
