# SPDX-License-Identifier: MPL-2.0
"""Drives the provider through the real `terraform` and `tofu` against the lab."""

from .calls import CallId, round_trips, unleased
from .cli import ACTIONS, IDENTITIES, MOCKS, QUERIES, SCHEMAS, Cli, NoCli, binary, clis, installation, knowing
from .combinations import PROTOCOLS, Combination
from .doctor import doctor, follow
from .hcl import database, provider, raw, render, resource
from .interrupt import gone_on_with, interrupted_in
from .lab import READS, Call, Lab, Object
from .outcome import Diagnostic, Outcome
from .plans import Plan, Step
from .pool import Result, run_all, run_one
from .process import Running, until
from .stand_in import OtherType, stand_in
from .state import Instance, State
from .subject import Places, Subject, Variation, Wait
from .subjects import APP, DATABASE, EDGE, OWN, SUBJECTS, app_service, edge
from .workspace import SAVED, Workspace

__all__ = [
    "ACTIONS", "APP", "DATABASE", "EDGE", "IDENTITIES", "MOCKS", "OWN", "PROTOCOLS", "QUERIES", "READS", "SAVED", "SCHEMAS",
    "SUBJECTS", "Call", "CallId", "Cli", "Combination", "Diagnostic", "Instance", "Lab", "NoCli", "Object",
    "OtherType", "Outcome", "Places", "Plan", "Result", "Running", "State", "Step", "Subject", "Variation", "Wait",
    "Workspace", "app_service", "binary", "clis", "database", "doctor", "edge", "follow", "gone_on_with",
    "installation", "interrupted_in", "knowing", "provider", "raw", "render", "resource", "round_trips", "run_all", "run_one",
    "stand_in", "unleased", "until",
]  # fmt: skip
