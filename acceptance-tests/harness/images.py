# SPDX-License-Identifier: MPL-2.0
"""Pushes images into ECR, as `docker push` does: layers first, then the manifest that names them."""

import hashlib
import json
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def repository(ecr: Any, name: str = "shop/web") -> str:
    """Makes one, and answers its address."""
    return ecr.create_repository(repositoryName=name)["repository"]["repositoryUri"]


def push(ecr: Any, tag: str | None, architecture: str = "arm64", name: str = "shop/web", size: int = 2_000_000) -> str:
    """An image for one processor; answers its digest."""
    config = json.dumps({"architecture": architecture, "os": "linux"}).encode()
    parts = [upload(ecr, name, CONFIG, config), upload(ecr, name, LAYER, tag_of(architecture) * size)]
    return manifest(ecr, name, tag, {"mediaType": MANIFEST, "config": parts[0], "layers": parts[1:]})


def push_index(ecr: Any, tag: str, digests: dict[str, str], name: str = "shop/web") -> str:
    """One image for several processors, out of those that are there, with an attestation as BuildKit adds it."""
    entries = [
        {"mediaType": MANIFEST, "digest": digest, "size": 500, "platform": {"architecture": processor, "os": "linux"}}
        for processor, digest in digests.items()
    ]
    attestation = entries[0] | {"platform": {"architecture": "unknown", "os": "unknown"}}
    return manifest(ecr, name, tag, {"mediaType": INDEX, "manifests": [*entries, attestation]})


def upload(ecr: Any, name: str, kind: str, content: bytes) -> dict[str, Any]:
    """A layer; answers how a manifest names it."""
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    id = ecr.initiate_layer_upload(repositoryName=name)["uploadId"]
    here = {"repositoryName": name, "uploadId": id}
    ecr.upload_layer_part(**here, partFirstByte=0, partLastByte=len(content) - 1, layerPartBlob=content)
    ecr.complete_layer_upload(**here, layerDigests=[digest])
    return {"mediaType": kind, "digest": digest, "size": len(content)}


def manifest(ecr: Any, name: str, tag: str | None, document: dict[str, Any]) -> str:
    """What holds it together; answers its digest."""
    given = {"imageTag": tag} if tag else {}
    text = json.dumps({"schemaVersion": 2} | document)
    kind = document["mediaType"]
    put = ecr.put_image(repositoryName=name, imageManifest=text, imageManifestMediaType=kind, **given)
    return put["image"]["imageId"]["imageDigest"]


def tag_of(architecture: str) -> bytes:
    """One byte, another for each, so that layers differ."""
    return architecture[:1].encode()
