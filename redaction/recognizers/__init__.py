"""One small file per kind of finding."""
