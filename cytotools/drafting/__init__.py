"""A first draft of a study from the files of a folder: what they are, what their names say, and what must be asked."""
