"""The embedded server: a ``mongod`` for whoever named none, and how its address may be spoken of."""
