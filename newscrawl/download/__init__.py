"""Downloads pages: politely from the network, or from a recording."""
