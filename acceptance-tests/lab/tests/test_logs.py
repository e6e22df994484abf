# SPDX-License-Identifier: MPL-2.0
"""Log groups and what is written to them."""

import pytest

from .conftest import refusal

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/app"


@pytest.fixture
def logs(lab):
    client = lab.client("logs")
    client.create_log_group(logGroupName="/app", tags={"a": "b"})
    return client


def test_a_group_and_its_tags(lab, logs):
    assert refusal(logs.create_log_group, logGroupName="/app")[0] == "ResourceAlreadyExistsException"
    assert lab.objects("log_group")[0]["tags"] == {"a": "b"}
    (shown,) = logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"]
    assert (shown["arn"], shown["logGroupArn"]) == (f"{ARN}:*", ARN)
    assert "retentionInDays" not in shown
    logs.tag_resource(resourceArn=ARN, tags={"c": "d"})
    logs.untag_resource(resourceArn=ARN, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {"c": "d"}
    assert refusal(logs.list_tags_for_resource, resourceArn=f"{ARN}:*")[0] == "ValidationException"
    found = lab.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "c"}])
    assert [f["ResourceARN"] for f in found["ResourceTagMappingList"]] == [ARN]
    logs.delete_log_group(logGroupName="/app")
    assert refusal(logs.delete_log_group, logGroupName="/app")[0] == "ResourceNotFoundException"
    logs.create_log_group(logGroupName="/app")
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {}


def test_retention(logs):
    logs.put_retention_policy(logGroupName="/app", retentionInDays=30)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 30
    wrong = refusal(logs.put_retention_policy, logGroupName="/app", retentionInDays=31)
    assert wrong[0] == "InvalidParameterException"
    logs.delete_retention_policy(logGroupName="/app")
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]
    assert refusal(logs.put_retention_policy, logGroupName="/x", retentionInDays=1)[0] == "ResourceNotFoundException"


def test_groups_come_in_pages(logs):
    for i in range(60):
        logs.create_log_group(logGroupName=f"/many/{i:02}")
    first = logs.describe_log_groups(logGroupNamePrefix="/many")
    assert len(first["logGroups"]) == 50
    rest = logs.describe_log_groups(logGroupNamePrefix="/many", nextToken=first["nextToken"])
    assert [g["logGroupName"] for g in rest["logGroups"]] == [f"/many/{i}" for i in range(50, 60)]


def test_events(logs):
    logs.create_log_stream(logGroupName="/app", logStreamName="one")
    events = [{"timestamp": 1000 + i, "message": f"line {i}"} for i in range(5)]
    stream = {"logGroupName": "/app", "logStreamName": "one"}
    logs.put_log_events(**stream, logEvents=events)
    first = logs.get_log_events(**stream, limit=2, startFromHead=True)
    assert [e["message"] for e in first["events"]] == ["line 0", "line 1"]
    second = logs.get_log_events(**stream, limit=4, nextToken=first["nextForwardToken"])
    assert [e["message"] for e in second["events"]] == ["line 2", "line 3", "line 4"]
    end = logs.get_log_events(**stream, nextToken=second["nextForwardToken"])
    assert (end["events"], end["nextForwardToken"]) == ([], second["nextForwardToken"])
    newest = logs.get_log_events(**stream, limit=1)
    assert [e["message"] for e in newest["events"]] == ["line 4"]
    before = logs.get_log_events(**stream, limit=1, nextToken=newest["nextBackwardToken"])
    assert [e["message"] for e in before["events"]] == ["line 3"]
    found = logs.filter_log_events(logGroupName="/app", filterPattern="line 3", logStreamNamePrefix="o")["events"]
    assert [(e["logStreamName"], e["message"]) for e in found] == [("one", "line 3")]
    (shown,) = logs.describe_log_streams(logGroupName="/app")["logStreams"]
    assert (shown["firstEventTimestamp"], shown["lastEventTimestamp"]) == (1000, 1004)
    assert refusal(logs.get_log_events, logGroupName="/app", logStreamName="x")[0] == "ResourceNotFoundException"
