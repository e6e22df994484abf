# SPDX-License-Identifier: MPL-2.0
"""Values that only the apply knows."""

import pytest

from harness import Workspace, database, provider, raw

from . import rds


def _size(turn: int) -> str:
    """A resource whose output is unknown in every plan that replaces it, and the same afterwards."""
    return f'resource "terraform_data" "size" {{\n  input = "db.t4g.micro"\n  triggers_replace = [{turn}]\n}}\n'


def _has_unknown(marks: object) -> bool:
    """Whether something is unknown, of what a plan says of a value and all in it."""
    if isinstance(marks, dict):
        return any(map(_has_unknown, marks.values()))
    return any(map(_has_unknown, marks)) if isinstance(marks, list) else bool(marks)


@pytest.mark.matrix
def test_an_unknown_leaf_that_turns_out_equal(workspace: Workspace) -> None:
    config = database(instance_class=raw("terraform_data.size.output"), tags={"size": raw("terraform_data.size.output")})
    workspace.write(config, _size(1))
    workspace.apply().must()
    workspace.must_be_empty()
    births = workspace.lab.births()

    workspace.write(config, _size(2))
    plan = workspace.planned()
    assert plan.actions() == ["update"]
    assert plan.change()["after_unknown"]["instance_class"] is True
    since = workspace.lab.now()
    workspace.apply_saved().must()
    assert workspace.lab.mutations(since) == []
    assert workspace.lab.births() == births
    workspace.must_be_empty()


def test_an_unknown_leaf_that_turns_out_different(workspace: Workspace) -> None:
    config = database(backup={"retention_days": raw("terraform_data.days.output")})
    days = 'resource "terraform_data" "days" {{ input = {} }}\n'
    workspace.write(config, days.format(5))
    workspace.apply().must()
    workspace.write(config, days.format(9))
    workspace.apply().must()
    assert rds.settled(workspace.lab)["BackupRetentionPeriod"] == 9
    workspace.must_be_empty()


def test_a_version_that_is_known_after_apply(workspace: Workspace) -> None:
    version = 'resource "terraform_data" "version" {{\n  input = "{}"\n}}\n'
    workspace.write(database(version="17"))
    workspace.apply().must()
    births = workspace.lab.births()
    workspace.write(database(version=raw("terraform_data.version.output")), version.format("17.6"))
    unknown = workspace.planned().change()["after_unknown"]
    assert unknown["version"] is True and unknown["steps"] is True
    workspace.apply_saved().must()
    assert rds.settled(workspace.lab)["AutoMinorVersionUpgrade"] is False
    workspace.must_be_empty()
    workspace.write(database(version=raw("terraform_data.version.output")), version.format("16.9"))
    workspace.apply().must_fail("The major version cannot be changed yet")
    assert workspace.lab.births() == births


def test_a_dependent_sees_known_results(workspace: Workspace) -> None:
    """Ids and ref stay known through a change in place: nothing cascades."""
    app = (
        'resource "terraform_data" "app" {\n  input = [drop_database.main.id, drop_database.main.ref.database.hostname]\n'
        "  triggers_replace = drop_database.main.ref\n}\n"
    )
    workspace.write(database(), app)
    workspace.apply().must()
    workspace.write(database(backup={"retention_days": 9}), app)
    plan = workspace.planned()
    assert plan.actions("terraform_data.app") == ["no-op"]
    assert not _has_unknown(plan.change()["after_unknown"].get("ref"))


@pytest.mark.matrix
def test_the_providers_own_configuration_may_be_unknown(workspace: Workspace) -> None:
    region = 'resource "terraform_data" "region" { input = "us-east-1" }\n'
    workspace.write(database(), region, block=provider("    region = terraform_data.region.output"))
    plan = workspace.plan()
    assert plan.code == 2, plan
    assert any("not known yet" in w.detail for w in plan.warnings), plan
    assert workspace.lab.journal() == []
    workspace.apply().must()
    workspace.must_be_empty()
