# SPDX-License-Identifier: MPL-2.0
"""`drop_image`: what stands behind a tag in ECR, as both CLIs read it."""

import json
from typing import Any

import pytest

from harness import Lab, Workspace, render
from harness.images import push, push_index, repository

ACCOUNT, REGION = "123456789012", "us-east-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
NAME = "shop/web"


def _image(**given: Any) -> str:
    lines = "".join(f"  {name} = {render(value)}\n" for name, value in given.items())
    return f'data "drop_image" "it" {{\n{lines}}}\noutput "image" {{\n  value = data.drop_image.it\n}}\n'


def _shown(workspace: Workspace) -> dict[str, Any]:
    return json.loads((workspace.directory / "terraform.tfstate").read_text())["outputs"]["image"]["value"]


def _ecr(lab: Lab) -> Any:
    ecr = lab.client("ecr")
    repository(ecr, NAME)
    return ecr


def test_a_tag_leads_to_a_digest(workspace: Workspace) -> None:
    ecr = _ecr(workspace.lab)
    digest = push(ecr, "1.4.2", "arm64", size=12_340_000)
    since = workspace.lab.now()
    workspace.write(_image(repository=NAME, tag="1.4.2"))
    workspace.apply().must()
    shown = _shown(workspace)
    pushed = ecr.describe_images(repositoryName=NAME)["imageDetails"][0]["imagePushedAt"]
    assert shown == {
        "uri": f"{HOST}/{NAME}:1.4.2", "repository": NAME, "tag": "1.4.2", "region": REGION, "digest": digest,
        "uri_by_digest": f"{HOST}/{NAME}@{digest}", "tags": ["1.4.2"], "architectures": ["arm64"], "size_mb": 12.3,
        "pushed_at": pushed.strftime("%Y-%m-%dT%H:%M:%SZ"), "scan": None,
    }  # fmt: skip
    assert workspace.lab.mutations(since) == []
    workspace.must_be_empty()

    # A tag that moves shows as a change of what was read.
    other = push(ecr, "1.4.2", "amd64")
    workspace.apply().must()
    assert (_shown(workspace)["digest"], _shown(workspace)["architectures"]) == (other, ["amd64"])


def test_an_address_leads_to_any_region_and_digest(workspace: Workspace) -> None:
    far = workspace.lab.client("ecr", "eu-north-1")
    repository(far, NAME)
    digests = {"amd64": push(far, None, "amd64"), "arm64": push(far, "arm", "arm64")}
    index = push_index(far, "1.4.2", digests)
    host = HOST.replace(REGION, "eu-north-1")
    workspace.write(_image(uri=f"{host}/{NAME}:1.4.2"))
    workspace.apply().must()
    shown = _shown(workspace)
    assert (shown["digest"], shown["architectures"], shown["region"]) == (index, ["amd64", "arm64"], "eu-north-1")
    workspace.write(_image(uri=f"{host}/{NAME}@{digests['arm64']}"))
    workspace.apply().must()
    shown = _shown(workspace)
    assert (shown["tags"], shown["tag"], shown["architectures"]) == (["arm"], None, ["arm64"])
    assert shown["uri_by_digest"] == shown["uri"]


def test_what_a_scan_found_is_counted(workspace: Workspace) -> None:
    ecr = _ecr(workspace.lab)
    push(ecr, "1")
    id = {"repositoryName": NAME, "imageId": {"imageTag": "1"}}
    ecr.start_image_scan(**id)
    found = ecr.describe_image_scan_findings(**id)
    workspace.write(_image(repository=NAME, tag="1"))
    workspace.apply().must()
    completed = found["imageScanFindings"]["imageScanCompletedAt"]
    assert _shown(workspace)["scan"] == {
        "status": "COMPLETE",
        "reason": found["imageScanStatus"]["description"],
        "completed_at": completed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "counts": found["imageScanFindings"]["findingSeverityCounts"],
    }


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"repository": NAME, "tag": "2"}, (f'Image "{HOST}/{NAME}:2" was not found', "ImageNotFoundException")),
        ({"repository": "none", "tag": "1"}, ("was not found", "RepositoryNotFoundException")),
        ({"uri": f"{HOST}/{NAME}@sha256:{'0' * 64}"}, ("was not found", "ImageNotFoundException")),
        ({"uri": "nginx:1.27"}, ("must be in a private registry of ECR",)),
        ({"uri": f"{HOST}/{NAME}"}, ("must have a tag or a digest",)),
        ({"uri": f"{HOST}/{NAME}:1", "tag": "1"}, ("The tag is given twice",)),
        ({"repository": NAME}, ("No tag is given",)),
        ({}, ("No repository is given", "No tag is given")),
    ],
    ids=["no image", "no repository", "no digest", "elsewhere", "any tag", "twice", "no tag", "nothing"],
)
def test_an_image_that_is_not_there(workspace: Workspace, given: dict[str, str], texts: tuple[str, ...]) -> None:
    push(_ecr(workspace.lab), "1")
    workspace.write(_image(**given))
    workspace.plan().must_fail(*texts)


def test_a_layer_that_cannot_be_fetched_is_told(workspace: Workspace) -> None:
    push(_ecr(workspace.lab), "1")
    refusal = {"action": "error", "code": "LayerInaccessibleException", "status": 400, "times": -1}
    workspace.lab.faults(refusal | {"operation": "GetDownloadUrlForLayer"})
    workspace.write(_image(repository=NAME, tag="1"))
    texts = ("could not be read", "ecr:GetDownloadUrlForLayer", "LayerInaccessibleException")
    workspace.plan().must_fail(*texts)
