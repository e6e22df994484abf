# SPDX-License-Identifier: MPL-2.0
"""Actions on what the CLIs made: judged as the resources are, and leaving nothing that the next plan does not tell."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import APP, EDGE, Lab, Workspace, app_service, database, edge, until

from .app import fargate
from .database import rds
from .database.test_import import OWN_GROUPS
from .offers import Offers, configured, offers, said

GOOD, BETTER, CRASH = (f"registry.example/shop:{tag}" for tag in ("ok", "better", "crash"))
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ACTIONS = ("drop_deploy", "drop_purge_cache", "drop_rollback", "drop_run_task", "drop_snapshot")
WARNING = 2
# Calls that no policy needs to allow, and what the names of permissions differ from calls in.
FREE = {"sts:GetCallerIdentity"}
SCOPES = {
    "cloudflare:ListZones": "Zone Read", "cloudflare:ListDnsRecords": "DNS Read", "cloudflare:PurgeCache": "Cache Purge",
}  # fmt: skip


@pytest.fixture
def provider(workspace: Workspace) -> Iterator[Offers]:
    with offers(workspace) as provider:
        yield provider


def _image(uri: str) -> str:
    return app_service(image={"uri": uri})


def _applied(workspace: Workspace, *uris: str) -> None:
    workspace.address = APP.address
    for uri in uris:
        workspace.write(_image(uri))
        workspace.apply().must()


def _deployed_by_hand(lab: Lab, image: str) -> None:
    """Somebody begins a deployment beside Terraform."""
    ecs, now = lab.client("ecs"), fargate.definition(lab)
    kept = ("family", "executionRoleArn", "taskRoleArn", "networkMode", "cpu", "memory", "requiresCompatibilities")
    (container,) = now["containerDefinitions"]
    asked = {key: now[key] for key in kept if key in now} | {"containerDefinitions": [container | {"image": image}]}
    made = ecs.register_task_definition(**asked)["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=fargate.CLUSTER, service=fargate.SERVICE, taskDefinition=made)


def _allowed(workspace: Workspace, provider: Offers, action: str, since: int) -> None:
    """Whatever was called stands on the action's page."""
    called = {SCOPES.get(call.action, call.action) for call in workspace.lab.journal(since)} - FREE
    page = provider.page(action)
    assert called and [name for name in sorted(called) if f"`{name}`" not in page] == []


