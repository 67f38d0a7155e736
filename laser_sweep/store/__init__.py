"""The store: every file of a sweep's results folder, and what reads and writes it."""
