# SPDX-License-Identifier: MPL-2.0
"""The key-value example, whose plans follow from its schema, under the real CLIs and on both protocols."""

import json

from toy_cli import Workspace

ENTRY = """
resource "kv_entry" "a" {
  key   = "%s"
  value = "%s"
}

output "id" {
  value = kv_entry.a.id
}

output "revision" {
  value = kv_entry.a.revision
}
"""


def outputs(entries: Workspace) -> tuple[str, int]:
    said = json.loads(entries.run("output", "-json"))
    return said["id"]["value"], said["revision"]["value"]


def test_an_entry_lives(entries: Workspace) -> None:
    """Computed values are unknown as soon as something changes, but for those that stay."""
    entries.write(ENTRY % ("a", "1"))
    entries.apply()
    assert outputs(entries) == ("entry:a", 1)
    entries.has_nothing_to_do()

    entries.write(ENTRY % ("a", "2"))
    said = entries.apply()
    assert "1 changed" in said
    assert "~ revision = 1 -> (known after apply)" in said and "~ id " not in said
    assert outputs(entries) == ("entry:a", 2)
    entries.has_nothing_to_do()

    entries.write(ENTRY % ("b", "2"))
    said = entries.apply()
    assert "forces replacement" in said and "1 added" in said and "1 destroyed" in said
    assert outputs(entries) == ("entry:b", 1)
    assert list(json.loads((entries.cloud / "entries").read_text())) == ["b"]

    entries.run("destroy", "-auto-approve")
    assert json.loads((entries.cloud / "entries").read_text()) == {}


def test_an_entry_is_imported_and_read_as_data(entries: Workspace) -> None:
    entries.write(ENTRY % ("a", "1"))
    entries.apply()
    entries.run("state", "rm", "kv_entry.a")
    imported = 'import {\n  to = kv_entry.a\n  id = "a"\n}\n\ndata "kv_entry" "a" {\n  key = "a"\n}\n'
    entries.write(imported + (ENTRY % ("a", "1")) + 'output "held" {\n  value = data.kv_entry.a.value\n}\n')
    assert "1 imported" in entries.apply()
    assert json.loads(entries.run("output", "-json"))["held"]["value"] == "1"
    entries.has_nothing_to_do()


def test_a_default_is_what_an_entry_goes_back_to(entries: Workspace) -> None:
    entries.write(ENTRY % ("a", "1"))
    entries.apply()
    entries.write((ENTRY % ("a", "")).replace('  value = ""\n', ""))
    assert "1 changed" in entries.apply()
    assert json.loads((entries.cloud / "entries").read_text())["a"]["value"] == ""
    entries.has_nothing_to_do()
