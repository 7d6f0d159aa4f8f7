"""FCS files: HEADER and TEXT (keywords), what DATA hold (layout), their numbers (decode), reading and writing."""
