"""newscrawl: Arabic news sites to a MongoDB collection that data teams trust."""

__version__ = "0.1.0"
