"""Questions: examples as token ids, and what is read off the model's predictions."""
