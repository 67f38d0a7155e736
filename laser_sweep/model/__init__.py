"""Models: their files, the places of their matrices, edits of a matrix, runs from a layer on."""
