# SPDX-License-Identifier: MPL-2.0
"""Schedules whose names and number only the apply knows."""

import pytest

from harness import Lab, Workspace, app_service, raw

LATE = 'resource "terraform_data" "late" {{\n  input = "{}"\n}}\n'
CRON = "cron(0 7 ? * MON-FRI *)"


def scheduled(lab: Lab) -> list[str]:
    return sorted(found.id.rpartition("/")[2] for found in lab.objects() if found.kind == "scheduled_action")


@pytest.mark.matrix
def test_their_number_is_known_when_they_are_made(workspace: Workspace) -> None:
    block = f"""\
    dynamic "schedule" {{
      for_each = toset(split("", terraform_data.late.output))
      content {{
        name = schedule.value
        cron = "{CRON}"
        min  = 2
      }}
    }}
"""
    service = app_service(scaling={"min": 1, "max": 4}).replace("  scaling {\n", f"  scaling {{\n{block}")
    workspace.write(service, LATE.format("ab"))
    workspace.apply().must()
    assert scheduled(workspace.lab) == ["web-a", "web-b"]
    workspace.must_be_empty()


def test_a_name_that_is_unknown_while_planning_takes_another_s_place(workspace: Workspace) -> None:
    def schedule(name: object) -> str:
        return app_service(scaling={"min": 1, "max": 4, "schedule": {name: {"cron": CRON, "min": 2}}})

    workspace.write(schedule("morning"), LATE.format("evening"))
    workspace.apply().must()
    assert scheduled(workspace.lab) == ["web-morning"]
    workspace.write(schedule(raw("terraform_data.night.output")), LATE.format("night").replace('"late"', '"night"'))
    workspace.apply().must()
    assert scheduled(workspace.lab) == ["web-night"]
    workspace.must_be_empty()
