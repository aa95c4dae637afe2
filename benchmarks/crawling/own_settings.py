"""The settings of newscrawl without those of its own spiders."""

from newscrawl.settings import *  # noqa: F403 - all of them

COMMANDS_MODULE = ""
ITEM_PIPELINES: dict[str, int] = {}
EXTENSIONS: dict[str, int] = {}
