# SPDX-License-Identifier: MPL-2.0
"""What a Fargate service behind a load balancer needs, made in one go."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from .conftest import Lab, until

OVER = ("SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED")
KEY = rsa.generate_private_key(65537, 2048)


def certificate(name: str = "app.internal.test", key: Any = KEY) -> dict[str, bytes]:
    """Members of ImportCertificate for a self-signed certificate."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(encoding, form, serialization.NoEncryption())
    return {"Certificate": built.public_bytes(encoding), "PrivateKey": private}


@dataclass
class Stage:
    """A cluster, roles, groups, a load balancer that redirects and forwards, a log group: all but the service."""

    lab: Lab
    subnets: list[str]
    vpc: str

    def __post_init__(self) -> None:
        client = self.lab.client
        self.ecs, self.elb, self.ec2 = client("ecs"), client("elbv2"), client("ec2")
        self.iam, self.logs = client("iam"), client("logs")
        self.ecs.create_cluster(clusterName="main")
        self.logs.create_log_group(logGroupName="/app")
        self.execution_role = self.role("app-execution", ["logs:CreateLogStream", "logs:PutLogEvents"])
        self.balancer_group = self.group("app-balancer")
        self.task_group = self.group("app-tasks")
        self.open(self.balancer_group, [80, 443], cidr="0.0.0.0/0")
        self.open(self.task_group, [8080], source=self.balancer_group)
        self.certificate = client("acm").import_certificate(**certificate())["CertificateArn"]
        made = self.elb.create_load_balancer(
            Name="app", Subnets=self.subnets[:2], SecurityGroups=[self.balancer_group], Scheme="internet-facing"
        )
        self.balancer = made["LoadBalancers"][0]
        self.target_group = self.elb.create_target_group(**self.target_group_settings())["TargetGroups"][0]
        arn = self.target_group["TargetGroupArn"]
        delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "10"}]
        self.elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=delay)
        self.listener = self.listen(443, [{"Type": "forward", "TargetGroupArn": arn}])
        config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
        self.redirect = self.listen(80, [{"Type": "redirect", "RedirectConfig": config}])
        self.lab.post("/pass", {"seconds": 1})

    def target_group_settings(self) -> dict[str, Any]:
        return {
            "Name": "app",
            "Protocol": "HTTP",
            "Port": 8080,
            "VpcId": self.vpc,
            "TargetType": "ip",
            "HealthCheckPath": "/health",
            "HealthCheckIntervalSeconds": 10,
        }

    def role(self, name: str, actions: list[str], resource: str = "*") -> str:
        statement = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        allowed = [{"Effect": "Allow", "Action": actions, "Resource": resource}]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        self.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        return arn

    def group(self, name: str) -> str:
        return self.ec2.create_security_group(GroupName=name, Description="d", VpcId=self.vpc)["GroupId"]

    def open(self, group: str, ports: list[int], cidr: str = "", source: str = "") -> None:
        peer = {"IpRanges": [{"CidrIp": cidr}]} if cidr else {"UserIdGroupPairs": [{"GroupId": source}]}
        rules = [{"IpProtocol": "tcp", "FromPort": p, "ToPort": p} | peer for p in ports]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)

    def listen(self, port: int, actions: list[dict[str, Any]]) -> str:
        secure = {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": self.certificate}]}
        made = self.elb.create_listener(
            LoadBalancerArn=self.balancer["LoadBalancerArn"],
            Port=port,
            DefaultActions=actions,
            **(secure if port == 443 else {"Protocol": "HTTP"}),
        )
        return made["Listeners"][0]["ListenerArn"]

    def define(self, tag: str = "ok", **given: Any) -> str:
        options = {"awslogs-group": "/app", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}
        container = {
            "name": "app",
            "image": f"registry.test/team/app:{tag}",
            "portMappings": [{"containerPort": 8080}],
            "environment": [{"name": "MODE", "value": "test"}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
        } | given.pop("container", {})
        settings = {
            "family": "app",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.execution_role,
            "containerDefinitions": [container],
        } | given
        return self.ecs.register_task_definition(**settings)["taskDefinition"]["taskDefinitionArn"]

    def settings(self, tag: str = "ok", **given: Any) -> dict[str, Any]:
        """Arguments of CreateService."""
        network = {"subnets": self.subnets[:2], "securityGroups": [self.task_group], "assignPublicIp": "ENABLED"}
        entry = {
            "targetGroupArn": self.target_group["TargetGroupArn"],
            "containerName": "app",
            "containerPort": 8080,
        }
        settings = {
            "cluster": "main",
            "serviceName": "app",
            "taskDefinition": given.pop("definition", None) or self.define(tag),
            "desiredCount": 1,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": network},
            "loadBalancers": [entry],
            "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        } | given
        return {k: v for k, v in settings.items() if v is not None}

    def create(self, tag: str = "ok", wait: bool = True, **given: Any) -> dict[str, Any]:
        """The service, and when it is not to be waited for, its first answer."""
        made = self.ecs.create_service(**self.settings(tag, **given))["service"]
        if wait:
            self.finished()
        return made

    def update(self, tag: str | None = None, **given: Any) -> dict[str, Any]:
        definition = {"taskDefinition": self.define(tag)} if tag else {}
        return self.ecs.update_service(cluster="main", service="app", **definition, **given)["service"]

    def service(self) -> dict[str, Any]:
        return self.ecs.describe_services(cluster="main", services=["app"])["services"][0]

    def deployment(self) -> dict[str, Any]:
        """The newest service deployment, in full."""
        (arn, *_) = [
            d["serviceDeploymentArn"]
            for d in self.ecs.list_service_deployments(cluster="main", service="app")["serviceDeployments"]
        ]
        found = self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
        return found[0]

    def finished(self) -> dict[str, Any]:
        """The newest service deployment once it is over; the lab's clock is pushed on."""
        return self.after(lambda: (d := self.deployment())["status"] in OVER and d)

    def after(self, look: Any, seconds: float = 0.1) -> Any:
        """What `look` answers; each time so many seconds go by before it."""

        def pushed() -> Any:
            self.lab.post("/pass", {"seconds": seconds})
            return look()

        return until(pushed)

    def tasks(self, status: str = "RUNNING") -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="main", serviceName="app", desiredStatus=status)["taskArns"]
        return self.ecs.describe_tasks(cluster="main", tasks=arns)["tasks"] if arns else []

    def serve(self, scheme: str = "https", path: str = "/") -> dict[str, Any]:
        return self.lab.get(f"/serve?host={self.balancer['DNSName']}&scheme={scheme}&path={path}")

    def events(self) -> str:
        return "\n".join(e["message"] for e in self.service()["events"])
