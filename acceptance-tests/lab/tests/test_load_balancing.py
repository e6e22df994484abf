# SPDX-License-Identifier: MPL-2.0
"""Load balancers, target groups, listeners, and the certificates they use."""

import pytest

from .conftest import refusal


@pytest.fixture
def elb(lab):
    return lab.client("elbv2")


@pytest.fixture
def balancer(elb, subnets):
    return elb.create_load_balancer(Name="main", Subnets=subnets[:2])["LoadBalancers"][0]


@pytest.fixture
def group(elb, vpc):
    given = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    return elb.create_target_group(Name="main", **given)["TargetGroups"][0]


@pytest.fixture
def listener(elb, balancer, group):
    action = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    arn = balancer["LoadBalancerArn"]
    made = elb.create_listener(LoadBalancerArn=arn, Port=80, Protocol="HTTP", DefaultActions=[action])
    return made["Listeners"][0]


def test_a_load_balancer_is_provisioned(lab, elb, ec2, balancer):
    assert balancer["State"]["Code"] == "provisioning"
    assert balancer["DNSName"].endswith(".us-east-1.elb.amazonaws.com")
    assert len(lab.objects("network_interface")) == 2
    lab.post("/pass", {"seconds": 0.6})
    (found,) = elb.describe_load_balancers(Names=["main"])["LoadBalancers"]
    assert found["State"]["Code"] == "active"
    assert (found["Scheme"], found["Type"], len(found["AvailabilityZones"])) == ("internet-facing", "application", 2)


def test_a_repeated_create_answers_the_first(elb, subnets, balancer):
    again = elb.create_load_balancer(Name="main", Subnets=subnets[1::-1], Tags=[{"Key": "a", "Value": "b"}])
    assert again["LoadBalancers"][0]["LoadBalancerArn"] == balancer["LoadBalancerArn"]
    other = refusal(elb.create_load_balancer, Name="main", Subnets=subnets[:2], Scheme="internal")
    assert other[0] == "DuplicateLoadBalancerName"
    assert refusal(elb.create_load_balancer, Name="main", Subnets=subnets[:3])[0] == "DuplicateLoadBalancerName"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (lambda s: {"Name": "-main"}, "ValidationError"),
        (lambda s: {"Name": "internal-main"}, "ValidationError"),
        (lambda s: {"Name": "x" * 33}, "ValidationError"),
        (lambda s: {"Subnets": s[:1]}, "ValidationError"),
        (lambda s: {"Subnets": [*s[:1], "subnet-0"]}, "SubnetNotFound"),
        (lambda s: {"SecurityGroups": ["sg-0"]}, "InvalidSecurityGroup"),
    ],
)
def test_refused_load_balancers(elb, subnets, given, code):
    assert refusal(elb.create_load_balancer, **{"Name": "main", "Subnets": subnets[:2]} | given(subnets))[0] == code


def test_a_deleted_load_balancer_takes_its_listeners_along(lab, elb, balancer, group, listener):
    lab.post("/timing", {"eni_linger": 600})
    arn = balancer["LoadBalancerArn"]
    protected = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protected)
    assert refusal(elb.delete_load_balancer, LoadBalancerArn=arn)[0] == "OperationNotPermitted"
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[protected[0] | {"Value": "false"}])
    assert refusal(elb.delete_target_group, TargetGroupArn=group["TargetGroupArn"])[0] == "ResourceInUse"
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert refusal(elb.describe_listeners, ListenerArns=[listener["ListenerArn"]])[0] == "ListenerNotFound"
    assert refusal(elb.describe_load_balancers, LoadBalancerArns=[arn])[0] == "LoadBalancerNotFound"
    elb.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    elb.delete_target_group(TargetGroupArn=group["TargetGroupArn"])
    assert {o["kind"] for o in lab.objects()} == {"network_interface"}
    lab.post("/pass", {"seconds": 600})
    assert lab.objects() == []


def test_target_groups(elb, vpc, group):
    given = {"Name": "main", "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    again = elb.create_target_group(**given)["TargetGroups"][0]
    assert again == group
    assert refusal(elb.create_target_group, **given | {"Port": 81})[0] == "DuplicateTargetGroupName"
    wrong = given | {"Name": "other", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 5}
    assert refusal(elb.create_target_group, **wrong)[0] == "ValidationError"
    arn = group["TargetGroupArn"]
    changed = elb.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/up", Matcher={"HttpCode": "200-299"})
    (shown,) = changed["TargetGroups"]
    assert (shown["HealthCheckPath"], shown["HealthCheckIntervalSeconds"]) == ("/up", 30)
    attributes = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "300"} in attributes
    unknown = [{"Key": "no.such", "Value": "1"}]
    assert refusal(elb.modify_target_group_attributes, TargetGroupArn=arn, Attributes=unknown)[0] == "ValidationError"
    assert refusal(elb.describe_target_groups, Names=["other"])[0] == "TargetGroupNotFound"


