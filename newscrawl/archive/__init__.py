"""Every page kept: WARC files of what crawls download, and how their pages are read again."""
