"""The engine: batches through a model whose weights change above a layer."""
