"""Pictures of blots: the only rooms of this package that know matplotlib. Each draws on what the caller hands it."""
