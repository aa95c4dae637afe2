"""One module a site; each only declares."""
