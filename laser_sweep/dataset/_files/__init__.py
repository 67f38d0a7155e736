"""Rows of files, of the hub and of the web."""
