# SPDX-License-Identifier: MPL-2.0
"""A lab of one's own: started on a free port, spoken to through its side door, ended by its pid."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3

from .process import PATIENCE

HERE = Path(__file__).resolve().parents[1]
REGION = "us-east-1"
# Everything happens over time, and soon.
TIMING = {
    "creating": 0.3,
    "backing_up": 0.05,
    "lag": 0.05,
    "modifying": 0.15,
    "rebooting": 0.1,
    "deleting": 0.15,
    "snapshot": 0.1,
    "applying": 0.1,
    "secret": 0.1,
    "eni_linger": 0.1,
    "storage_optimization": 0.1,
    "load_balancer": 0.1,
    "certificate_linger": 0.05,
    "role_assumable": 0.1,
    "task_provisioning": 0.05,
    "task_pending": 0.05,
    "task_settle": 0.05,
    "draining": 0.05,
    "scaling_lag": 0.05,
    "configured_second": 0.002,
}
# What the clouds do not show at once. A deleted object stays in the tag index to the end of any test.
LAG = {
    "unseen_elsewhere": 0.4,
    "stale": 0.3,
    "index": 0.5,
    "tombstones": 600.0,
    "detour": 0.2,
    "lists": 0.3,
    "unknown": True,
}
# Longer than anybody waits: what takes so long is over when a test says so.
ENDLESS = 600.0
# Where policies and plans call a service otherwise than its clients do.
PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag"}
READS = ("BatchGet", "Describe", "Get", "List", "Head", "Filter", "Search", "Lookup", "Simulate", "AssumeRole", "Verify")
# What comes and goes with other objects.
PASSING = {"network_interface", "security_group_rule", "db_snapshot"}
# What an anchor says of its resource, wherever its kind has room for it: state, creation_id, and the lease.
MARK = re.compile(
    r"\b(?:(?:in)?complete (?:[0-9a-f]{8}|-)|updating (?:[0-9a-f]{8}|-) \S+)(?P<lease> [^\s\"@]+@\d+)?"
)


@dataclass(frozen=True)
class Call:
    """A request the lab was asked to do."""

    n: int
    nth: int
    service: str
    operation: str
    params: dict[str, Any]
    region: str
    pid: int | None
    status: int | None
    code: str | None
    faults: list[str]
    # In seconds; without an end it was never answered.
    begun: float
    ended: float | None

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def action(self) -> str:
        """As a plan names it."""
        return f"{PREFIXES.get(self.service, self.service)}:{self.operation}"

    @property
    def refused(self) -> bool:
        """Whether the cloud said no, of its own accord."""
        return not self.faults and self.status is not None and self.status >= 400

    @property
    def dry(self) -> bool:
        """Whether it only asks what would become of it."""
        return self.params.get("dry_run") is True

    @property
    def mutating(self) -> bool:
        return not self.operation.startswith(READS) and not self.dry

    @property
    def mark(self) -> re.Match[str] | None:
        """What it writes on an anchor, if it does."""
        return MARK.search(json.dumps(self.params)) if self.mutating else None

    @property
    def renews_lease(self) -> bool:
        return bool(self.mark and self.mark["lease"]) and not self.operation.startswith("Create")

    def __str__(self) -> str:
        return f"{self.n} {self.name}#{self.nth} {json.dumps(self.params)} -> {self.status} {self.code or ''}"


@dataclass(frozen=True)
class Object:
    """Something that exists beyond what an account has from the start."""

    kind: str
    id: str
    region: str
    birth: int
    tags: dict[str, str]
    more: dict[str, Any]

    @property
    def mark(self) -> str | None:
        """What it says of its resource, if it is an anchor."""
        found = MARK.search(json.dumps([self.tags, self.more]))
        return found and found[0]


class Lab:
    """One process of the lab."""

    def __init__(self) -> None:
        self._clients: dict[tuple[str, str], Any] = {}
        self._log = tempfile.TemporaryFile(prefix="lab-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lab", "--port", "0"], cwd=HERE, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=self._log, text=True, start_new_session=True,
        )  # fmt: skip
        told = self._told()
        self.url = told["AWS_ENDPOINT_URL"]
        self.cloudflare_url, self.cloudflare_token = told["CLOUDFLARE_BASE_URL"], told["CLOUDFLARE_API_TOKEN"]
        self.reset()

    def _told(self) -> dict[str, str]:
        """The variables it prints for its clients."""
        assert self._process.stdout
        found: dict[str, str] = {}
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        while "CLOUDFLARE_API_TOKEN" not in found:
            line = self._process.stdout.readline() if ready else ""
            if not line.startswith("export "):
                self._log.seek(0)
                told = self._log.read().decode(errors="replace")
                self.close()
                raise RuntimeError(f"the lab did not start: {told}")
            found |= dict(word.split("=", 1) for word in line.split()[1:])
        return found

    def environment(self) -> dict[str, str]:
        """What a client needs; nothing of the caller's own AWS settings gets through."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CLOUDFLARE_", "TF_", "DROP_"))}
        return kept | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CLOUDFLARE_BASE_URL": self.cloudflare_url,
            "CLOUDFLARE_API_TOKEN": self.cloudflare_token,
        }

    def reset(self) -> None:
        """Empties it, with everything happening soon."""
        self._ask("POST", "reset")
        self._ask("POST", "timing", TIMING)

    def journal(self, since: int = 0) -> list[Call]:
        fields = Call.__dataclass_fields__
        return [Call(**{k: v for k, v in e.items() if k in fields}) for e in self._ask("GET", f"journal?since={since}")]

    def now(self) -> int:
        """A place in the journal, for `since`."""
        return self._ask("GET", "calls")

    def mutations(self, since: int = 0) -> list[Call]:
        """Calls that change something, without those that write, renew or end the lease of an update."""
        updating: set[tuple[int | None, str]] = set()
        kept = []
        for call in self.journal(since):
            anchor = (call.pid, f"{call.name} {MARK.sub('', json.dumps(call.params))}") if call.mark else None
            if anchor and call.mark and call.mark[0].startswith("updating "):
                updating.add(anchor)
            ends = anchor in updating and not call.renews_lease
            if call.mutating and not call.renews_lease and not ends:
                kept.append(call)
        return kept

    def objects(self) -> list[Object]:
        plain = ("kind", "id", "region", "birth", "tags")
        return [
            Object(**{k: o[k] for k in plain}, more={k: v for k, v in o.items() if k not in plain})
            for o in self._ask("GET", "objects")
        ]

    def births(self) -> dict[str, int]:
        """Who is who among the objects that do not come and go with others."""
        return {f"{o.kind} {o.id}": o.birth for o in self.objects() if o.kind not in PASSING}

    def kinds(self) -> Counter[str]:
        return Counter(o.kind for o in self.objects())

    def faults(self, *rules: dict[str, Any]) -> None:
        """These go wrong from now on, and nothing else."""
        self._ask("POST", "faults", list(rules))

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def fired(self) -> int:
        """How often the present faults have struck."""
        return sum(rule["fired"] for rule in self._ask("GET", "faults"))

    def release(self) -> None:
        """Lets calls go on that a `hold` keeps back."""
        self._ask("POST", "release")

    def timing(self, **seconds: float) -> None:
        self._ask("POST", "timing", seconds)

    def lag(self, **members: float) -> None:
        """From now on the clouds are eventually consistent: as LAG says, unless told otherwise. Until a reset."""
        self._ask("POST", "lag", members or LAG)

    def cloudflare_token_lacks(self, *permissions: str) -> None:
        """The token is one that was made without these permissions, such as `DNS Write`."""
        self._ask("POST", "cloudflare/token", {"lacks": list(permissions)})

    def quotas(self, **most: int) -> None:
        self._ask("POST", "quotas", most)

    def happen(self, thing: str, event: str, service: str = "rds", region: str = REGION, **facts: Any) -> Any:
        """What AWS does by itself."""
        return self._ask("POST", f"{service}/{thing}/{event}?region={region}", facts)

    def serve(self, host: str, scheme: str = "https", path: str = "/") -> dict[str, Any]:
        """What somebody on the internet gets from the load balancer of that name."""
        return self._ask("GET", f"serve?host={host}&scheme={scheme}&path={path}")

    def logins(self) -> list[str]:
        """The passwords of registries that it handed out, so that one can look where they are."""
        return self._ask("GET", "logins")["passwords"]

    def passes(self, seconds: float) -> None:
        """So much time goes by at once."""
        self._ask("POST", "pass", {"seconds": seconds})

    def stall(self, *phases: str) -> None:
        """From now on these take until `go_on`, however long somebody needs to see it."""
        self.timing(**dict.fromkeys(phases, ENDLESS))

    def go_on(self) -> None:
        """Everything happens soon again, and what is under way is over, with what follows from it."""
        self.timing(**TIMING)
        self.passes(2 * ENDLESS)

    def zone(self, name: str) -> dict[str, Any]:
        """Records, rules by phase and settings of a Cloudflare zone, as the API answers them."""
        return self._ask("GET", f"cloudflare/zones/{name}")

    def foreign(self, name: str) -> dict[str, Any]:
        """Of these what no client made: the zone as it was found, and what dashboard users did since."""
        return self._ask("GET", f"cloudflare/zones/{name}?of=foreign")

    def dashboard(self, zone: str, phase: str, do: str = "add", nth: int = 0, **more: Any) -> Any:
        """A dashboard user adds, edits, moves or deletes a foreign rule: now, or before the n-th next write there."""
        return self._ask("POST", "cloudflare/interleave", {"zone": zone, "phase": phase, "do": do, "nth": nth} | more)

    def setting(self, zone: str, name: str, **members: Any) -> Any:
        """Changes a zone setting's `value` or whether it is `editable`, behind everybody's back."""
        return self._ask("POST", f"cloudflare/zones/{zone}/settings/{name}", members)

    def cloudflare_limit(self, calls: int, seconds: float = 300) -> Any:
        """From now on so many calls may be made in so many seconds."""
        return self._ask("POST", "cloudflare/limits", {"calls": calls, "seconds": seconds})

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client, for what happens outside Terraform."""
        if (service, region) not in self._clients:
            session = boto3.Session("testing", "testing", region_name=region)
            self._clients[service, region] = session.client(service, endpoint_url=self.url)
        return self._clients[service, region]

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"{self.url}/_lab/{path}", body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(f"{method} /_lab/{path}: {error.read().decode()}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
