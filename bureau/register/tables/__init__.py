"""The register's tables, one module a noun; import them from bureau.register.models."""
