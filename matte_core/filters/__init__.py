"""Image filters that more than one algorithm uses."""
