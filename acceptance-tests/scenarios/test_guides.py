# SPDX-License-Identifier: MPL-2.0
"""What the guides tell people to write. A block marked `terraform` is a whole configuration, one marked `hcl` a part of one."""

import re
import subprocess
from pathlib import Path

import pytest

from harness import Workspace, clis
from harness.hcl import head
from harness.lab import REGION
from pages import DOCS

from .app import by_hand as service_by_hand
from .database import rds
from .edge import by_hand
from .edge.zone import ZONE, record
from .test_moved import db_instance, dns_record, only_adopted, other_way
from .test_moved_beside import app_runner

GUIDES = sorted((DOCS / "guides").glob("*.md"))
ADOPT, APP_RUNNER = DOCS / "guides" / "adopt.md", DOCS / "guides" / "app-runner-to-ecs.md"
# The zone of the guides, which the lab has under another name.
SHOP = "shop.example"
FENCE = re.compile(r"^( *)```(terraform|hcl)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def _snippets(guide: Path, kind: str) -> list[str]:
    found = FENCE.findall(guide.read_text())
    return [re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, of, text in found if of == kind]


WHOLE = [pytest.param(text, id=f"{guide.stem}-{n}") for guide in GUIDES for n, text in enumerate(_snippets(guide, "terraform"))]
EVERY = [
    pytest.param(text, id=f"{guide.stem}-{kind}-{n}")
    for guide in GUIDES
    for kind in ("terraform", "hcl")
    for n, text in enumerate(_snippets(guide, kind))
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_configuration_is_valid(workspace: Workspace, text: str) -> None:
    sources = "" if "required_providers" in text else head()
    (workspace.directory / "main.tf").write_text(sources + text)
    workspace.validate().must()


@pytest.mark.parametrize("text", EVERY)
def test_every_part_is_written_as_the_cli_writes_it(text: str) -> None:
    told = subprocess.run([clis()[0].path, "fmt", "-check", "-diff", "-"], input=text, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_quick_start_works_as_it_is_told(workspace: Workspace) -> None:
    guide = DOCS / "guides" / "quickstart.md"
    (database,), (service, edge, unprotected) = _snippets(guide, "terraform"), _snippets(guide, "hcl")
    edge = edge.replace(SHOP, ZONE)
    written = workspace.directory / "main.tf"

    written.write_text(database)
    steps = workspace.planned().after()["steps"]
    assert steps == re.findall(r'^    \+ "(1\.\d+ .*)",$', guide.read_text(), re.MULTILINE)
    workspace.apply().must()
    written.write_text(database + service + edge)
    workspace.apply().must()
    workspace.must_be_empty()

    head, _, _ = database.partition('resource "drop_database"')
    written.write_text(head + unprotected + service + edge)
    workspace.apply().must()
    workspace.destroy().must()
    assert {thing.kind for thing in workspace.lab.objects()} == {"db_snapshot"}


def _printed(guide: Path, address: str) -> str:
    """What a guide shows of the plan for a resource."""
    blocks = re.findall(r"^```text\n(.*?)^```$", guide.read_text(), re.MULTILINE | re.DOTALL)
    (text,) = [text for text in blocks if address in text]
    return text


def _adopted(workspace: Workspace, block: str, address: str) -> None:
    """By the configuration that the CLI writes of it; the plan is what the guide prints."""
    lab, workspace.address = workspace.lab, address
    births = lab.births()
    (workspace.directory / "main.tf").write_text(head() + block)
    assert workspace.plan("-generate-config-out=written.tf").code == 2
    label = address.rpartition(".")[2]
    written = (workspace.directory / "written.tf").read_text()
    assert f'"{label}"' in written and "steps" not in written
    change, shown = workspace.saved().change(), _printed(ADOPT, address)
    assert change["actions"] == ["update"]
    assert change["after"]["steps"] == re.findall(r'^ +\+ "(.*)",$', shown, re.MULTILINE)
    assert set(re.findall(r'^ +- "(.*)",$', shown, re.MULTILINE)) <= set(change["before"]["drift"])
    workspace.apply().must()
    workspace.must_be_empty()
    assert births.items() <= lab.births().items()


def test_an_instance_is_adopted_as_it_is_told(workspace: Workspace) -> None:
    rds.by_hand(workspace.lab)
    (block,) = [text for text in _snippets(ADOPT, "terraform") if "drop_database.main\n" in text and "import" in text]
    _adopted(workspace, block, "drop_database.main")


def test_a_service_is_adopted_as_it_is_told(workspace: Workspace) -> None:
    made = service_by_hand.Made(workspace.lab)
    (block,) = [text for text in _snippets(ADOPT, "terraform") if "drop_app_service.web\n" in text and "import" in text]
    _adopted(workspace, block.replace("eu-north-1", REGION), "drop_app_service.web")
    assert workspace.resource["id"] == made.arn


def test_a_host_is_adopted_as_it_is_told(workspace: Workspace) -> None:
    made = by_hand.lead(workspace.lab)
    (block,) = [text for text in _snippets(ADOPT, "terraform") if "drop_edge.www" in text]
    _adopted(workspace, block.replace(SHOP, ZONE), "drop_edge.www")
    assert record(workspace.lab, by_hand.HOST)["id"] == made["id"]


def test_what_there_is_is_adopted_as_it_is_told(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab)
    service_by_hand.Made(lab)
    by_hand.lead(lab)
    births = lab.births()
    (inventory,) = [text for text in _snippets(ADOPT, "terraform") if "drop_inventory" in text]
    (workspace.directory / "main.tf").write_text(head() + inventory.replace(SHOP, ZONE))
    workspace.apply().must()
    blocks = workspace.run("output", "-raw", "import_blocks").must().stdout
    (workspace.directory / "imports.tf").write_text(blocks)
    assert workspace.plan("-generate-config-out=adopted.tf").code == 2
    changes = {c["address"]: c["change"]["actions"] for c in workspace.saved().document["resource_changes"]}
    assert changes == {
        "drop_app_service.web": ["update"],
        "drop_database.legacy": ["update"],
        "drop_edge.www": ["update"],
    }
    workspace.apply().must()
    assert births.items() <= lab.births().items()


def _move(workspace: Workspace, text: str) -> None:
    """What a guide says of a move; the stand-in's resource is called `main`."""
    text = re.sub(r"(from = \w+)\.\w+", r"\1.main", text).replace(SHOP, ZONE)
    (workspace.directory / "main.tf").write_text(text)


def test_a_database_is_moved_as_it_is_told(workspace: Workspace) -> None:
    lab = workspace.lab
    rds.by_hand(lab, password="of-the-old-state")
    tags = [{"Key": "team", "Value": "shop"}]
    lab.client("rds").add_tags_to_resource(ResourceName=rds.instance(lab, "legacy")["DBInstanceArn"], Tags=tags)
    old = db_instance(lab)
    other_way(workspace, old)
    (text,) = [text for text in _snippets(ADOPT, "hcl") if "aws_db_instance" in text]
    _move(workspace, text)
    only_adopted(workspace, old, {"rds:AddTagsToResource"})


def test_a_record_is_moved_as_it_is_told(workspace: Workspace) -> None:
    workspace.address = "drop_edge.www"
    old = dns_record(workspace.lab)
    other_way(workspace, old)
    (text,) = [text for text in _snippets(ADOPT, "hcl") if "cloudflare_dns_record" in text]
    _move(workspace, text)
    marks = {"cloudflare:CreateDnsRecord", "cloudflare:EditZoneSetting", "cloudflare:EditDnsRecord"}
    only_adopted(workspace, old, marks)
    assert record(workspace.lab, by_hand.HOST)["id"] == old.state["id"]


def test_a_service_of_app_runner_is_moved_as_it_is_told(workspace: Workspace) -> None:
    workspace.address = "drop_app_service.web"
    (service,), (text, _) = _snippets(APP_RUNNER, "terraform"), _snippets(APP_RUNNER, "hcl")
    old, shown = app_runner(image=re.findall(r'uri = "(.*)"', service)[0]), _printed(APP_RUNNER, workspace.address)
    other_way(workspace, old)
    _move(workspace, text + service)
    assert re.findall(r"^Warning: (.*)$", shown, re.MULTILINE)[0] in workspace.save().text
    change = workspace.saved().change()
    assert (change["actions"], change["before"]["platform"], change["after"]["platform"]) == (["update"], "app_runner", "ecs")
    assert change["after"]["steps"] == re.findall(r'^ +\+ "(.*)",$', shown, re.MULTILINE)
    assert change["before"]["drift"] == re.findall(r'^ +- "(.*)",$', shown, re.MULTILINE)
    workspace.apply_saved().must()
    workspace.must_be_empty()


def test_visitors_leave_app_runner_as_it_is_told(workspace: Workspace) -> None:
    lab, theirs = workspace.lab, "abc123.eu-west-1.awsapprunner.com"
    (service,), (_, edge) = _snippets(APP_RUNNER, "terraform"), _snippets(APP_RUNNER, "hcl")
    edge, written = edge.replace(SHOP, ZONE), workspace.directory / "main.tf"
    made = by_hand.lead(lab, content=theirs)
    written.write_text(head() + service)
    workspace.apply().must()
    written.write_text(head() + service + edge)
    plan = workspace.planned()
    assert plan.actions("drop_edge.site") == ["update"], plan.told()
    workspace.apply_saved().must()
    led = record(lab, by_hand.HOST)
    assert (led["id"], led["content"]) == (made["id"], workspace.state.one("drop_app_service.web")["hostname"])
    workspace.must_be_empty()
    written.write_text(head() + service + edge.replace("origin = drop_app_service.web.ref", f'origin_host = "{theirs}"'))
    workspace.apply().must()
    assert record(lab, by_hand.HOST)["content"] == theirs
