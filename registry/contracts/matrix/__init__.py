"""The matrix of coverage: each kind of clause by each dataset, what says it, and what is missing."""
