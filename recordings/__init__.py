"""Recorded crawls that ship with the project, and what they are made from."""
