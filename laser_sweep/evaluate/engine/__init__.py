"""The engine: batches of questions through a model whose weights change above a layer."""
