"""Item pipelines, in the order in which an article meets them: clean, date, check, identify, store."""

from pipelines.base import SpiderPipeline

__all__ = ["SpiderPipeline"]
