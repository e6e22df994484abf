# SPDX-License-Identifier: MPL-2.0
"""The certificate of the HTTPS listener: made here and renewed in time, or brought by somebody."""

from harness import Workspace, app_service

from .certificates import brought, days_left
from .fargate import facts

HEALTH = {"path": "/health"}


def test_one_that_is_made_here_is_renewed_under_its_arn(workspace: Workspace) -> None:
    lab = workspace.lab
    workspace.write(app_service())
    workspace.apply().must()
    arn = workspace.resource["components"]["certificate"]
    assert facts(lab)["certificate"] == [arn]
    # As it is shortly before it ends.
    brought(lab, "web.internal", days=10, CertificateArn=arn)
    plan = workspace.planned()
    assert any(line.startswith("changed certificate.fresh — ") for line in plan.change()["before"]["drift"])
    assert [step.call for step in plan.new_steps()] == ["acm:ImportCertificate"]
    workspace.apply_saved().must()
    assert days_left(lab, arn) > 30
    workspace.must_be_empty()


def test_one_that_is_brought_takes_its_place_and_gives_it_back(workspace: Workspace) -> None:
    lab = workspace.lab
    theirs = brought(lab)
    workspace.write(app_service())
    workspace.apply().must()
    workspace.write(app_service(http={"port": 8080, "certificate_arn": theirs, "health": HEALTH}))
    workspace.apply().must()
    assert facts(lab)["certificate"] == [theirs]
    assert lab.kinds()["certificate"] == 1, "the one that was made here is not needed any more"
    workspace.must_be_empty()
    workspace.write(app_service())
    workspace.apply().must()
    assert facts(lab)["certificate"] == [workspace.resource["components"]["certificate"]] != [theirs]
    workspace.must_be_empty()
    workspace.destroy().must()
    assert [(thing.kind, thing.id) for thing in lab.objects()] == [("certificate", theirs)]
