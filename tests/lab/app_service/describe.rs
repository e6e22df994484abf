//! An app service and its objects as the services of AWS show them.

use serde_json::{Value as Json, json};

use crate::describe::{Facts, flatten, tags};
use crate::lab::Lab;

/// Members that change without an update, and ids of revisions.
const PASSING: [&str; 18] = [
    "deployments",
    "events",
    "taskDefinition",
    "taskDefinitionArn",
    "revision",
    "registeredAt",
    "createdAt",
    "creationTime",
    "storedBytes",
    "CreationTime",
    "CreatedTime",
    "SecurityGroupRuleId",
    "containerDefinitions",
    "currentServiceDeployment",
    "currentServiceRevisions",
    "ListenerArn",
    "PolicyARN",
    "Alarms",
];

pub fn describe(lab: &Lab) -> Facts {
    let mut facts = Facts::new();
    let mut add = |place: &str, value: &Json| flatten(&mut facts, place, value, &PASSING);
    let service = service(lab);
    let task = task_of(lab, &service);
    add("service", &service);
    add("task", &task);
    add("container", &task["containerDefinitions"][0]);
    add("log_group", &lab.aws("logs", "DescribeLogGroups", json!({}))["logGroups"][0]);
    let elb = |operation: &str, parameters: Json| lab.aws("elbv2", operation, parameters);
    let group = target_group(lab);
    add("target_group", &group);
    let attributes = elb("DescribeTargetGroupAttributes", json!({"TargetGroupArn": group["TargetGroupArn"]}));
    add("target_group_attributes", &attributes["Attributes"]);
    let balancer = load_balancer(lab);
    add("load_balancer", &balancer);
    let attributes = elb("DescribeLoadBalancerAttributes", json!({"LoadBalancerArn": balancer["LoadBalancerArn"]}));
    add("load_balancer_attributes", &attributes["Attributes"]);
    let listeners = elb("DescribeListeners", json!({"LoadBalancerArn": balancer["LoadBalancerArn"]}));
    add("listeners", &listeners["Listeners"]);
    let namespace = json!({"ServiceNamespace": "ecs"});
    for (place, operation, member) in [
        ("limits", "DescribeScalableTargets", "ScalableTargets"),
        ("policy", "DescribeScalingPolicies", "ScalingPolicies"),
        ("schedule", "DescribeScheduledActions", "ScheduledActions"),
    ] {
        add(place, &lab.aws("application-autoscaling", operation, namespace.clone())[member][0]);
    }
    for role in lab.objects().into_iter().filter(|object| object.kind == "role") {
        let names = lab.aws("iam", "ListRolePolicies", json!({"RoleName": role.id}));
        for name in names["PolicyNames"].as_array().unwrap() {
            let policy = lab.aws("iam", "GetRolePolicy", json!({"RoleName": role.id, "PolicyName": name}));
            add(&format!("policies.{}.{}", role.id, name.as_str().unwrap()), &policy["PolicyDocument"]);
        }
    }
    facts.extend(rules(lab).into_iter().map(|rule| (format!("rules.{rule}"), Json::Bool(true))));
    tags(
        &mut facts,
        lab,
        "drop_app_service",
        &[
            "log_group",
            "role",
            "security_group",
            "certificate",
            "load_balancer",
            "listener",
            "target_group",
            "cluster",
            "ecs_service",
        ],
    );
    facts
}

pub fn service(lab: &Lab) -> Json {
    let (cluster, service) = place(lab);
    let asked = json!({"cluster": cluster, "services": [service], "include": ["TAGS"]});
    lab.aws("ecs", "DescribeServices", asked)["services"][0].clone()
}

/// The cluster and the service, as calls name them.
pub fn place(lab: &Lab) -> (Json, Json) {
    let cluster = lab.aws("ecs", "ListClusters", json!({}))["clusterArns"][0].clone();
    let service = lab.aws("ecs", "ListServices", json!({"cluster": cluster}))["serviceArns"][0].clone();
    (cluster, service)
}

/// The current task definition of the service.
pub fn task(lab: &Lab) -> Json {
    task_of(lab, &service(lab))
}

fn task_of(lab: &Lab, service: &Json) -> Json {
    let asked = json!({"taskDefinition": service["taskDefinition"]});
    lab.aws("ecs", "DescribeTaskDefinition", asked)["taskDefinition"].clone()
}

pub fn target_group(lab: &Lab) -> Json {
    lab.aws("elbv2", "DescribeTargetGroups", json!({}))["TargetGroups"][0].clone()
}

pub fn load_balancer(lab: &Lab) -> Json {
    lab.aws("elbv2", "DescribeLoadBalancers", json!({}))["LoadBalancers"][0].clone()
}

/// The rules of security groups: group, ports, source.
fn rules(lab: &Lab) -> Vec<String> {
    let found = lab.aws("ec2", "DescribeSecurityGroupRules", json!({}));
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rule = |rule: &Json| {
        let from = ["CidrIpv4", "CidrIpv6"].iter().map(|name| &rule[name]).find(|from| !from.is_null());
        let from = from.unwrap_or(&rule["ReferencedGroupInfo"]["GroupId"]);
        let way = if rule["IsEgress"] == true { "to" } else { "from" };
        let ports = format!("{}-{}", text(&rule["FromPort"]), text(&rule["ToPort"]));
        format!("{} {ports} {way} {}", text(&rule["GroupId"]), text(from))
    };
    found["SecurityGroupRules"].as_array().unwrap().iter().map(rule).collect()
}
