# SPDX-License-Identifier: MPL-2.0
"""Drives the provider through the real `terraform` and `tofu` against the lab."""

from .calls import CallId, distinct
from .cli import Cli, NoCli, binary, clis, installation
from .doctor import doctor, follow
from .hcl import database, provider, raw, render
from .lab import OWN, READS, Call, Lab, Object
from .outcome import Diagnostic, Outcome
from .plans import Plan, Step
from .pool import Result, run_all
from .process import Running, until
from .state import Instance, State
from .workspace import PROTOCOLS, SAVED, Workspace

__all__ = [
    "OWN", "PROTOCOLS", "READS", "SAVED", "Call", "CallId", "Cli", "Diagnostic", "Instance", "Lab", "NoCli",
    "Object", "Outcome", "Plan", "Result", "Running", "State", "Step", "Workspace", "binary", "clis", "database",
    "distinct", "doctor", "follow", "installation", "provider", "raw", "render", "run_all", "until",
]  # fmt: skip
