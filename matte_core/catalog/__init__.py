"""Which models exist: their descriptions, the registry, and downloads."""
