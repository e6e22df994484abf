# SPDX-License-Identifier: MPL-2.0
"""ECR: what moto makes up. Digests and sizes of images, what of an image must be there before it, the bytes of layers
behind the addresses they are fetched from, and logins that end."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from moto.ecr.models import Image, Repository, ecr_backends

from .. import upstream
from ..models import fault
from ..wire import Response
from ..world import ACCOUNT, Call, World
from . import operation, page

# "The authorization token is valid for 12 hours" (API reference, GetAuthorizationToken).
LOGIN_SECONDS = 12 * 3600


class Logins:
    """The passwords that were handed out."""

    def __init__(self, account: str, region: str) -> None:
        self.passwords: list[str] = []


class Layers:
    """What was uploaded, by digest, and the keys under which it may be fetched."""

    def __init__(self, account: str, region: str) -> None:
        self.bytes: dict[tuple[str, str], bytes] = {}
        self.keys: dict[str, tuple[str, str]] = {}


@operation("ecr", "GetAuthorizationToken")
def get_authorization_token(world: World, call: Call) -> dict[str, Any]:
    """Base64 of `AWS:<password>`, another one each time (API reference, AuthorizationData)."""
    password = secrets.token_urlsafe(600)
    world.store(Logins, call.account, call.region).passwords.append(password)
    token = base64.b64encode(f"AWS:{password}".encode()).decode()
    registries = call.params.get("registryIds") or [call.account]
    ends = time.time() + LOGIN_SECONDS
    data = [
        {"authorizationToken": token, "expiresAt": ends, "proxyEndpoint": f"https://{_host(registry, call.region)}"}
        for registry in registries
    ]
    return {"authorizationData": data}


@page("logins")
def logins(world: World, _query: dict[str, str]) -> dict[str, Any]:
    return {"passwords": [password for store in world.stores(Logins) for password in store.passwords]}


@operation("ecr", "CompleteLayerUpload")
def complete_layer_upload(world: World, call: Call) -> Response:
    """Keeps the bytes, which moto forgets; refuses what has another digest (CompleteLayerUpload, InvalidLayer)."""
    repository = _repository(call)
    upload = repository.uploads.get(call.params["uploadId"])
    content = bytes(upload.layer_parts) if upload else b""
    digest = _digest(content)
    if upload and digest not in call.params["layerDigests"]:
        raise fault("ecr", "InvalidLayerException", "The layer digests given do not match the uploaded layer.")
    answer = upstream.forward(call)
    if answer.status < 400:
        world.store(Layers, call.account, call.region).bytes[repository.name, digest] = content
    return answer


@operation("ecr", "PutImage")
def put_image(_world: World, call: Call) -> Response:
    """The digest is that of the manifest (OCI image specification, "Digests"); all it names must be there already."""
    repository, manifest = _repository(call), call.params["imageManifest"]
    digest = _digest(manifest.encode())
    if call.params.get("imageDigest", digest) != digest:
        raise fault("ecr", "ImageDigestDoesNotMatchException", "The image digest given is not that of the manifest.")
    document = json.loads(manifest)
    if missing := [part["digest"] for part in _layers(document) if part["digest"] not in repository.layers]:
        text = f"Layers with digests '{missing}' required for pushing image into repository do not exist"
        raise fault("ecr", "LayersNotFoundException", text)
    images = {image.get_image_digest(): image for image in repository.images}
    if missing := [part["digest"] for part in document.get("manifests", []) if part["digest"] not in images]:
        text = f"Images with digests '{missing}' required for pushing image into repository do not exist"
        raise fault("ecr", "ReferencedImagesNotFoundException", text)
    body = json.dumps(call.params | {"imageDigest": digest}).encode()
    answer = upstream.forward(replace(call, request=replace(call.request, body=body)))
    if answer.status < 400:
        made = next(image for image in repository.images if image.get_image_digest() == digest)
        made.get_image_size_in_bytes = lambda: _size(document, images)  # type: ignore[method-assign]
    return answer


@operation("ecr", "GetDownloadUrlForLayer")
def get_download_url_for_layer(world: World, call: Call) -> dict[str, Any]:
    """An address that is good for this layer only: "the pre-signed Amazon S3 download URL" (API reference)."""
    repository, digest = _repository(call), call.params["layerDigest"]
    store = world.store(Layers, call.account, call.region)
    if (repository.name, digest) not in store.bytes:
        raise fault("ecr", "LayersNotFoundException", f"The layer with digest '{digest}' does not exist.")
    manifests = [json.loads(image.image_manifest) for image in repository.images]
    if digest not in {part["digest"] for manifest in manifests for part in _layers(manifest)}:
        raise fault("ecr", "LayerInaccessibleException", f"The layer with digest '{digest}' belongs to no image.")
    key = secrets.token_urlsafe(24)
    store.keys[key] = (repository.name, digest)
    query = urlencode({"region": call.region, "key": key})
    return {"downloadUrl": f"http://{call.request.headers['host']}/_lab/layer?{query}", "layerDigest": digest}


@page("layer")
def layer(world: World, query: dict[str, str]) -> Response:
    store = world.store(Layers, ACCOUNT, query.get("region", ""))
    found = store.bytes.get(store.keys.get(query.get("key", ""), ("", "")))
    if found is None:
        return Response(403, {"Content-Type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>")
    return Response(200, {"Content-Type": "application/octet-stream"}, found)


def _repository(call: Call) -> Repository:
    registry, name = call.params.get("registryId", call.account), call.params["repositoryName"]
    found = ecr_backends[call.account][call.region].repositories.get(name)
    if found is None or found.registry_id != registry:
        text = f"The repository with name '{name}' does not exist in the registry with id '{registry}'"
        raise fault("ecr", "RepositoryNotFoundException", text)
    return found


def _host(registry: str, region: str) -> str:
    return f"{registry}.dkr.ecr.{region}.amazonaws.com"


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layers(document: dict[str, Any]) -> list[dict[str, Any]]:
    config = [document["config"]] if "config" in document else []
    return [*config, *document.get("layers", [])]


def _size(document: dict[str, Any], images: dict[str, Image]) -> int:
    """"If the image is a manifest list, this will be the max size of all manifests in the list" (ImageDetail)."""
    if "manifests" in document:
        return max((images[part["digest"]].get_image_size_in_bytes() or 0 for part in document["manifests"]), default=0)
    return sum(part.get("size", 0) for part in _layers(document))
