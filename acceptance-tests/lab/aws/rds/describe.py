# SPDX-License-Identifier: MPL-2.0
"""DescribeDBInstances and pending maintenance."""

from typing import Any

from ...models import service_model
from ...world import Call, World
from .. import operation
from .pages import page
from .store import Facts, Instance, Store, invalid, moment, store_of
from .subnet_groups import shown_group
from .tags import shown_tags

FILTERS = {"db-instance-id": "DBInstanceIdentifier", "dbi-resource-id": "DbiResourceId", "engine": "Engine"}


@operation("rds", "DescribeDBInstances")
def describe(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    if name := p.get("DBInstanceIdentifier"):
        found = [store.instance(name)]
    else:
        found = [i for i in store.instances.values() if meets_filters(i, p.get("Filters", []))]
    shown = [shown_instance(store, instance) for instance in found]
    return page(shown, p, "DBInstances", key=lambda i: i["DBInstanceIdentifier"])


@operation("rds", "DescribePendingMaintenanceActions")
def describe_maintenance(world: World, call: Call) -> dict[str, Any]:
    p, store = call.params, store_of(world, call)
    if asked := p.get("ResourceIdentifier"):
        found = [store.instance(asked)]
    else:
        found = [i for i in store.instances.values() if meets_filters(i, p.get("Filters", []))]
    shown = [
        {"ResourceIdentifier": store.arn("db", i.id), "PendingMaintenanceActionDetails": i.maintenance}
        for i in found
        if i.maintenance
    ]
    return page(shown, p, "PendingMaintenanceActions", key=lambda m: m["ResourceIdentifier"])


def meets_filters(instance: Instance, filters: list[Facts]) -> bool:
    for given in filters:
        name, values = given["Name"], [v.rpartition(":")[2] for v in given["Values"]]
        if name in ("db-cluster-id", "domain"):
            return False
        if name not in FILTERS:
            raise invalid(f"Unrecognized filter name: {name}")
        if instance.facts[FILTERS[name]] not in values:
            return False
    return True


def shown_instance(store: Store, instance: Instance) -> Facts:
    """The model's DBInstance. No endpoint until the instance is reachable (model: Endpoint)."""
    facts = instance.facts
    shown = {k: v for k, v in facts.items() if v is not None and k in _members()}
    major = facts["EngineVersion"].partition(".")[0]
    shown |= {
        "DBInstanceStatus": instance.status,
        "DBInstanceArn": store.arn("db", instance.id),
        "DbInstancePort": 0,
        "DBSubnetGroup": shown_group(store, store.subnet_groups[instance.subnet_group]),
        "DBSecurityGroups": [],
        "VpcSecurityGroups": [
            {"VpcSecurityGroupId": group, "Status": instance.security_status} for group in instance.security_groups
        ],
        "DBParameterGroups": [
            {"DBParameterGroupName": instance.parameter_group, "ParameterApplyStatus": instance.parameter_status}
        ],
        "OptionGroupMemberships": [{"OptionGroupName": f"default:postgres-{major}", "Status": "in-sync"}],
        "PendingModifiedValues": instance.pending,
        "ReadReplicaDBInstanceIdentifiers": [],
        "DomainMemberships": [],
        "AssociatedRoles": [],
        "TagList": shown_tags(instance.tags),
        "CertificateDetails": {
            "CAIdentifier": facts["CACertificateIdentifier"],
            "ValidTill": moment(facts["InstanceCreateTime"].timestamp() + 365 * 86400),
        },
        "BackupTarget": "region",
        "ActivityStreamStatus": "stopped",
        "CustomerOwnedIpEnabled": False,
    }
    if instance.reachable:
        unique = facts["DbiResourceId"][3:15].lower()
        shown["Endpoint"] = {
            "Address": f"{instance.id}.{unique}.{store.region}.rds.amazonaws.com",
            "Port": facts["Port"],
            "HostedZoneId": "Z2R2ITUGPM61AM",
        }
    if instance.secret:
        secret = instance.secret
        shown["MasterUserSecret"] = {
            "SecretArn": secret.arn,
            "SecretStatus": secret.status,
            "KmsKeyId": secret.kms_key_id,
        }
    return shown


def _members() -> set[str]:
    return set(service_model("rds").shape_for("DBInstance").members)
