# SPDX-License-Identifier: MPL-2.0
"""Clusters. A deleted one stays describable, INACTIVE."""

from typing import Any

from ...errors import NotPerformed
from ...models import fault
from ...world import Call, Shelf, World
from .. import finds, operation
from ..iam import ensure_service_linked_role
from .store import Cluster, Facts, Store, client, cluster_name, invalid, page, read_tags, store_of, tag_list

FARGATE = ("FARGATE", "FARGATE_SPOT")


@operation("ecs", "CreateCluster")
def create(world: World, call: Call) -> dict[str, Any]:
    """An active one of the name is answered as it is; new settings and tags are not applied."""
    p, store = call.params, store_of(world, call)
    if "serviceConnectDefaults" in p:
        raise NotPerformed("ecs", "CreateCluster", "with serviceConnectDefaults")
    name = p.get("clusterName", "default")
    tags = read_tags(p.get("tags"))
    _check_providers(p)
    cluster = store.clusters.get(name)
    if cluster is None or cluster.status == "INACTIVE":
        ensure_service_linked_role(call.account, "ecs.amazonaws.com")
        facts = {
            "settings": p.get("settings") or [{"name": "containerInsights", "value": "disabled"}],
            "configuration": p.get("configuration"),
            "capacityProviders": p.get("capacityProviders", []),
            "defaultCapacityProviderStrategy": p.get("defaultCapacityProviderStrategy", []),
        }
        cluster = Cluster(name, store.arn("cluster", name), facts, tags)
        store.clusters[name] = cluster
    return {"cluster": _shown(store, cluster, {"SETTINGS", "CONFIGURATIONS", "TAGS"})}


@operation("ecs", "DescribeClusters")
def describe(world: World, call: Call) -> dict[str, Any]:
    store, include = store_of(world, call), set(call.params.get("include", []))
    if len(call.params.get("clusters", [])) > 100:
        raise invalid("At most 100 clusters at once.")
    found, failures = [], []
    for asked in call.params.get("clusters") or ["default"]:
        if cluster := store.clusters.get(cluster_name(asked)):
            found.append(_shown(store, cluster, include))
        else:
            failures.append({"arn": store.arn("cluster", cluster_name(asked)), "reason": "MISSING"})
    return {"clusters": found, "failures": failures}


@operation("ecs", "ListClusters")
def list_clusters(world: World, call: Call) -> dict[str, Any]:
    found = [c for c in store_of(world, call).clusters.values() if c.status != "INACTIVE"]
    return page(found, call.params, "clusterArns", 100, lambda c: c.arn)


@operation("ecs", "UpdateCluster", "UpdateClusterSettings")
def update(world: World, call: Call) -> dict[str, Any]:
    store = store_of(world, call)
    cluster = store.cluster(call.params["cluster"])
    cluster.facts.update({k: call.params[k] for k in ("settings", "configuration") if k in call.params})
    return {"cluster": _shown(store, cluster, {"SETTINGS", "CONFIGURATIONS", "TAGS"})}


@operation("ecs", "PutClusterCapacityProviders")
def put_capacity_providers(world: World, call: Call) -> dict[str, Any]:
    """Replaces the whole set (model: operation)."""
    store = store_of(world, call)
    cluster = store.cluster(call.params["cluster"])
    _check_providers(call.params)
    cluster.facts.update({k: call.params[k] for k in ("capacityProviders", "defaultCapacityProviderStrategy")})
    return {"cluster": _shown(store, cluster, {"SETTINGS", "CONFIGURATIONS", "TAGS"})}


@operation("ecs", "DeleteCluster")
def delete(world: World, call: Call) -> dict[str, Any]:
    """Not while services or tasks are in it (model: operation); a deleted one may be deleted again."""
    store = store_of(world, call)
    cluster = store.clusters.get(cluster_name(call.params["cluster"]))
    if cluster is None:
        raise fault("ecs", "ClusterNotFoundException", "Cluster not found.")
    services, tasks = _inhabitants(store, cluster)
    if services:
        text = "The Cluster cannot be deleted while Services are active."
        raise fault("ecs", "ClusterContainsServicesException", text)
    if tasks:
        raise fault("ecs", "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
    cluster.status = "INACTIVE"
    return {"cluster": _shown(store, cluster, set())}


@finds("ecs", "CreateCluster")
def created(world: World, call: Call, _result: Any) -> Shelf:
    return Shelf(store_of(world, call).clusters, call.params.get("clusterName", "default"))


def _check_providers(p: Facts) -> None:
    named = {
        *p.get("capacityProviders", []),
        *(s["capacityProvider"] for s in p.get("defaultCapacityProviderStrategy", [])),
    }
    if unknown := named - set(FARGATE):
        raise client(f"The specified capacity provider '{min(unknown)}' does not exist.")


def _inhabitants(store: Store, cluster: Cluster) -> tuple[list[Any], list[Any]]:
    services = [s for s in store.services.values() if s.cluster is cluster and s.facts["status"] != "INACTIVE"]
    tasks = [t for t in store.tasks.values() if t.facts["clusterArn"] == cluster.arn and not t.is_gone]
    return services, tasks


def _shown(store: Store, cluster: Cluster, include: set[str]) -> Facts:
    services, tasks = _inhabitants(store, cluster)
    running = sum(t.facts["lastStatus"] == "RUNNING" for t in tasks)
    return {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": cluster.status,
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": running,
        "pendingTasksCount": sum(t.is_live for t in tasks) - running,
        "activeServicesCount": sum(s.facts["status"] == "ACTIVE" for s in services),
        "statistics": [],
        "capacityProviders": cluster.facts["capacityProviders"],
        "defaultCapacityProviderStrategy": cluster.facts["defaultCapacityProviderStrategy"],
        "tags": tag_list(cluster.tags) if "TAGS" in include else [],
        "settings": cluster.facts["settings"] if "SETTINGS" in include else [],
        "configuration": cluster.facts["configuration"] if "CONFIGURATIONS" in include else None,
    }
