"""The benchmark of stabilisation: naive expressions, exact truth, and the tools that are held against it."""
