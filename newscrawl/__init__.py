"""newscrawl: Arabic news sites to a MongoDB collection that data teams trust."""

__version__ = "1.0.0"
