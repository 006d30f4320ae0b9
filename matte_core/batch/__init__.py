"""Many pictures at once: which ones, what file each becomes, and how each turned out."""
