"""How pages are fetched: politely from the network, or from a recording."""
