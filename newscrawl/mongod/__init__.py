"""How MongoDB is opened, and the embedded ``mongod`` that is used without ``MONGODB_URI``."""
