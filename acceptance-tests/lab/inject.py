# SPDX-License-Identifier: MPL-2.0
"""A fault rule that fires: what it does to the call, or to the caller."""

import contextlib
import os
import signal
import time

from .errors import Hangup, Refusal
from .faults import Rule
from .peers import Peer, parent_pid
from .world import World


def before(world: World, rule: Rule, protocol: str, peer: Peer) -> None:
    """What happens to a call before it is performed; a Refusal or Hangup means it never is."""
    match rule.action:
        case "latency":
            time.sleep(rule.ms / 1000)
        case "hold":
            world.faults.hold()
        case "kill_before":
            _kill(rule, peer)
        case "reset":
            raise Hangup(reset=True)
        case "throttle":
            raise throttled(protocol)
        case "expired":
            raise expired(protocol)
        case "error":
            raise Refusal(rule.code, rule.message, rule.status)


def after(rule: Rule, peer: Peer) -> None:
    """What happens to a call that was performed and not yet answered."""
    match rule.action:
        case "kill_after":
            _kill(rule, peer)
        case "lost":
            raise Hangup


def throttled(protocol: str) -> Refusal:
    """The code and status each protocol's services use when a caller is too fast."""
    match protocol:
        case "ec2":
            return Refusal("RequestLimitExceeded", "Request limit exceeded.", 503)
        case "json" | "rest-json":
            return Refusal("ThrottlingException", "Rate exceeded")
        case "cloudflare":
            return Refusal("971", "Please wait and consider throttling your request speed", 429)
    return Refusal("Throttling", "Rate exceeded")


def expired(protocol: str) -> Refusal:
    text = "The security token included in the request is expired"
    match protocol:
        case "ec2":
            return Refusal("RequestExpired", "Request has expired.")
        case "json" | "rest-json":
            return Refusal("ExpiredTokenException", text)
        case "cloudflare":
            return Refusal("9109", "Invalid access token", 403)
    return Refusal("ExpiredToken", text, 403)


def _kill(rule: Rule, peer: Peer) -> None:
    """Only the process that holds this very connection, or its parent, is ever signalled."""
    caller = peer.pid_now()
    target = parent_pid(caller) if caller and rule.target == "parent" else caller
    if target is None or target in (0, 1, os.getpid()):
        rule.where.append("nobody to signal")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(target, signal.Signals[f"SIG{rule.signal}"])
    if rule.signal == "KILL" and target == caller:
        raise Hangup
