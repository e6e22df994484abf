# SPDX-License-Identifier: MPL-2.0
"""`moved` from App Runner: the service is built on ECS beside the other one, by one update that is begun with nothing, and
nobody asks App Runner for anything."""

from typing import Any

import pytest

from harness import APP, OtherType, Outcome, Workspace, app_service, gone_on_with, interrupted_in

from . import leaks
from .test_moved import SECRET, hushed, moved, other_way

ARN = "arn:aws:apprunner:us-east-1:123456789012:service/web/8fe1e10304f84fd2b0df550fe98a71fa"
DELETE = f"aws apprunner delete-service --region us-east-1 --service-arn {ARN}"
# What the two say in the same words.
SAME: dict[str, Any] = {"size": {"cpu": 1024, "memory": 2048}}
CREATE, ANCHOR = APP.places.great, APP.places.anchor
IMAGE = "registry.example/shop:ok"


def app_runner(name: str = "web", cpu: str = "1024", image: str = IMAGE) -> OtherType:
    """https://github.com/hashicorp/terraform-provider-aws/blob/main/website/docs/r/apprunner_service.html.markdown"""
    repository = {
        "image_identifier": image,
        "image_repository_type": "ECR",
        "image_configuration": [{"port": "8080", "runtime_environment_variables": {"PASSWORD": SECRET}}],
    }
    state = {
        "service_name": name,
        "source_configuration": [{"auto_deployments_enabled": False, "image_repository": [repository]}],
        "instance_configuration": [{"cpu": cpu, "memory": "2048"}],
        "health_check_configuration": [{"protocol": "HTTP", "path": "/health", "interval": 10}],
    }
    told = {"arn": ARN, "service_url": "abc123.us-east-1.awsapprunner.com", "status": "RUNNING"}
    return OtherType("hashicorp/aws", "aws_apprunner_service", 0, state | told, frozenset(state))


def begin(workspace: Workspace, blocks: str = "", old: OtherType | None = None, **attributes: Any) -> None:
    """The state of the official provider, and a configuration that takes it over."""
    workspace.address = APP.address
    old = old or app_runner()
    other_way(workspace, old)
    workspace.write(app_service(blocks=blocks, **SAME | attributes), moved(old, APP.address))


def warned(outcome: Outcome) -> None:
    assert any(ARN in told.text and DELETE in told.text for told in outcome.warnings), f"{outcome}"


def unbuilt(workspace: Workspace) -> None:
    """The state stands for what is to come, and holds nothing."""
    state = workspace.resource
    assert (state["id"], state["platform"], state["components"]) == (ARN, "app_runner", {})
    assert workspace.lab.kinds().keys().isdisjoint(APP.parts)


def built(workspace: Workspace) -> None:
    """All of it is there once, and only that; what is destroyed then is all of it."""
    lab = workspace.lab
    workspace.must_be_empty()
    assert {kind: n for kind, n in lab.kinds().items() if kind in APP.parts} == APP.parts
    assert ARN not in str(workspace.resource.attributes)
    workspace.destroy().must()
    assert lab.kinds().keys().isdisjoint(APP.parts)
    assert "apprunner" not in {call.service for call in lab.journal()}


@pytest.mark.matrix
def test_a_service_of_app_runner(workspace: Workspace) -> None:
    lab = workspace.lab
    begin(workspace, env={"COLOUR": "red"})
    assert SECRET in (workspace.directory / "terraform.tfstate").read_text()
    leaks.trace(workspace)
    warned(workspace.plan())
    plan = workspace.saved()
    (change,) = plan.document["resource_changes"]
    assert (change["previous_address"], plan.actions()) == ("aws_apprunner_service.main", ["update"])
    before, after = change["change"]["before"], change["change"]["after"]
    assert (before["platform"], after["platform"]) == ("app_runner", "ecs")
    same = {"name", "region", "image", "size", "http"}
    assert not plan.changed() & same, plan.told()
    assert (before["env"], after["env"]) == (None, {"COLOUR": "red"})
    since = lab.now()
    workspace.apply_saved().must()
    hushed(workspace, SECRET)
    made = {call.action for call in lab.mutations(since) if not call.renews_lease}
    assert made == {step.call for step in plan.new_steps()}
    built(workspace)


def test_sizes_in_words(workspace: Workspace) -> None:
    begin(workspace, old=app_runner(cpu="1 vCPU"))
    assert not workspace.planned().changed() & {"size"}


