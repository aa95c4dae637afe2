"""Connections to MongoDB, and the embedded ``mongod`` that is used without ``MONGODB_URI``."""
