"""Fuzzing: inputs that nobody thought of, and laws that hold for all of them. See README.md."""
