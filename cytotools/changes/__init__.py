"""What changed between two analyses, and why: files, settings, gates, boxes, numbers, cautions."""
