# SPDX-License-Identifier: MPL-2.0
"""Calls made to go wrong, and who is killed by it."""

import signal
import subprocess
import sys
import threading
import time

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from .conftest import refusal, until

# In the background of a shell without jobs SIGINT is ignored, and children inherit that. These can be interrupted.
INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
# A client in a process of its own: creates a subnet group, says so, then describes it.
CLIENT = f"""{INTERRUPTIBLE}
import sys, boto3
from botocore.config import Config
rds = boto3.client("rds", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="testing",
                   aws_secret_access_key="testing", config=Config(retries={{"total_max_attempts": 1}}))
rds.create_db_subnet_group(DBSubnetGroupName="made", DBSubnetGroupDescription="d", SubnetIds=sys.argv[2:])
print("made", flush=True)
"""
# Its parent, as a CLI is a provider's: starts it and waits.
PARENT = f"""{INTERRUPTIBLE}
import subprocess, sys
sys.exit(subprocess.run([sys.executable, "-c", *sys.argv[1:]]).returncode)
"""


@pytest.fixture
def run(lab, subnets):
    """Runs the client to its end; answers its exit code and output."""

    def start(parent=False):
        command = [sys.executable, "-c", *([PARENT] if parent else []), CLIENT, lab.url, *subnets[:2]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    return start


def groups(lab):
    return [o["id"] for o in lab.objects("db_subnet_group")]


def test_throttling_in_each_protocol(lab, rds, ec2):
    lab.faults({"action": "throttle", "times": -1})
    assert refusal(rds.describe_db_instances)[0] == "Throttling"
    assert refusal(ec2.describe_vpcs)[0] == "RequestLimitExceeded"
    assert refusal(lab.client("resourcegroupstaggingapi").get_resources)[0] == "ThrottlingException"
    statuses = {e["operation"]: e["status"] for e in lab.journal()}
    assert statuses == {"DescribeDBInstances": 400, "DescribeVpcs": 503, "GetResources": 400}
    lab.post("/faults", method="DELETE")
    rds.describe_db_instances()


def test_a_rate(lab, rds):
    """A bucket of two: two calls pass, and those that find it empty are throttled until it fills again."""
    lab.faults({"service": "rds", "operation": "DescribeDBInstances", "action": "throttle", "times": -1,
                "per_second": 2})  # fmt: skip
    rds.describe_db_instances()
    rds.describe_db_instances()
    until(lambda: _throttled(rds))
    until(lambda: not _throttled(rds))


def _throttled(rds):
    try:
        rds.describe_db_instances()
    except rds.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "Throttling"
        return True
    return False


def test_an_error_of_choice(lab, rds):
    lab.faults({"action": "error", "operation": "Describe*", "code": "ServiceUnavailable", "status": 503})
    assert refusal(rds.describe_db_instances)[0] == "ServiceUnavailable"
    rds.describe_db_instances()
    assert [e["status"] for e in lab.journal()] == [503, 200]


def test_expired_credentials(lab, rds, ec2):
    lab.faults({"action": "expired", "times": -1})
    assert refusal(rds.describe_db_instances)[0] == "ExpiredToken"
    assert refusal(ec2.describe_vpcs)[0] == "RequestExpired"
    assert refusal(lab.client("sts").get_caller_identity)[0] == "ExpiredToken"
    assert refusal(lab.client("resourcegroupstaggingapi").get_resources)[0] == "ExpiredTokenException"


def test_the_nth_match_and_how_often(lab, rds):
    lab.faults({"action": "throttle", "operation": "DescribeDBInstances", "nth": 2, "times": 2})
    codes = []
    for _ in range(5):
        rds.describe_db_subnet_groups()
        try:
            rds.describe_db_instances()
            codes.append("ok")
        except rds.exceptions.ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert codes == ["ok", "Throttling", "Throttling", "ok", "ok"]
    (rule,) = lab.get("/faults")
    assert (rule["fired"], rule["matched"]) == (2, 5)
    assert rule["where"] == ["rds:DescribeDBInstances"] * 2


def test_a_question_that_was_asked_before_does_not_count(lab, rds):
    lab.faults({"action": "throttle", "operation": "DescribeDBInstances", "nth": 2, "afresh": True})
    codes = []
    for name in ("one", "one", "two", "two"):
        codes.append(refusal(rds.describe_db_instances, DBInstanceIdentifier=name)[0])
    assert codes == ["DBInstanceNotFound", "DBInstanceNotFound", "Throttling", "DBInstanceNotFound"]
    (rule,) = lab.get("/faults")
    assert (rule["fired"], rule["matched"]) == (1, 2)


def test_only_calls_that_contain_a_text(lab, rds):
    lab.faults({"action": "throttle", "containing": '"DBSubnetGroupName": "two', "times": -1})
    codes = []
    for name in ("one", "two", "two-and-a-half"):
        try:
            rds.describe_db_subnet_groups(DBSubnetGroupName=name)
        except rds.exceptions.ClientError as error:
            codes.append(error.response["Error"]["Code"])
    assert codes == ["DBSubnetGroupNotFoundFault", "Throttling", "Throttling"]


def test_only_calls_that_lack_a_text(lab, rds):
    lab.faults({"action": "throttle", "lacking": '"DBSubnetGroupName": "two', "times": -1})
    codes = [refusal(rds.describe_db_subnet_groups, DBSubnetGroupName=name)[0] for name in ("two", "one", "two-too")]
    assert codes == ["DBSubnetGroupNotFoundFault", "Throttling", "DBSubnetGroupNotFoundFault"]


def test_the_kth_mutating_call(lab, rds, subnets):
    lab.faults({"action": "throttle", "call": 2, "mutating": True})
    for name, code in [("one", None), ("two", "Throttling"), ("three", None)]:
        rds.describe_db_instances()
        given = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
        if code:
            assert refusal(rds.create_db_subnet_group, **given)[0] == code
        else:
            rds.create_db_subnet_group(**given)
    assert groups(lab) == ["one", "three"]


def test_a_reset_performs_nothing(lab, rds, subnets):
    lab.faults({"action": "reset", "operation": "CreateDBSubnetGroup"})
    given = {"DBSubnetGroupName": "x", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        rds.create_db_subnet_group(**given)
    assert groups(lab) == []
    (entry,) = lab.journal("CreateDBSubnetGroup")
    assert (entry["status"], entry["faults"]) == (None, ["reset"])


def test_a_lost_answer_performs_all_the_same(lab, rds, subnets):
    lab.faults({"action": "lost", "operation": "CreateDBSubnetGroup"})
    given = {"DBSubnetGroupName": "x", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    with pytest.raises(ConnectionClosedError):
        rds.create_db_subnet_group(**given)
    assert groups(lab) == ["x"]
    assert lab.journal("CreateDBSubnetGroup")[0]["status"] == 200
    assert refusal(rds.create_db_subnet_group, **given)[0] == "DBSubnetGroupAlreadyExists"


def test_latency_is_waited_out_and_holds_up_nobody_else(lab, rds):
    late = {"operation": "DescribeEvents"}
    lab.faults(late | {"action": "hold"}, late | {"action": "latency", "ms": 300})
    slow = threading.Thread(target=lab.client("rds").describe_events)
    slow.start()
    until(lambda: lab.journal("DescribeEvents"))
    rds.describe_db_instances()
    assert slow.is_alive(), "the quick call was answered while the slow one waited"
    start = time.monotonic()
    lab.post("/release")
    slow.join()
    assert time.monotonic() - start >= 0.3


def test_a_held_call_waits_for_its_release(lab, rds, subnets):
    lab.faults({"action": "hold", "operation": "CreateDBSubnetGroup"})
    given = {"DBSubnetGroupName": "held", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    other = lab.client("rds")
    waiting = threading.Thread(target=lambda: other.create_db_subnet_group(**given))
    waiting.start()
    until(lambda: lab.journal("CreateDBSubnetGroup"))
    rds.describe_db_instances()
    assert groups(lab) == []
    assert lab.journal("CreateDBSubnetGroup")[0]["status"] is None
    lab.post("/release")
    waiting.join()
    assert groups(lab) == ["held"]


def test_a_call_held_over_a_reset_is_not_performed(lab, subnets):
    lab.faults({"action": "hold", "operation": "CreateDBSubnetGroup"})
    given = {"DBSubnetGroupName": "held", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    seen = []

    def call():
        try:
            lab.client("rds").create_db_subnet_group(**given)
        except ConnectionClosedError as error:
            seen.append(error)

    waiting = threading.Thread(target=call)
    waiting.start()
    until(lambda: lab.journal("CreateDBSubnetGroup"))
    lab.post("/reset")
    waiting.join()
    assert len(seen) == 1
    assert groups(lab) == []


def test_killed_before_the_call(lab, run):
    lab.faults({"action": "kill_before", "operation": "CreateDBSubnetGroup"})
    assert run() == (-signal.SIGKILL, "")
    assert groups(lab) == []


def test_killed_after_the_call(lab, run):
    lab.faults({"action": "kill_after", "operation": "CreateDBSubnetGroup"})
    assert run() == (-signal.SIGKILL, "")
    assert groups(lab) == ["made"]
    (entry,) = lab.journal("CreateDBSubnetGroup")
    assert entry["faults"] == ["kill_after"]
    assert entry["status"] == 200
    assert isinstance(entry["pid"], int)


def test_killing_the_parent_lets_the_client_have_its_answer(lab, run):
    lab.faults({"action": "kill_after", "operation": "CreateDBSubnetGroup", "target": "parent"})
    code, output = run(parent=True)
    assert code == -signal.SIGKILL
    assert output == "made\n", "the orphaned client got its answer"
    assert groups(lab) == ["made"]


def test_interrupting_the_parent(lab, run):
    lab.faults({"action": "kill_after", "operation": "CreateDBSubnetGroup", "target": "parent", "signal": "INT"})
    code, _ = run(parent=True)
    assert code != 0
    assert groups(lab) == ["made"]


def test_the_client_is_interrupted_but_answered(lab, run):
    lab.faults({"action": "kill_before", "operation": "CreateDBSubnetGroup", "signal": "INT"})
    code, _ = run()
    assert code != 0
    assert until(lambda: groups(lab)) == ["made"], "an interrupt does not take the request back"


def test_eventual_consistency(lab, rds, ec2, vpc, subnets):
    lab.faults({"action": "not_found_for", "seconds": 30, "operation": "Create*", "times": -1})
    given = {"DBSubnetGroupName": "late", "DBSubnetGroupDescription": "d", "SubnetIds": subnets[:2]}
    rds.create_db_subnet_group(**given)
    group = ec2.create_security_group(GroupName="late", Description="d", VpcId=vpc)["GroupId"]
    assert refusal(rds.describe_db_subnet_groups, DBSubnetGroupName="late")[0] == "DBSubnetGroupNotFoundFault"
    assert rds.describe_db_subnet_groups()["DBSubnetGroups"] == []
    assert refusal(ec2.describe_security_groups, GroupIds=[group])[0] == "InvalidGroup.NotFound"
    by_name = [{"Name": "group-name", "Values": ["late"]}]
    assert ec2.describe_security_groups(Filters=by_name)["SecurityGroups"] == []
    assert refusal(rds.create_db_subnet_group, **given)[0] == "DBSubnetGroupAlreadyExists"
    assert groups(lab) == ["late"]
    lab.post("/pass", {"seconds": 31})
    assert len(rds.describe_db_subnet_groups()["DBSubnetGroups"]) == 1
    assert len(ec2.describe_security_groups(Filters=by_name)["SecurityGroups"]) == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"action": "explode"}, "explode"),
        ({"operation": "Create*"}, "needs an action"),
        ({"action": "lost", "colour": "red"}, "colour"),
        ({"action": "kill_after", "signal": "STOP"}, "STOP"),
        ({"action": "lost", "nth": 1, "call": 1}, "nth or call"),
    ],
)
def test_a_wrong_rule_is_explained(lab, rule, text):
    assert text in lab.refused("/faults", [rule])
    assert lab.get("/faults") == []


def test_a_rule_may_name_several_texts(lab, rds):
    lab.faults({"action": "throttle", "containing": ["one", "two"], "lacking": ["two", "three"], "times": -1})
    for name, is_refused in [("one", True), ("one-three", False), ("two", False), ("four", False)]:
        code, _ = refusal(rds.describe_db_subnet_groups, DBSubnetGroupName=name)
        assert (code == "Throttling") == is_refused, name
