"""Models: where their files are, where (ℓ, τ) is in them, and how a matrix is edited."""
