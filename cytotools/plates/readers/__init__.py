"""The readers' software, each known by its own words, and what it says of the blocks that it writes."""
