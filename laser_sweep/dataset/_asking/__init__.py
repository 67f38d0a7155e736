"""The way in which a model is asked an example."""
