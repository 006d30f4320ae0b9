"""Many pictures at once: which there are and what became of each. Standard library only."""
