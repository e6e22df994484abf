# SPDX-License-Identifier: MPL-2.0
"""`terraform-provider-drop doctor`: where it looks, what it says it did not look at, and what rebuilds a lost state."""

import subprocess

import pytest

from harness import Workspace, database, installation, provider


def _doctor(workspace: Workspace, *words: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    every = workspace.environment | variables
    environment = {name: value for name, value in every.items() if value is not None}
    command = [str(installation() / "terraform-provider-drop"), "doctor", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def _left_over(workspace: Workspace, region: str) -> None:
    """An instance that RDS refuses leaves the objects around it."""
    workspace.write(database(region=region))
    workspace.lab.faults({"action": "error", "operation": "CreateDBInstance", "code": "AccessDenied", "times": -1})
    workspace.apply().must_fail("AccessDenied")
    workspace.lab.clear_faults()


def test_it_looks_at_the_region_that_is_named(workspace: Workspace) -> None:
    _left_over(workspace, "eu-west-1")
    here = _doctor(workspace)
    assert here.returncode == 0 and "nothing is marked unfinished" in here.stdout
    assert "regions other than us-east-1 were not looked at" in here.stdout
    there = _doctor(workspace, "--region", "eu-west-1")
    assert there.returncode == 0 and "drop_database/-/orders\n  unfinished" in there.stdout, there
    assert there.stderr == ""


def test_a_profile_that_does_not_exist_is_named(workspace: Workspace) -> None:
    found = _doctor(workspace, "--profile", "nope", CLOUDFLARE_API_TOKEN=None)
    assert found.returncode == 1 and 'there is no profile "nope"' in found.stderr, found


@pytest.mark.parametrize(("words", "says"), [(["--frob"], '"--frob" is no option'), (["--region"], "needs a value")])
def test_what_it_does_not_know_is_refused(workspace: Workspace, words: list[str], says: str) -> None:
    refused = _doctor(workspace, *words)
    assert (refused.returncode, refused.stdout) == (2, "") and says in refused.stderr
    assert workspace.lab.journal() == []


def test_help(workspace: Workspace) -> None:
    told = _doctor(workspace, "--help")
    assert told.returncode == 0 and "--region" in told.stdout


def test_it_says_what_it_did_not_look_at(workspace: Workspace) -> None:
    zones = _doctor(workspace, AWS_REGION=None)
    assert zones.returncode == 0 and "AWS was not looked at: no region is given" in zones.stdout, zones
    region = _doctor(workspace, CLOUDFLARE_API_TOKEN=None)
    assert region.returncode == 0 and "Cloudflare was not looked at" in region.stdout, region
    nowhere = _doctor(workspace, AWS_REGION=None, CLOUDFLARE_API_TOKEN=None)
    assert nowhere.returncode == 1 and "nothing is marked unfinished" not in nowhere.stdout, nowhere


def test_one_cloud_that_refuses_hides_nothing_of_the_other(workspace: Workspace) -> None:
    _left_over(workspace, "us-east-1")
    found = _doctor(workspace, CLOUDFLARE_API_TOKEN="none-of-yours")
    assert found.returncode == 1 and "drop_database/-/orders\n  unfinished" in found.stdout, found
    assert "Cloudflare could not be looked at" in found.stderr


def test_its_blocks_rebuild_a_lost_state(workspace: Workspace) -> None:
    workspace.write(database(label="orders"))
    workspace.apply().must()
    births = {thing.id: thing.birth for thing in workspace.lab.objects()}
    workspace.lose_state()
    assert "finished: 1" in _doctor(workspace).stdout
    blocks = _doctor(workspace, "--import")
    assert blocks.returncode == 0
    workspace.write(database(label="orders"), blocks.stdout, block=provider())
    workspace.apply().must()
    workspace.must_be_empty()
    assert {thing.id: thing.birth for thing in workspace.lab.objects()} == births
