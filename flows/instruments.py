"""What the recipes need, loaded once a process: model, names, policy, calendar."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from classifiers.artifacts import current_model
from domain.resources import data_path
from domain.workdays import load_calendar
from pipelines.intake import Instruments
from redaction.policy import Policy
from redaction.recognizers.ner import NameModel


@lru_cache(maxsize=4)
def load_instruments(home: Path | None, bureau: str | None) -> Instruments:
    """Instruments of an installation: its own model, policy and calendar years, else the shipped.

    Raises:
        MissingComponent: if the name model's weights are not installed.
    """
    own_policy = home / "policies" / "policy.yaml" if home is not None else None
    policy_path = (
        own_policy
        if own_policy is not None and own_policy.is_file()
        else data_path("policies", "default.yaml")
    )
    calendars = sorted(data_path("calendars").glob("*.json"))
    if home is not None:
        # a bureau's own table of a year comes after the shipped one and replaces it
        calendars += sorted((home / "calendars").glob("*.json"))
    return Instruments(
        model=current_model(home / "models" if home is not None else None),
        names=NameModel.load(),
        policy=Policy.load(policy_path),
        calendar=load_calendar(calendars),
        bureau=bureau,
    )