def test_a_create_that_fails_and_is_taken_up(workspace: Workspace) -> None:
    lab = workspace.lab
    begin(workspace)
    lab.faults(ANCHOR.rule("error"))
    workspace.apply().must_fail("the create stopped", "apply again")
    lab.clear_faults()
    unbuilt(workspace)
    lab.faults(CREATE.rule("error"))
    workspace.apply().must_fail("the create stopped", "log_group (")
    lab.clear_faults()
    before = APP.births(lab)
    assert before and not workspace.resource.tainted
    plan = workspace.planned()
    assert plan.actions() == ["update"], plan.told()
    workspace.apply_saved().must()
    assert before.items() <= APP.births(lab).items()
    built(workspace)


def test_an_apply_that_is_interrupted(workspace: Workspace) -> None:
    lab = workspace.lab
    assert APP.wait
    begin(workspace)
    interrupted_in(workspace, APP.wait)
    before = APP.births(lab)
    plan = workspace.planned()
    assert plan.actions() == ["update"], plan.told()
    gone_on_with(workspace, APP.wait)
    assert before.items() <= APP.births(lab).items()
    built(workspace)


@pytest.mark.parametrize("then", ["apply", "destroy"])
def test_an_apply_that_is_killed(workspace: Workspace, then: str) -> None:
    """The state has heard of nothing: what is there is taken up, or removed, all the same."""
    lab = workspace.lab
    begin(workspace)
    workspace.save()
    lab.faults(CREATE.rule("kill_after"))
    workspace.apply_saved().must_fail()
    lab.clear_faults()
    before = APP.births(lab)
    assert before and workspace.resource["components"] == {}
    if then == "apply":
        plan = workspace.planned()
        assert plan.actions() == ["update"], plan.told()
        workspace.apply_saved().must()
        assert before.items() <= APP.births(lab).items()
        built(workspace)
    else:
        workspace.destroy().must()
        assert APP.births(lab) == {}


def test_what_was_never_built_is_destroyed_by_forgetting_it(workspace: Workspace) -> None:
    lab = workspace.lab
    begin(workspace)
    since = lab.now()
    warned(workspace.destroy().must())
    assert workspace.state.instances == []
    assert lab.mutations(since) == []


@pytest.mark.parametrize("blocks", ["", "lifecycle {\n  create_before_destroy = true\n}"], ids=["plain", "create first"])
@pytest.mark.parametrize("by", ["-replace", "taint"])
def test_what_was_never_built_is_replaced_by_building_it(workspace: Workspace, by: str, blocks: str) -> None:
    lab = workspace.lab
    begin(workspace, blocks)
    lab.faults(ANCHOR.rule("error"))
    workspace.apply().must_fail()
    lab.clear_faults()
    unbuilt(workspace)
    since = lab.now()
    if by == "taint":
        workspace.taint().must()
        workspace.apply().must()
    else:
        workspace.apply(f"-replace={APP.address}").must()
    assert not [call for call in lab.mutations(since) if call.operation.startswith("Delete")]
    built(workspace)


def test_a_name_that_is_taken(workspace: Workspace) -> None:
    """By another service of drop's, which is finished: it stays whatever is done about the newcomer."""
    lab, cli, protocol = workspace.lab, workspace.cli, workspace.protocol
    other = Workspace(cli, lab, workspace.directory / "other", protocol, address=APP.address)
    other.write(app_service())
    other.apply().must()
    births = lab.births()
    begin(workspace)
    workspace.apply().must_fail("exists already and is complete", "choose another", "`state rm`")
    workspace.apply(f"-replace={APP.address}").must_fail("exists already and is complete")
    assert workspace.resource["id"] == ARN
    warned(workspace.destroy().must())
    assert workspace.state.instances == []
    assert lab.births() == births
    other.must_be_empty()


def test_a_name_that_is_free(workspace: Workspace) -> None:
    """What is not built yet can be called anything; what App Runner calls it may be no name here."""
    begin(workspace, old=app_runner("Web_Shop"), name="Web_Shop")
    workspace.plan().must_fail("lower-case letters")
    workspace.write(app_service(**SAME | {"name": "shop"}), moved(app_runner(), APP.address))
    plan = workspace.planned()
    assert (plan.actions(), plan.change()["before"]["name"]) == (["update"], "Web_Shop")
    workspace.apply_saved().must()
    assert workspace.resource["name"] == "shop"
    built(workspace)


def test_another_account_is_told(workspace: Workspace) -> None:
    old = app_runner()
    theirs = {"arn": ARN.replace("123456789012", "210987654321")}
    begin(workspace, old=OtherType(old.provider, old.name, old.version, {**old.state, **theirs}, old.written))
    workspace.plan().must_fail("is in another account", "210987654321")
