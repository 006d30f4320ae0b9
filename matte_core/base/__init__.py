"""What all parts share: errors, messages, progress, folders."""
