# SPDX-License-Identifier: MPL-2.0
"""What the toy offers beside its resource, under the real CLIs and on both protocols."""

import json
import zipfile

import pytest

from toy_cli import Cli, Workspace, clis

LIST = 'list "toy_thing" "all" {\n  provider = toy\n  %s\n  config {\n    %s\n  }\n}\n'
PAINT = 'action "toy_paint" "it" {\n  config {\n    name   = "a"\n    colour = "red"\n    %s\n  }\n}\n'
THING = 'resource "toy_thing" "a" {\n  name = "a"\n  %s\n}\n'


def release(cli: Cli) -> tuple[int, int]:
    major, minor = cli.version.split(".")[:2]
    return int(major), int(minor)


def knows_identity(cli: Cli) -> bool:
    return release(cli) >= (1, 12)


def knows_actions(cli: Cli) -> bool:
    """And queries. None of OpenTofu does."""
    return cli.name == "terraform" and release(cli) >= (1, 14)


NEWER = [(cli, protocol) for cli in clis() if knows_actions(cli) for protocol in (6, 5)]
newer = pytest.mark.parametrize("toy_combination", NEWER, ids=[f"{cli.name}-{protocol}" for cli, protocol in NEWER])


def secret_free(toys: Workspace, secret: str, said: str) -> None:
    """Neither what was said, at whatever level, nor the state or anything else that was left holds the secret."""
    assert secret not in said
    for path in (path for path in toys.folder.rglob("*") if path.is_file() and path.suffix != ".tf"):
        if path.name.startswith("terraform-provider-"):
            continue
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                assert all(secret.encode() not in archive.read(name) for name in archive.namelist()), path
        assert secret.encode() not in path.read_bytes(), path


def test_functions_are_called(toys: Workspace) -> None:
    toys.write("""
output "answers" {
  value = [
    provider::toy::repeat("ab", 2),
    provider::toy::joined("-"),
    provider::toy::joined("-", "a", "b"),
    provider::toy::known(null),
    provider::toy::parse_id("thing-a").name,
  ]
}
""")
    toys.apply()
    answers = json.loads(toys.run("output", "-json", "answers"))
    assert answers == ["abab", "", "a-b", "null", "a"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ('repeat("a", 10)', 'Invalid value for "times" parameter: times: it must be from 1 to 9.'),
        ('repeat("a", 1.5)', 'Invalid value for "times" parameter: times: It must be a whole number'),
        ('joined("-", "a", "")', 'Invalid value for "texts" parameter: A text must not be empty.'),
        ("repeat(null, 1)", 'Invalid value for "text" parameter'),
        ('repeat("a")', "Not enough function arguments"),
        ('known("panic")', "crashed in CallFunction of known"),
    ],
)
def test_a_function_blames_its_argument(toys: Workspace, call: str, words: str) -> None:
    toys.write(f'output "x" {{\n  value = provider::toy::{call}\n}}\n')
    said = toys.run("plan", code=1)
    assert words in " ".join(said.replace("│", " ").split())


def test_a_data_source_is_read(toys: Workspace) -> None:
    read = 'data "toy_thing" "a" {\n  name = "%s"\n}\noutput "size" {\n  value = data.toy_thing.a.size\n}\n'
    toys.write(read % "a")
    assert "There is no thing" in toys.run("plan", code=1)
    depends = (read % "a").replace("}\noutput", "  depends_on = [toy_thing.a]\n}\noutput")
    toys.write((THING % "size = 7") + depends)
    toys.apply()
    assert json.loads(toys.run("output", "-json", "size")) == 7
    toys.has_nothing_to_do()


def test_an_ephemeral_key_reaches_a_write_only_attribute_and_nothing_else(toys: Workspace) -> None:
    key = 'ephemeral "toy_key" "k" {\n  name = "hunter2"\n}\n'
    toys.write(key + THING % "password_wo = ephemeral.toy_key.k.key")
    said = toys.run("plan", "-out=plan", TF_LOG="trace")
    said += toys.run("apply", "plan", TF_LOG="trace")
    assert "a password of 14 letters" in toys.log
    opened, closed = toys.log.count("open hunter2"), toys.log.count("close hunter2")
    assert opened == closed >= 2, "it is opened for plan and apply, and closed after each"
    state = json.loads(toys.state.read_text())["resources"]
    assert [resource["type"] for resource in state] == ["toy_thing"]
    secret_free(toys, "key-of-hunter2", said)
    toys.has_nothing_to_do()


