"""Plans: everything that a sweep needs, found and checked before any weight is read."""
