"""What every part shares: errors, messages, progress, folders. Standard library only."""
