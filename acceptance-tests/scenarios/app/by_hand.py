# SPDX-License-Identifier: MPL-2.0
"""A service that somebody made with boto3, with all that stands around it."""

import json
from dataclasses import dataclass, field
from typing import Any

from harness import Lab, raw, until

from .certificates import brought

CLUSTER, NAME, FAMILY, LOGS = "shop", "web", "shop_web", "/shop/web"
IMAGE = "registry.example/shop:ok"
RESOURCE_ID = f"service/{CLUSTER}/{NAME}"
DIMENSION = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount", "ResourceId": RESOURCE_ID}
# The configuration of it.
KEPT: dict[str, Any] = {
    "name": NAME,
    "image": {"uri": IMAGE},
    "env": {"COLOUR": "red"},
    "size": {"cpu": 512, "memory": 1024},
    "http": {"port": 8080, "health": {"grace_period": "0s"}},
    "scaling": None,
}
SCALED = KEPT | {"scaling": {"min": 2, "max": 5, "cpu": {"target": 65}}}
REF = raw("drop_database.main.ref")
ROLLED_BACK = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@dataclass
class Made:
    """What it is called at AWS."""

    lab: Lab
    https: bool = False
    task_role: bool = True
    # Members of the requests that are otherwise than usual.
    container: dict[str, Any] = field(default_factory=dict)
    definition: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    balancer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ec2 = self.lab.client("ec2")
        vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        self.subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=of_vpc)["Subnets"]][:2]
        self.front, self.group = self._group(vpc, "shop-front", 80, 443), self._group(vpc, "shop-web", 8080)
        self.roles = [self._role("shop-execution")] + ([self._role("shop-task")] if self.task_role else [])
        self.lab.client("logs").create_log_group(logGroupName=LOGS)
        self._behind_a_load_balancer(vpc)
        ecs = self.lab.client("ecs")
        ecs.create_cluster(clusterName=CLUSTER)
        self.revision = self.register()
        network = {"subnets": self.subnets, "securityGroups": [self.group], "assignPublicIp": "ENABLED"}
        target = {"targetGroupArn": self.target_group, "containerName": "nginx", "containerPort": 8080}
        settings = {
            "cluster": CLUSTER, "serviceName": NAME, "taskDefinition": self.revision, "desiredCount": 2,
            "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": network},
            "loadBalancers": [target], "deploymentConfiguration": ROLLED_BACK,
        } | self.service  # fmt: skip
        self.arn = ecs.create_service(**settings)["service"]["serviceArn"]
        until("the service to come up", self.is_up)

    def is_up(self) -> bool:
        found = shown(self.lab)
        return found["runningCount"] == found["desiredCount"] and len(found["deployments"]) == 1 and bool(ended(self.lab))

    def register(self, **members: Any) -> str:
        """Another revision; its ARN."""
        options = {"awslogs-group": LOGS, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
        container = {
            "name": "nginx", "image": IMAGE, "essential": True,
            "portMappings": [{"containerPort": 8080, "name": "nginx-8080-tcp", "appProtocol": "http"}],
            "environment": [{"name": "COLOUR", "value": "red"}],
            "logConfiguration": {"logDriver": "awslogs", "options": options | {"mode": "non-blocking"}},
        } | self.container | members  # fmt: skip
        roles = dict(zip(("executionRoleArn", "taskRoleArn"), self.roles, strict=False))
        settings = {
            "family": FAMILY, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "512",
            "memory": "1024", "containerDefinitions": [container], **roles,
        } | self.definition  # fmt: skip
        return self.lab.client("ecs").register_task_definition(**settings)["taskDefinition"]["taskDefinitionArn"]

    def _behind_a_load_balancer(self, vpc: str) -> None:
        elb = self.lab.client("elbv2")
        settings = {"Name": "shop", "Subnets": self.subnets, "SecurityGroups": [self.front]} | self.balancer
        (balancer,) = elb.create_load_balancer(**settings)["LoadBalancers"]
        self.load_balancer, self.host = balancer["LoadBalancerArn"], balancer["DNSName"]
        (group,) = elb.create_target_group(
            Name="shop-web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", HealthCheckPath="/health",
            HealthCheckIntervalSeconds=10,
        )["TargetGroups"]  # fmt: skip
        self.target_group = group["TargetGroupArn"]
        forward = [{"Type": "forward", "TargetGroupArn": self.target_group}]
        if not self.https:
            self.listen(80, forward)
            return
        config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
        self.listen(80, [{"Type": "redirect", "RedirectConfig": config}])
        self.listen(443, forward)

    def listen(self, port: int, actions: list[dict[str, Any]]) -> str:
        certificate = [{"CertificateArn": brought(self.lab)}] if port == 443 else []
        way = {"Protocol": "HTTPS", "Certificates": certificate} if certificate else {"Protocol": "HTTP"}
        made = self.lab.client("elbv2").create_listener(
            LoadBalancerArn=self.load_balancer, Port=port, DefaultActions=actions, **way
        )
        return made["Listeners"][0]["ListenerArn"]

    def scale(self, least: int = 2, most: int = 5, policy: dict[str, Any] | None = None) -> None:
        scaling = self.lab.client("application-autoscaling")
        scaling.register_scalable_target(**DIMENSION, MinCapacity=least, MaxCapacity=most)
        metric = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
        tracking = {"TargetValue": 65.0} | metric | (policy or {})
        scaling.put_scaling_policy(
            **DIMENSION, PolicyName="busy", PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )  # fmt: skip

    def _group(self, vpc: str, name: str, *ports: int) -> str:
        ec2 = self.lab.client("ec2")
        group = ec2.create_security_group(GroupName=name, Description="by hand", VpcId=vpc)["GroupId"]
        everybody = [{"CidrIp": "0.0.0.0/0"}]
        rules = [{"IpProtocol": "tcp", "FromPort": p, "ToPort": p, "IpRanges": everybody} for p in ports]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
        return group

    def _role(self, name: str) -> str:
        iam = self.lab.client("iam")
        tasks = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [tasks]})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        may = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        return arn


def shown(lab: Lab) -> dict[str, Any]:
    return lab.client("ecs").describe_services(cluster=CLUSTER, services=[NAME], include=["TAGS"])["services"][0]


def ended(lab: Lab) -> list[str]:
    """The deployments that have ended well."""
    found = lab.client("ecs").list_service_deployments(cluster=CLUSTER, service=NAME)["serviceDeployments"]
    return [each["serviceDeploymentArn"] for each in found if each["status"] == "SUCCESSFUL"]


def revisions(lab: Lab) -> list[str]:
    return lab.client("ecs").list_task_definitions(familyPrefix=FAMILY)["taskDefinitionArns"]


def definition(lab: Lab) -> dict[str, Any]:
    """What the service is set to run."""
    arn = shown(lab)["taskDefinition"]
    return lab.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
