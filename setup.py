"""``scrapyd-deploy`` builds the egg by this file; all that it says is in ``pyproject.toml``."""

from setuptools import setup

setup()
