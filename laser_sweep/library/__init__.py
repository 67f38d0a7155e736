"""The package as a library: `sweep` for notebooks and scripts, and what a sweep found."""
