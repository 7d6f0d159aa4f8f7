"""Gates that travel: files that other programs read, and theirs that we read."""
