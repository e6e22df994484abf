# SPDX-License-Identifier: MPL-2.0
"""ECR: images as they are pushed, their layers, and logins."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.images import CONFIG, INDEX, LAYER, MANIFEST, manifest, push, push_index, repository, upload

from .conftest import Lab, refusal

NAME = "shop/web"


@pytest.fixture
def ecr(lab: Lab) -> Any:
    client = lab.client("ecr")
    repository(client, NAME)
    return client


def shown(ecr: Any, **id: str) -> dict[str, Any]:
    return ecr.describe_images(repositoryName=NAME, imageIds=[id])["imageDetails"][0]


def test_an_image_has_the_digest_of_its_manifest_and_the_size_of_its_parts(ecr: Any) -> None:
    digest = push(ecr, "1", size=3_000_000)
    (image,) = ecr.batch_get_image(repositoryName=NAME, imageIds=[{"imageDigest": digest}])["images"]
    text = image["imageManifest"]
    assert digest == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    config = json.loads(text)["config"]
    found = shown(ecr, imageTag="1")
    assert (found["imageDigest"], found["imageTags"]) == (digest, ["1"])
    assert found["imageSizeInBytes"] == 3_000_000 + config["size"]
    assert abs(found["imagePushedAt"] - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_index_is_as_large_as_its_largest_image(ecr: Any) -> None:
    digests = {"amd64": push(ecr, None, "amd64"), "arm64": push(ecr, None, "arm64", size=4_000_000)}
    index = push_index(ecr, "1", digests)
    assert shown(ecr, imageTag="1")["imageDigest"] == index
    large, small = (shown(ecr, imageDigest=digest)["imageSizeInBytes"] for digest in (index, digests["amd64"]))
    assert large > 4_000_000 > small


def test_what_an_image_names_must_be_there(ecr: Any) -> None:
    absent = {"mediaType": CONFIG, "digest": f"sha256:{'0' * 64}", "size": 1}

    def refused(document: dict[str, Any], **more: str) -> str:
        given = {"repositoryName": NAME, "imageManifest": json.dumps({"schemaVersion": 2} | document)}
        return refusal(ecr.put_image, **given, **more)[0]

    assert refused({"mediaType": MANIFEST, "config": absent, "layers": []}) == "LayersNotFoundException"
    assert refused({"mediaType": INDEX, "manifests": [absent]}) == "ReferencedImagesNotFoundException"
    wrong = {"imageDigest": absent["digest"]}
    assert refused({"mediaType": INDEX, "manifests": []}, **wrong) == "ImageDigestDoesNotMatchException"


def test_a_layer_is_fetched_with_a_key(ecr: Any) -> None:
    content = b'{"architecture":"arm64"}'
    config = upload(ecr, NAME, CONFIG, content)
    here = {"repositoryName": NAME, "layerDigest": config["digest"]}
    assert refusal(ecr.get_download_url_for_layer, **here)[0] == "LayerInaccessibleException"
    layer = upload(ecr, NAME, LAYER, b"x")
    manifest(ecr, NAME, "1", {"mediaType": MANIFEST, "config": config, "layers": [layer]})
    url = ecr.get_download_url_for_layer(**here)["downloadUrl"]
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == content
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(url[:-1])
    assert error.value.code == 403
    gone = here | {"layerDigest": f"sha256:{'0' * 64}"}
    assert refusal(ecr.get_download_url_for_layer, **gone)[0] == "LayersNotFoundException"


def test_a_layer_that_is_not_what_it_says_is_refused(ecr: Any) -> None:
    id = ecr.initiate_layer_upload(repositoryName=NAME)["uploadId"]
    here = {"repositoryName": NAME, "uploadId": id}
    ecr.upload_layer_part(**here, partFirstByte=0, partLastByte=0, layerPartBlob=b"x")
    code, _ = refusal(ecr.complete_layer_upload, **here, layerDigests=[f"sha256:{'0' * 64}"])
    assert code == "InvalidLayerException"


def test_what_is_not_there(ecr: Any) -> None:
    absent = {"repositoryName": NAME, "imageIds": [{"imageTag": "2"}]}
    assert refusal(ecr.describe_images, **absent)[0] == "ImageNotFoundException"
    assert refusal(ecr.describe_images, **absent | {"repositoryName": "none"})[0] == "RepositoryNotFoundException"
    push(ecr, "1")
    unscanned = {"repositoryName": NAME, "imageId": {"imageTag": "1"}}
    assert refusal(ecr.describe_image_scan_findings, **unscanned)[0] == "ScanNotFoundException"


def test_a_login_lasts_twelve_hours_and_is_never_the_same(lab: Lab, ecr: Any) -> None:
    (first,) = ecr.get_authorization_token()["authorizationData"]
    (second,) = ecr.get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(first["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    assert password not in base64.b64decode(second["authorizationToken"]).decode()
    assert abs(first["expiresAt"] - datetime.now(UTC) - timedelta(hours=12)) < timedelta(minutes=1)
    assert first["proxyEndpoint"] == "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"
    assert password not in json.dumps(lab.journal())
