"""Tasks of EleutherAI's harness, read through its own requests.

What changes between its versions is read here, and nowhere else.
"""