def test_an_ephemeral_key_is_renewed_while_it_is_in_use(toys: Workspace) -> None:
    key = 'ephemeral "toy_key" "k" {\n  name      = "a"\n  valid_for = 1\n}\n'
    toys.write(key + THING % 'mode = "slow"\n  password_wo = ephemeral.toy_key.k.key')
    toys.apply()
    assert "renew a" in toys.log
    assert toys.log[-1].startswith("close a"), "with what the renewal kept"


def test_several_objects_are_imported_by_the_command_and_not_by_a_block(toys: Workspace) -> None:
    for name in ("a", "b"):
        toys.write(THING.replace('"a"', f'"{name}"') % "")
        toys.apply()
        toys.state.unlink()
    toys.write(THING % "")
    assert "Import successful" in toys.run("import", "toy_thing.a", "thing-a+b")
    assert toys.run("state", "list").split() == ["toy_thing.a", "toy_thing.a-1"]
    assert '"thing-b"' in toys.run("state", "show", "toy_thing.a-1")
    toys.state.unlink()
    toys.write('import {\n  to = toy_thing.a\n  id = "thing-a+b"\n}\n' + THING % "")
    assert "Multiple import states not supported" in toys.run("plan", code=1)


def test_an_import_block_takes_an_id(toys: Workspace) -> None:
    toys.write(THING % "")
    toys.apply()
    toys.run("state", "rm", "toy_thing.a")
    toys.write('import {\n  to = toy_thing.a\n  id = "thing-a"\n}\n' + THING % "")
    assert "1 imported, 0 added, 0 changed" in toys.apply()
    toys.has_nothing_to_do()


def test_an_import_block_takes_an_identity(toys: Workspace) -> None:
    toys.write(THING % "")
    toys.apply()
    toys.run("state", "rm", "toy_thing.a")
    toys.write('import {\n  to = toy_thing.a\n  identity = {\n    name = "%s"\n  }\n}\n' % "a" + THING % "")
    if not knows_identity(toys.cli):
        assert 'An argument named "identity" is not expected here' in toys.run("plan", code=1)
        return
    assert "1 imported, 0 added, 0 changed" in toys.apply()
    (resource,) = json.loads(toys.state.read_text())["resources"]
    assert resource["instances"][0]["identity"] == {"name": "a", "directory": str(toys.cloud)}
    toys.has_nothing_to_do()


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ('name = ["a"]', "string required"),
        ('directory = "/elsewhere"', "name"),
        ('name = "a"\n    directory = "/elsewhere"', "The thing is in another cloud"),
        ('name = "absent"', "Nothing was found under this identity"),
    ],
)
def test_an_identity_that_names_nothing_is_told(toys: Workspace, identity: str, words: str) -> None:
    toys.write("import {\n  to = toy_thing.a\n  identity = {\n    %s\n  }\n}\n" % identity + THING % "")
    said = toys.run("plan", code=1)
    assert (words if knows_identity(toys.cli) else "not expected here") in said


def test_an_identity_of_an_older_version_is_upgraded(toys: Workspace) -> None:
    toys.write(THING % "")
    toys.apply()
    state = json.loads(toys.state.read_text())
    (instance,) = state["resources"][0]["instances"]
    if not knows_identity(toys.cli):
        assert "identity" not in instance
        return
    instance |= {"identity_schema_version": 0, "identity": {"name": "a", "gone": "x"}}
    toys.state.write_text(json.dumps(state | {"serial": state["serial"] + 1}))
    assert 'rpc="UpgradeResourceIdentity of toy_thing"' in toys.run("plan", TF_LOG="trace")
    toys.has_nothing_to_do()


def test_configuration_is_generated_for_an_import(toys: Workspace) -> None:
    """Terraform from 1.14 asks the provider for it; others guess. Either must plan nothing but the import."""
    toys.write(THING % "size = 3")
    toys.apply()
    toys.run("state", "rm", "toy_thing.a")
    toys.write('import {\n  to = toy_thing.a\n  id = "thing-a"\n}\n')
    toys.run("plan", "-generate-config-out=made.tf")
    assert "1 imported, 0 added, 0 changed" in toys.apply()


