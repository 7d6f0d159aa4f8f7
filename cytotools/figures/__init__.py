"""The figures of a study: what is drawn, on which axes, under which name and caption."""
