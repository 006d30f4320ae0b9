"""Which networks there are: descriptions, the registry, downloads. Standard library only."""
