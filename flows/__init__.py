"""Wiring: schedules, command line, settings. The only place that knows everything."""
