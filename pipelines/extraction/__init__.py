"""One extractor per format, run in the sandbox."""
