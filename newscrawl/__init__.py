"""newscrawl: crawls Arabic news sites into a MongoDB collection that data teams can trust."""

__version__ = "1.0.0"
