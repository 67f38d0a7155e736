"""From examples to outcomes: what a model answers, and how likely it finds the gold answer.

`questions` encodes examples as token ids. `engine` runs them through the model and reads its
predictions. `score` makes outcomes from predictions. `evaluator` joins the three.
"""
