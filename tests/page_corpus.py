"""All article pages of our own writing."""

from __future__ import annotations

from tests.page_oddities import ODDITIES
from tests.page_shapes import SHAPES
from tests.page_themes import THEMES

CORPUS = (*SHAPES, *THEMES, *ODDITIES)
