"""Keeps every page: writes what crawls download to WARC files, and reads the pages from them."""
