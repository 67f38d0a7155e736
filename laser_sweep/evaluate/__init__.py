"""From examples to outcomes: what a model says, and how sure it is of the gold answer.

One scorer a file, each a function `score(log_probs, batch, vocabulary)` from the log-probabilities
of the next token, shape (examples, vocabulary), float32, to columns of outcomes.
"""
