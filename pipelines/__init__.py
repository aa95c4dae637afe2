"""Item pipelines, in the order in which an article meets them: clean, date, check, identify, store."""