def test_a_service_is_deployed_anew(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    before, since = fargate.deployments(lab), lab.now()
    lab.stall("task_pending")
    progress = provider.done_past("deployment IN_PROGRESS", lab.go_on, "drop_deploy", name="web")
    assert progress[0] == "Deploying web:1 to web"
    assert progress[-1] == "web runs new tasks of web:1"
    assert fargate.deployments(lab)[1:] == before
    assert fargate.service(lab)["taskDefinition"].endswith("web:1")
    assert [call.action for call in lab.mutations(since)] == ["ecs:UpdateService"]
    _allowed(workspace, provider, "drop_deploy", since)
    workspace.must_be_empty()


def test_a_deployment_that_is_rolled_back_fails_the_action(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    workspace.write(_image(CRASH))
    workspace.apply().must_fail("rolled back")
    _, told = provider.invoke("drop_rollback", name="web", task_definition="web:2")
    for text in (
        'drop_rollback "web" failed', "web:1 serves", "Essential container in task exited",
        "shutting down with exit code 1", "drop_deployments",
    ):  # fmt: skip
        assert text in told
    # The same task definition, which can no longer be started.
    (role,) = [thing.id for thing in lab.objects() if thing.kind == "role" and "execution" in thing.id]
    for policy in lab.client("iam").list_role_policies(RoleName=role)["PolicyNames"]:
        lab.client("iam").delete_role_policy(RoleName=role, PolicyName=policy)
    _, told = provider.invoke("drop_deploy", name="web")
    assert 'drop_deploy "web" failed' in told and "ResourceInitializationError" in told


def test_a_rollback_is_told_by_the_next_plan_and_can_be_kept(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD, BETTER)
    host, since = workspace.resource["hostname"], lab.now()
    assert provider.plan("drop_rollback", name="web") == ("", set())
    progress = provider.done("drop_rollback", name="web")
    assert progress[0] == "Deploying web:1 to web"
    assert "set image.uri back" in progress[-1]
    _allowed(workspace, provider, "drop_rollback", since)
    assert fargate.image(lab, host) == GOOD
    plan = workspace.planned()
    assert plan.actions() == ["update"]
    workspace.write(_image(GOOD))
    workspace.apply().must()
    assert fargate.image(lab, host) == GOOD
    workspace.must_be_empty()


def test_a_service_that_is_being_changed_is_deployed_when_it_lets_itself(
    workspace: Workspace, provider: Offers
) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    busy = {"action": "error", "code": "UpdateInProgressException", "status": 400}
    lab.faults(busy | {"service": "ecs", "operation": "UpdateService"})
    assert any("UpdateInProgressException" in line for line in provider.done("drop_deploy", name="web"))
    assert lab.fired() == 1


def test_a_rollback_from_what_is_under_way_goes_to_what_was_good_before(
    workspace: Workspace, provider: Offers
) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD, BETTER)
    other = "another deployment is IN_PROGRESS"
    lab.stall("task_pending")
    _deployed_by_hand(lab, CRASH)
    since = lab.now()
    progress = provider.done_past(other, lab.go_on, "drop_rollback", name="web")
    assert "runs web:2 again already" in progress[-1] and "from web:3" in progress[-1]
    assert lab.mutations(since) == []
    lab.stall("task_pending")
    _deployed_by_hand(lab, GOOD)
    progress = provider.done_past(other, lab.go_on, "drop_rollback", name="web")
    assert "Deploying web:2 to web" in progress
    assert fargate.definition(lab)["revision"] == 2


def test_a_rollback_needs_something_to_go_back_to(workspace: Workspace, provider: Offers) -> None:
    _applied(workspace, GOOD)
    told, severities = provider.plan("drop_rollback", name="web")
    assert "No successful deployment of another task definition" in told and severities == {WARNING}
    assert "No successful deployment" in provider.invoke("drop_rollback", name="web")[1]
    workspace.lab.client("ecs").register_task_definition(
        family="web", requiresCompatibilities=["FARGATE"], networkMode="awsvpc",
        cpu="256", memory="512", containerDefinitions=[{"name": "app", "image": GOOD}],
    )  # fmt: skip
    foreign = provider.invoke("drop_rollback", name="web", task_definition="web:2")[1]
    assert "is not of this service" in foreign and "drop:resource = drop_app_service/-/web" in foreign


def test_a_command_is_run_once(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    since = lab.now()
    progress = provider.done("drop_run_task", name="web", command=["./manage", "migrate"])
    assert "of web:1 in web" in progress[0] and progress[-1].endswith("exited with 0")
    (asked,) = [call.params for call in lab.journal(since) if call.action == "ecs:RunTask"]
    assert asked["overrides"]["containerOverrides"] == [{"name": "app", "command": ["./manage", "migrate"]}]
    assert {"key": "drop:resource", "value": "drop_app_service/-/web"} in asked["tags"]
    _allowed(workspace, provider, "drop_run_task", since)
    _, told = provider.invoke("drop_run_task", name="web", command=["sh", "-c", "exit 3"])
    for text in ("app exited with 3", "error: the command failed with exit code 3", "/drop/web, drop/app/"):
        assert text in told
    workspace.must_be_empty()


def test_a_command_waits_for_a_deployment_that_may_be_rolled_back(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    lab.stall("task_pending")
    _deployed_by_hand(lab, CRASH)
    since, other = lab.now(), "another deployment is IN_PROGRESS"
    progress = provider.done_past(other, lab.go_on, "drop_run_task", name="web", command=["./migrate"])
    assert [line.partition(" of ")[2] for line in progress if line.startswith("Running task")] == ["web:1 in web"]
    (asked,) = [call.params for call in lab.journal(since) if call.action == "ecs:RunTask"]
    assert asked["taskDefinition"].endswith("web:1")


def test_the_log_of_a_command_cannot_write_to_the_terminal(workspace: Workspace, provider: Offers) -> None:
    _applied(workspace, GOOD)
    command = ["sh", "-c", f"\x1b[31mRED\x1b]0;title\x07 {'x' * 5000} exit 3"]
    _, told = provider.invoke("drop_run_task", name="web", command=command)
    assert r"\u{1b}[31mRED\u{1b}]0;title\u{7}" in told and "more characters)" in told
    assert len(told) < 3000 and all(c.isprintable() or c == "\n" for c in told)


def test_a_command_that_takes_too_long_is_stopped(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    forever = {"name": "web", "command": ["sleep", "1000000"]}
    _, told = provider.invoke("drop_run_task", **forever, timeout="1s")
    assert "did not become stopped within" in told and "it is being stopped" in told
    events = provider.start("drop_run_task", **forever)
    assert "RUNNING" in next(event.progress.message for event in events if "RUNNING" in event.progress.message)
    provider.client.call("StopProvider")
    *_, last = events
    told = said(last.completed.diagnostics)
    assert "interrupted" in told and "it is being stopped" in told
    assert len([call for call in lab.journal() if call.action == "ecs:StopTask"]) == 2
    until("the service's own task to be the only one", lambda: lab.kinds()["task"] == 1)


def test_a_command_that_somebody_stops_has_failed(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    events = provider.start("drop_run_task", name="web", command=["sleep", "1000000"])
    task = re.match(r"Running task (\w+) of", next(events).progress.message)
    assert task and any("RUNNING" in event.progress.message for event in events)
    lab.client("ecs").stop_task(cluster=fargate.CLUSTER, task=task[1])
    *_, last = events
    told = said(last.completed.diagnostics)
    assert "Task stopped by user" in told and "app exited with 0" in told


def test_a_command_goes_on_when_it_cannot_be_seen(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    look = {"service": "ecs", "operation": "DescribeTasks"}
    lab.faults(look | {"action": "throttle"})
    assert provider.done("drop_run_task", name="web", command=["true"])[-1].endswith("exited with 0")
    assert lab.fired() == 1
    lab.faults(look | {"action": "error", "code": "AccessDeniedException", "status": 400, "times": -1})
    _, told = provider.invoke("drop_run_task", name="web", command=["true"])
    for text in ("AccessDeniedException", "left alone and may still run", ":task/web/"):
        assert text in told
    assert [call for call in lab.journal() if call.action == "ecs:StopTask"] == []


def test_a_task_that_may_run_unseen_is_told(workspace: Workspace, provider: Offers) -> None:
    _applied(workspace, GOOD)
    workspace.lab.faults({"service": "ecs", "operation": "RunTask", "action": "lost", "times": -1})
    _, told = provider.invoke("drop_run_task", name="web", command=["true"])
    assert "the task may be running" in told and "Look at the tasks of the cluster web before" in told


def test_a_task_that_may_not_be_run_says_why(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    denied = {"action": "error", "code": "AccessDeniedException", "status": 400}
    lab.faults(denied | {"service": "ecs", "operation": "RunTask"})
    _, told = provider.invoke("drop_run_task", name="web", command=["true"])
    assert "AccessDeniedException" in told and "request id" in told and "page of this action" in told
    lab.clear_faults()
    _, told = provider.invoke("drop_run_task", name="web", command=["true"])
    assert not told


def test_an_answer_that_was_lost_runs_nothing_twice(workspace: Workspace) -> None:
    lab = workspace.lab
    _applied(workspace, GOOD)
    lab.faults({"service": "ecs", "operation": "RunTask", "action": "lost"})
    workspace.variables["AWS_MAX_ATTEMPTS"] = "2"
    since = lab.now()
    with offers(workspace) as retrying:
        retrying.done("drop_run_task", name="web", command=["true"])
    runs = [call.params["clientToken"] for call in lab.journal(since) if call.action == "ecs:RunTask"]
    assert (len(runs), len(set(runs))) == (2, 1)


def test_a_snapshot_is_taken_and_waited_for(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    workspace.write(database(deletion_protection=False, tags={"team": "shop"}))
    workspace.apply().must()
    since = lab.now()
    assert provider.plan("drop_snapshot", name="orders", snapshot="Before-2-0") == ("", set())
    lab.stall("snapshot")
    progress = provider.done_past("creating", lab.go_on, "drop_snapshot", name="orders", snapshot="Before-2-0")
    assert progress[0] == "Taking snapshot before-2-0 of orders"
    assert progress[-1].endswith(":snapshot:before-2-0")
    _allowed(workspace, provider, "drop_snapshot", since)
    (taken,) = lab.client("rds").describe_db_snapshots(DBSnapshotIdentifier="before-2-0")["DBSnapshots"]
    tags = {tag["Key"]: tag["Value"] for tag in taken["TagList"]}
    assert (taken["Status"], taken["SnapshotType"]) == ("available", "manual")
    assert tags.items() >= {"drop:resource": "drop_database/-/orders", "team": "shop"}.items()
    taken_name = {"name": "orders", "snapshot": "Before-2-0"}
    assert "There is a snapshot before-2-0 already" in provider.plan("drop_snapshot", **taken_name)[0]
    assert "There is a snapshot before-2-0 already" in provider.invoke("drop_snapshot", **taken_name)[1]
    assert re.search(r"orders-manual-\d+$", provider.done("drop_snapshot", name="orders")[-1])
    workspace.must_be_empty()
    workspace.destroy().must()
    assert lab.kinds() == {"db_snapshot": 2}, "a manual snapshot outlives its database"


def test_a_snapshot_of_a_database_that_was_adopted(workspace: Workspace, provider: Offers) -> None:
    rds.by_hand(workspace.lab)
    workspace.write(database(**OWN_GROUPS))
    workspace.import_("legacy").must()
    workspace.apply().must()
    assert re.search(r":snapshot:legacy-manual-\d+$", provider.done("drop_snapshot", name="legacy")[-1])


def test_a_snapshot_waits_for_an_instance_at_work(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    workspace.write(database(deletion_protection=False))
    workspace.apply().must()
    lab.stall("rebooting")
    lab.client("rds").reboot_db_instance(DBInstanceIdentifier="orders")
    busy = "not currently in the available state"
    provider.done_past(busy, lab.go_on, "drop_snapshot", name="orders", snapshot="patient")
    lab.faults({"service": "rds", "operation": "CreateDBSnapshot", "action": "lost"})
    workspace.variables["AWS_MAX_ATTEMPTS"] = "2"
    with offers(workspace) as retrying:
        retrying.done("drop_snapshot", name="orders", snapshot="lost")


def test_an_edge_is_purged(workspace: Workspace, provider: Offers) -> None:
    lab, zone = workspace.lab, EDGE.zone
    workspace.address = EDGE.address
    workspace.write(edge(), edge("other", name="other", tls=None, firewall=None))
    workspace.apply().must()
    since = lab.now()
    assert provider.plan("drop_purge_cache", name="site", zone=zone) == ("", set())
    progress = provider.done("drop_purge_cache", name="site", zone=zone)
    assert progress == [f"Purging site.{zone}", f"The cache of site.{zone} was purged"]
    provider.done("drop_purge_cache", name="site", zone=zone, paths=["/static", "/index.html"])
    everything, some = [call.params for call in lab.journal(since) if call.action == "cloudflare:PurgeCache"]
    assert everything["hosts"] == [f"site.{zone}"]
    assert some["prefixes"] == [f"site.{zone}/static", f"site.{zone}/index.html"]
    _allowed(workspace, provider, "drop_purge_cache", since)
    workspace.must_be_empty()


def test_a_purge_that_is_turned_away_can_be_stopped(workspace: Workspace, provider: Offers) -> None:
    lab = workspace.lab
    workspace.address = EDGE.address
    workspace.write(edge())
    workspace.apply().must()
    lab.faults({"service": "cloudflare", "operation": "PurgeCache", "action": "throttle", "times": -1})
    events = provider.start("drop_purge_cache", name="site", zone=EDGE.zone)
    assert next(events).progress.message.startswith("Purging ")
    until("the purge to be turned away", lambda: lab.fired() > 0)
    provider.client.call("StopProvider")
    *_, last = events
    assert "interrupted while waiting for cache to become free" in said(last.completed.diagnostics).lower()


@pytest.mark.parametrize(
    ("action", "given", "words"),
    [
        ("drop_deploy", {}, 'There is no drop_app_service "web"'),
        ("drop_rollback", {}, 'There is no drop_app_service "web"'),
        ("drop_run_task", {"command": ["true"]}, 'There is no drop_app_service "web"'),
        ("drop_snapshot", {}, 'There is no drop_database "web"'),
        ("drop_purge_cache", {"zone": EDGE.zone}, 'There is no drop_edge "web"'),
    ],
)
def test_what_is_not_there_warns_in_a_plan_and_fails_an_invocation(
    workspace: Workspace, provider: Offers, action: str, given: dict[str, object], words: str
) -> None:
    told, severities = provider.plan(action, name="web", **given)
    assert words in told
    assert severities == {WARNING}, "an apply may make it before the action runs"
    assert words in provider.invoke(action, name="web", **given)[1]


@pytest.mark.parametrize(
    ("action", "given", "words"),
    [
        ("drop_deploy", {"name": "Web"}, "lower-case"),
        ("drop_deploy", {"name": "web", "timeout": "soon"}, "duration"),
        ("drop_run_task", {"name": "web", "command": []}, "must name a command"),
        ("drop_run_task", {"name": "web", "command": None}, "Missing value for command"),
        ("drop_rollback", {"name": "web", "task_definition": "web"}, "must name a revision"),
        ("drop_snapshot", {"name": "web", "snapshot": "a--b"}, "single hyphens"),
        ("drop_purge_cache", {"name": "web", "zone": "a.example", "paths": ["/static/*"]}, "begins with it"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    workspace: Workspace, provider: Offers, action: str, given: dict[str, object], words: str
) -> None:
    since = workspace.lab.now()
    assert words in provider.validate(action, **given)
    assert workspace.lab.journal(since) == []


@pytest.mark.parametrize(
    ("action", "given", "words"),
    [
        ("drop_run_task", {"name": "web", "command": []}, "must name a command"),
        ("drop_snapshot", {"name": "web", "snapshot": "a--b"}, "single hyphens"),
    ],
)
def test_what_was_unknown_when_it_was_validated_is_refused_when_it_runs(
    workspace: Workspace, provider: Offers, action: str, given: dict[str, object], words: str
) -> None:
    since = workspace.lab.now()
    assert words in provider.invoke(action, **given)[1]
    assert workspace.lab.mutations(since) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_page_names_the_way_of_opentofu_and_has_an_example(
    workspace: Workspace, provider: Offers, action: str
) -> None:
    assert set(provider.schema.action_schemas) == set(ACTIONS)
    assert "OpenTofu has no actions" in provider.page(action) and "ermissions" in provider.page(action)
    example = (EXAMPLES / "actions" / action / "action.tf").read_text()
    assert f'action "{action}"' in example and "OpenTofu" in example
    given = configured(example)
    known = {attribute.name for attribute in provider.schema.action_schemas[action].schema.block.attributes}
    assert given and given <= known
