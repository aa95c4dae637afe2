"""MongoDB: what is stored, how it is written, and a server when none is named."""