@newer
def test_the_plan_of_an_apply_is_told_the_first_one(toys: Workspace) -> None:
    """From 1.16 on, and on protocol 6 alone."""
    toys.write(THING % 'mode = "remember"')
    toys.apply()
    told = toys.log == ["planned again, after the first plan"]
    assert told == (toys.protocol == 6 and release(toys.cli) >= (1, 16))


@newer
def test_a_query_lists_and_writes_what_imports(toys: Workspace) -> None:
    toys.write("".join(THING.replace('"a"', f'"{name}"') % "" for name in ("a", "ab", "b")))
    toys.apply()
    toys.write("")
    toys.query(LIST % ("limit = 1", ""))
    assert toys.run("query").count("The thing ") == 1
    toys.query(LIST % ("", 'prefix = "a"'))
    toys.state.unlink()
    assert toys.run("query", "-generate-config-out=found.tf").count("The thing ") == 2
    assert "2 imported, 0 added, 0 changed" in toys.apply()
    toys.has_nothing_to_do()


@newer
def test_a_query_that_fails_says_why(toys: Workspace) -> None:
    toys.write("")
    for list, words in (
        (LIST % ("", 'mode = "panic"'), "crashed in ListResource of toy_thing"),
        (LIST % ("", 'prefx = "a"'), 'An argument named "prefx" is not expected here'),
    ):
        toys.query(list)
        assert words in " ".join(toys.run("query", code=1).replace("│", " ").split())


@newer
def test_a_list_that_never_ends_is_cut_short(toys: Workspace) -> None:
    toys.write("")
    toys.query(LIST % ("limit = 1000", 'mode = "endless"'))
    assert "1000" in toys.run("query", "-json").splitlines()[-1]
    assert toys.log == ["list ended"]


@newer
def test_an_action_is_invoked_by_name_and_by_a_change(toys: Workspace) -> None:
    trigger = "lifecycle {\n    action_trigger {\n      events  = [after_update]\n      actions = [action.toy_paint.it]\n    }\n  }"
    toys.write(THING % trigger + PAINT % "")
    toys.apply()
    said = toys.run("apply", "-auto-approve", "-invoke=action.toy_paint.it")
    assert "Opening a" in said and "Painted a" in said
    toys.write(THING % f"size = 7\n  {trigger}" + PAINT % "")
    assert "Painted a" in toys.apply()


@newer
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('mode = "panic"', "crashed in InvokeAction of toy_paint"),
        ('mode = 1 == 1 ? "panic" : null', "crashed in InvokeAction of toy_paint"),
        ('mood = "x"', 'An argument named "mood" is not expected here'),
    ],
)
def test_an_action_that_fails_fails_the_apply(toys: Workspace, config: str, words: str) -> None:
    toys.write(THING % "" + PAINT % "")
    toys.apply()
    toys.write(THING % "" + PAINT % config)
    said = toys.run("apply", "-auto-approve", "-invoke=action.toy_paint.it", code=1)
    assert words in " ".join(said.replace("│", " ").split())


def test_the_state_of_another_type_is_taken_over(toys: Workspace) -> None:
    """A thing that was managed as something else: neither made anew nor destroyed."""
    toys.write(THING % "")
    toys.apply()
    toys.run("state", "rm", "toy_thing.a")
    toys.write('resource "terraform_data" "a" {\n  input = "a"\n}\n')
    toys.apply()
    toys.write("moved {\n  from = terraform_data.a\n  to   = toy_thing.a\n}\n" + THING % "")
    said = toys.run("plan")
    assert "has moved to" in said and "0 to add, 0 to change, 0 to destroy" in said
    toys.apply()
    assert toys.run("state", "list").split() == ["toy_thing.a"]
    toys.has_nothing_to_do()


def test_a_state_of_an_older_version_is_upgraded_and_one_of_a_newer_refused(toys: Workspace) -> None:
    toys.write(THING % "size = 3")
    toys.apply()
    state = json.loads(toys.state.read_text())
    (instance,) = state["resources"][0]["instances"]
    instance |= {"schema_version": 0, "attributes": {"title": "a", "size": 3}}
    toys.state.write_text(json.dumps(state | {"serial": state["serial"] + 1}))
    toys.has_nothing_to_do()

    instance["schema_version"] = 2
    toys.state.write_text(json.dumps(state | {"serial": state["serial"] + 2}))
    assert "newer provider version" in toys.run("plan", code=1)
