"""The settings of newscrawl, but for what belongs to its own spiders."""

from newscrawl.settings import *  # noqa: F403 - all of them

COMMANDS_MODULE = ""
ITEM_PIPELINES: dict[str, int] = {}
EXTENSIONS: dict[str, int] = {}
