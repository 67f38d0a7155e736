"""The columns of a row: texts, labels and gold answers."""
