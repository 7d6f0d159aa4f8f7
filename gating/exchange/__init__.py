"""Gates that travel: files that other programs read."""
