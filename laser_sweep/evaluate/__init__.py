"""From examples to outcomes: what a model says, and how sure it is of the gold answer.

`encode` makes questions of examples: texts that go through the model, and what is read off them.
The evaluator reads, and one scorer a kind, `score(predicted, scorer)`, makes columns of outcomes.
"""
