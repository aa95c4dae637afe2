"""Item pipelines, in the order in which an article passes them: clean, date, check, identify, store."""

from pipelines.base import SpiderPipeline

__all__ = ["SpiderPipeline"]
