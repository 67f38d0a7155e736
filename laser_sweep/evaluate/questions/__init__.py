"""Questions: examples as token ids, with the positions at which predictions are read."""
