# SPDX-License-Identifier: MPL-2.0
"""Attributes: text by key, upserted, each kind with its own set (model: LoadBalancerAttribute and its like)."""

from typing import Any

from ...world import Call, World
from .. import operation
from .store import Listener, LoadBalancer, TargetGroup, invalid, store_of

LOAD_BALANCER = {
    "access_logs.s3.bucket": "",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.prefix": "",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "deletion_protection.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}
TARGET_GROUP = {
    "deregistration_delay.timeout_seconds": "300",
    "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0",
    "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400",
    "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400",
    "stickiness.type": "lb_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}
LISTENER = {
    "routing.http.response.server.enabled": "true",
    "routing.http.response.strict_transport_security.header_value": "",
}
SECONDS = {
    "client_keep_alive.seconds": (60, 604800),
    "deregistration_delay.timeout_seconds": (0, 3600),
    "idle_timeout.timeout_seconds": (1, 4000),
}


@operation("elbv2", "DescribeLoadBalancerAttributes", "ModifyLoadBalancerAttributes")
def load_balancer(world: World, call: Call) -> dict[str, Any]:
    return _attributes(call, store_of(world, call).load_balancer(call.params["LoadBalancerArn"]), LOAD_BALANCER)


@operation("elbv2", "DescribeTargetGroupAttributes", "ModifyTargetGroupAttributes")
def target_group(world: World, call: Call) -> dict[str, Any]:
    return _attributes(call, store_of(world, call).target_group(call.params["TargetGroupArn"]), TARGET_GROUP)


@operation("elbv2", "DescribeListenerAttributes", "ModifyListenerAttributes")
def listener(world: World, call: Call) -> dict[str, Any]:
    return _attributes(call, store_of(world, call).listener(call.params["ListenerArn"]), LISTENER)


def _attributes(call: Call, thing: LoadBalancer | TargetGroup | Listener, known: dict[str, str]) -> dict[str, Any]:
    given = {a["Key"]: a.get("Value", "") for a in call.params.get("Attributes", [])}
    for key, value in given.items():
        if key not in known:
            raise invalid(f"The provided attribute key '{key}' is not recognized")
        if known[key] in ("true", "false") and value not in ("true", "false"):
            raise invalid(f"Attribute '{key}' must be 'true' or 'false', not '{value}'")
        low, high = SECONDS.get(key, (0, 0))
        if high and not (value.isdecimal() and low <= int(value) <= high):
            raise invalid(f"Attribute '{key}' must be between {low} and {high}, not '{value}'")
    thing.attributes.update(given)
    return {"Attributes": [{"Key": k, "Value": v} for k, v in sorted(thing.attributes.items())]}