def test_listeners(elb, balancer, group, listener):
    arn, target = balancer["LoadBalancerArn"], group["TargetGroupArn"]
    forward = {"Type": "forward", "TargetGroupArn": target}
    given = {"LoadBalancerArn": arn, "Port": 80, "Protocol": "HTTP"}
    again = elb.create_listener(**given, DefaultActions=[forward])["Listeners"][0]
    assert again == listener
    assert again["DefaultActions"][0]["ForwardConfig"]["TargetGroups"] == [{"TargetGroupArn": target, "Weight": 1}]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    assert refusal(elb.create_listener, **given, DefaultActions=[fixed])[0] == "DuplicateListener"
    changed = elb.modify_listener(ListenerArn=listener["ListenerArn"], Port=81, DefaultActions=[fixed])
    assert changed["Listeners"][0]["Port"] == 81
    elb.delete_target_group(TargetGroupArn=target)
    missing = elb.create_listener, given | {"DefaultActions": [forward]}
    assert refusal(missing[0], **missing[1])[0] == "TargetGroupNotFound"
    elb.delete_listener(ListenerArn=listener["ListenerArn"])
    assert refusal(elb.delete_listener, ListenerArn=listener["ListenerArn"])[0] == "ListenerNotFound"
    assert elb.describe_listeners(LoadBalancerArn=arn)["Listeners"] == []


def test_a_target_group_belongs_to_one_load_balancer(elb, subnets, group, listener):
    other = elb.create_load_balancer(Name="other", Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"]
    action = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
    given = {"LoadBalancerArn": other, "Port": 80, "Protocol": "HTTP", "DefaultActions": [action]}
    assert refusal(elb.create_listener, **given)[0] == "TargetGroupAssociationLimit"


def test_tags_of_every_kind(lab, elb, balancer, group, listener):
    arns = [balancer["LoadBalancerArn"], group["TargetGroupArn"], listener["ListenerArn"]]
    tags = [{"Key": "drop:resource", "Value": "drop_app_service/-/main"}, {"Key": "gone", "Value": "x"}]
    elb.add_tags(ResourceArns=arns, Tags=tags)
    elb.remove_tags(ResourceArns=arns, TagKeys=["gone", "never"])
    shown = elb.describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert [s["Tags"] for s in shown] == [tags[:1]] * 3
    found = lab.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "drop:resource"}])
    assert {f["ResourceARN"] for f in found["ResourceTagMappingList"]} == set(arns)
    assert {tuple(o["tags"]) for o in lab.objects() if o["service"] == "elbv2"} == {("drop:resource",)}
    assert refusal(elb.describe_tags, ResourceArns=[arns[0] + "0"])[0] == "LoadBalancerNotFound"


def test_groups_of_a_load_balancer_are_in_use(elb, ec2, vpc, balancer):
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    elb.set_security_groups(LoadBalancerArn=balancer["LoadBalancerArn"], SecurityGroups=[group])
    assert refusal(ec2.delete_security_group, GroupId=group)[0] == "DependencyViolation"


def test_targets_are_checked(lab, stage):
    arn = stage.target_group["TargetGroupArn"]
    assert stage.serve()["status"] == 503
    lab.post("/timing", {"configured_second": 20})
    stage.create(wait=False)

    def state():
        found = stage.elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return found[0]["TargetHealth"] if found else {}

    first = stage.after(state, 5)
    assert (first["State"], first["Reason"]) == ("initial", "Elb.RegistrationInProgress")
    stage.after(lambda: state().get("State") == "healthy", 5)
    stage.elb.modify_target_group(TargetGroupArn=arn, Matcher={"HttpCode": "204"})
    stage.after(lambda: state().get("State") == "draining", 5)
    stage.elb.modify_target_group(TargetGroupArn=arn, Matcher={"HttpCode": "200"})
    stage.after(lambda: state().get("State") == "healthy", 5)
    stage.elb.delete_listener(ListenerArn=stage.listener)
    assert (state()["State"], state()["Reason"]) == ("unused", "Target.NotInUse")


def test_only_unhealthy_targets_get_the_traffic_all_the_same(stage):
    stage.create("unhealthy", wait=False, healthCheckGracePeriodSeconds=3600)
    stage.after(lambda: "unhealthy" in stage.serve().get("targets", {}).values())
    assert stage.serve()["status"] == 500
