"""The register: what came in, what was decided, what was published, and the services that do it."""
