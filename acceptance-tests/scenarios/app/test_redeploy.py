# SPDX-License-Identifier: MPL-2.0
"""`redeploy_trigger`: the way to the action `drop_deploy` for a CLI without actions."""

from harness import Workspace, app_service

from . import fargate


def _labels(workspace: Workspace) -> dict[str, str]:
    return fargate.definition(workspace.lab)["containerDefinitions"][0].get("dockerLabels", {})


def test_a_change_of_it_deploys_the_same_image_again(workspace: Workspace) -> None:
    lab = workspace.lab
    for count, given in enumerate(("monday", "tuesday", None), 1):
        workspace.write(app_service(redeploy_trigger=given))
        workspace.apply().must()
        labels = {"drop.redeploy_trigger": given} if given else {}
        assert (len(fargate.deployments(lab)), _labels(workspace)) == (count, labels)
        assert workspace.resource["redeploy_trigger"] == given
        assert workspace.resource["deployment"]["status"] == "SUCCESSFUL"
        workspace.must_be_empty()


def test_it_is_imported(workspace: Workspace) -> None:
    workspace.write(app_service(redeploy_trigger="monday"))
    workspace.apply().must()
    workspace.lose_state()
    workspace.import_("web").must()
    assert workspace.resource["redeploy_trigger"] == "monday"
    workspace.must_be_empty()


def test_one_that_cannot_be_a_label_is_refused(workspace: Workspace) -> None:
    workspace.write(app_service(redeploy_trigger="\n"))
    workspace.validate().must_fail("redeploy_trigger", "1 to 200 characters")
