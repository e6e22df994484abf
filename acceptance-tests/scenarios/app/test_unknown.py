# SPDX-License-Identifier: MPL-2.0
"""Values that only the apply knows."""

import pytest

from harness import Workspace, app_service, raw

from . import fargate

RELEASE = """\
resource "terraform_data" "release" {{
  input            = "registry.example/shop:{}"
  triggers_replace = [{}]
}}
"""
CONFIG = app_service(
    image={"uri": raw("terraform_data.release.output")}, env={"RELEASE": raw("terraform_data.release.id")}
)


@pytest.mark.matrix
def test_an_image_that_is_built_in_the_same_apply(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(CONFIG, RELEASE.format("ok", 1))
    workspace.apply().must()
    workspace.must_be_empty()
    workspace.write(CONFIG, RELEASE.format("better", 2))
    workspace.apply().must()
    assert fargate.image(lab, workspace.resource["hostname"]) == "registry.example/shop:better"
    assert fargate.environment(lab)["RELEASE"] == workspace.state.one("terraform_data.release")["id"]
    workspace.must_be_empty()


def test_an_unknown_image_that_turns_out_equal_deploys_nothing(workspace: Workspace) -> None:
    lab = workspace.lab
    config = app_service(image={"uri": raw("terraform_data.release.output")})
    workspace.write(config, RELEASE.format("ok", 1))
    workspace.apply().must()
    done = fargate.deployments(lab)
    workspace.write(config, RELEASE.format("ok", 2))
    assert workspace.planned().change()["after_unknown"]["image"] == {"uri": True}
    since = lab.now()
    workspace.apply_saved().must()
    assert (lab.mutations(since), fargate.deployments(lab)) == ([], done)
    workspace.must_be_empty()


def test_a_dependent_sees_known_results(workspace: Workspace) -> None:
    """The address stays known through a deployment: nothing cascades."""
    dependent = 'resource "terraform_data" "edge" {\n  triggers_replace = drop_app_service.web.ref\n}\n'
    workspace.write(app_service(), dependent)
    workspace.apply().must()
    workspace.write(app_service(env={"COLOUR": "red"}), dependent)
    assert workspace.planned().actions("terraform_data.edge") == ["no-op"]
