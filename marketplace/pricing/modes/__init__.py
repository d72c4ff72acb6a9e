"""One file is one way to charge; `marketplace.pricing.quote` collects them."""
