"""One module for each site, with nothing but its declaration."""
