# SPDX-License-Identifier: MPL-2.0
"""One lab process for the whole run, emptied before each test."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).parents[2]
# One try, so that a fault is seen and not retried away.
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=60, read_timeout=120, max_pool_connections=25)
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


class Lab:
    def __init__(self, url: str, cloudflare: str) -> None:
        self.url = url
        self.cloudflare = cloudflare
        self._clients: dict[tuple[str, str], Any] = {}

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_lab{path}") as answer:
            return json.load(answer)

    def post(self, path: str, document: Any = None, method: str = "POST") -> Any:
        body = json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_lab{path}", body, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def refused(self, path: str, document: Any) -> str:
        """The text of the 400 this post gets."""
        with pytest.raises(urllib.error.HTTPError) as error:
            self.post(path, document)
        assert error.value.code == 400
        return json.load(error.value)["error"]

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """Kept for the run: reading a model takes longer than most tests."""
        key = (service, region)
        if key not in self._clients:
            session = boto3.Session(region_name=region, **KEYS)
            self._clients[key] = session.client(service, endpoint_url=self.url, config=ONCE)
        return self._clients[key]

    def faults(self, *rules: dict[str, Any]) -> None:
        self.post("/faults", list(rules))

    def journal(self, operation: str | None = None) -> list[dict[str, Any]]:
        return [e for e in self.get("/journal") if operation in (None, e["operation"])]

    def objects(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [o for o in self.get("/objects") if kind in (None, o["kind"])]


@pytest.fixture(scope="session", autouse=True)
def nothing_of_the_user() -> Iterator[None]:
    """No profile, endpoint or credentials of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        yield


@pytest.fixture(scope="session")
def running() -> Iterator[Lab]:
    process = subprocess.Popen(
        [sys.executable, "-m", "lab", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    printed = "".join(process.stdout.readline() for _ in range(4))
    found = [re.search(rf"{name}=(\S+)", printed) for name in ("AWS_ENDPOINT_URL", "CLOUDFLARE_BASE_URL")]
    assert all(found), "the lab did not print its addresses"
    yield Lab(*(address[1] for address in found if address))
    process.terminate()
    assert process.wait(60) == 0


@pytest.fixture
def lab(running: Lab) -> Lab:
    running.post("/reset")
    return running


@pytest.fixture
def rds(lab: Lab) -> Any:
    return lab.client("rds")


@pytest.fixture
def ec2(lab: Lab) -> Any:
    return lab.client("ec2")


@pytest.fixture
def vpc(ec2: Any) -> str:
    return ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]


@pytest.fixture
def subnets(ec2: Any, vpc: str) -> list[str]:
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return [s["SubnetId"] for s in sorted(found, key=lambda s: s["AvailabilityZone"])]


@pytest.fixture
def subnet_group(rds: Any, subnets: list[str]) -> str:
    rds.create_db_subnet_group(DBSubnetGroupName="main", DBSubnetGroupDescription="for tests", SubnetIds=subnets[:3])
    return "main"


@pytest.fixture
def create(lab: Lab, rds: Any, subnet_group: str) -> Callable[..., dict[str, Any]]:
    """Creates the instance `main`, available unless told otherwise."""

    def make(wait: bool = True, **given: Any) -> dict[str, Any]:
        settings = {
            "DBInstanceIdentifier": "main",
            "Engine": "postgres",
            "EngineVersion": "16",
            "DBInstanceClass": "db.t3.medium",
            "AllocatedStorage": 20,
            "MasterUsername": "app",
            "ManageMasterUserPassword": True,
            "DBSubnetGroupName": subnet_group,
        }
        settings |= given
        made = rds.create_db_instance(**{k: v for k, v in settings.items() if v is not None})["DBInstance"]
        if not wait:
            return made
        lab.post("/pass", {"seconds": 3})
        return shown(rds, made["DBInstanceIdentifier"])

    return make


@pytest.fixture
def stage(lab: Lab, subnets: list[str], vpc: str) -> Any:
    """All that a Fargate service behind a load balancer needs, but the service."""
    from .fargate import Stage  # it takes its time and imports this file

    return Stage(lab, subnets, vpc)


def shown(rds: Any, name: str = "main") -> dict[str, Any]:
    return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Code and message of the error this call gets."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def until(look: Callable[[], Any], seconds: float = 120) -> Any:
    """What `look` answers once it answers something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not seen within {seconds} s")
