# SPDX-License-Identifier: MPL-2.0
"""Account-wide facts: quotas and certificates."""

from typing import Any

from ...models import fault
from ...world import Call, World
from .. import operation
from .pages import page
from .store import Store, moment, store_of

# Defaults of the "Quotas for Amazon RDS" page; POST /_lab/quotas changes them, as a support case would.
QUOTAS = {
    "DBInstances": 40,
    "ReservedDBInstances": 40,
    "AllocatedStorage": 100000,
    "DBSecurityGroups": 25,
    "AuthorizationsPerDBSecurityGroup": 20,
    "DBParameterGroups": 50,
    "ManualSnapshots": 100,
    "EventSubscriptions": 20,
    "DBSubnetGroups": 50,
    "OptionGroups": 20,
    "SubnetsPerDBSubnetGroup": 20,
    "ReadReplicasPerMaster": 15,
    "DBClusters": 40,
    "DBClusterParameterGroups": 50,
    "DBClusterRoles": 5,
    "DBInstanceRoles": 5,
    "ManualClusterSnapshots": 100,
    "CustomEndpointsPerDBCluster": 5,
}
CERTIFICATES = {"rds-ca-rsa2048-g1": 2061, "rds-ca-rsa4096-g1": 2121, "rds-ca-ecc384-g1": 2121}


def quota(world: World, name: str) -> int:
    return world.quotas.get(name, QUOTAS[name])


def used(store: Store, name: str) -> int:
    match name:
        case "DBInstances":
            return len(store.instances)
        case "AllocatedStorage":
            return sum(i.facts["AllocatedStorage"] for i in store.instances.values())
        case "DBParameterGroups":
            return len(store.parameter_groups)
        case "DBSubnetGroups":
            return len(store.subnet_groups)
        case "ManualSnapshots":
            return sum(s.facts["SnapshotType"] == "manual" for s in store.snapshots.values())
        case "SubnetsPerDBSubnetGroup":
            return max((len(g.subnet_ids) for g in store.subnet_groups.values()), default=0)
    return 0


def check_quota(world: World, store: Store, name: str, shape: str, more: int = 1) -> None:
    limit = quota(world, name)
    if used(store, name) + more > limit:
        raise fault("rds", shape, f"You have reached the quota for {name} in this region ({limit}).")


def check_certificate(name: str) -> None:
    if name not in CERTIFICATES:
        raise fault("rds", "CertificateNotFoundFault", f"Certificate {name} not found.")


@operation("rds", "DescribeAccountAttributes")
def describe_account_attributes(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    quotas = [{"AccountQuotaName": n, "Used": used(store, n), "Max": quota(world, n)} for n in QUOTAS]
    return {"AccountQuotas": quotas}


@operation("rds", "DescribeCertificates")
def describe_certificates(world: World, call: Call) -> dict[str, Any]:
    asked = call.params.get("CertificateIdentifier")
    if asked:
        check_certificate(asked)
    store = store_of(world, call)
    shown = [
        {
            "CertificateIdentifier": name,
            "CertificateType": "CA",
            "ValidFrom": moment(1621900800),
            "ValidTill": moment(1621900800).replace(year=until),
            "CertificateArn": store.arn("cert", name),
        }
        for name, until in CERTIFICATES.items()
        if asked in (None, name)
    ]
    answer = page(shown, call.params, "Certificates", key=lambda c: c["CertificateIdentifier"])
    answer["DefaultCertificateForNewLaunches"] = "rds-ca-rsa2048-g1"
    return answer
