"""Identities as data (`tables`), and how they are matched."""
