"""The fractions of the four states with the dividers' misclassification taken out: a mixture fitted to a batch."""
