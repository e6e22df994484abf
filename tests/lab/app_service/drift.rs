//! Changes of a service in the console.

use serde_json::{Value as Json, json};

use super::describe::{load_balancer, place, service, target_group, task};
use crate::lab::Lab;
use crate::table::{Drift, foreign, gone, hidden, shown};

pub fn drift() -> Vec<Drift> {
    vec![
        shown("another_image", "image", |lab| {
            let revision = register(lab, json!({"image": "registry.example/shop:good"}));
            update(lab, json!({"taskDefinition": revision}));
        }),
        shown("another_environment", "env", |lab| {
            let revision = register(lab, json!({"environment": [{"name": "COLOUR", "value": "black"}]}));
            update(lab, json!({"taskDefinition": revision}));
        }),
        shown("grace_period", "http", |lab| update(lab, json!({"healthCheckGracePeriodSeconds": 7}))),
        hidden("no_tasks", "ecs_service", "count", |lab| update(lab, json!({"desiredCount": 0}))),
        hidden("no_breaker", "ecs_service", "breaker", |lab| {
            let off = json!({"deploymentCircuitBreaker": {"enable": false, "rollback": false}});
            update(lab, json!({"deploymentConfiguration": off}));
        }),
        shown("retention", "logs", |lab| {
            let days = json!({"logGroupName": lab.one("log_group").id, "retentionInDays": 1});
            lab.aws("logs", "PutRetentionPolicy", days);
        }),
        hidden("no_retention", "log_group", "retention_days", |lab| {
            lab.aws("logs", "DeleteRetentionPolicy", json!({"logGroupName": lab.one("log_group").id}));
        }),
        shown("path", "http", |lab| check(lab, json!({"HealthCheckPath": "/elsewhere"}))),
        hidden("matcher", "target_group", "matcher", |lab| check(lab, json!({"Matcher": {"HttpCode": "200-499"}}))),
        shown("limits", "scaling", |lab| {
            let namespace = json!({"ServiceNamespace": "ecs"});
            let found = lab.aws("application-autoscaling", "DescribeScalableTargets", namespace);
            let target = &found["ScalableTargets"][0];
            let change = json!({
                "ServiceNamespace": "ecs", "ResourceId": target["ResourceId"],
                "ScalableDimension": target["ScalableDimension"], "MaxCapacity": 9,
            });
            lab.aws("application-autoscaling", "RegisterScalableTarget", change);
        }),
        hidden("policy", "execution_role", "policy", |lab| {
            let grant = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
            let document = json!({"Version": "2012-10-17", "Statement": [grant]}).to_string();
            let role = task(lab)["executionRoleArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let policy = json!({"RoleName": role, "PolicyName": "drop", "PolicyDocument": document});
            lab.aws("iam", "PutRolePolicy", policy);
        }),
        hidden("closed", "alb_security_group", "ports", |lab| {
            let group = load_balancer(lab)["SecurityGroups"][0].clone();
            let only = json!({"Filters": [{"Name": "group-id", "Values": [group]}]});
            let rules = lab.aws("ec2", "DescribeSecurityGroupRules", only);
            let rules = rules["SecurityGroupRules"].as_array().unwrap().iter();
            let ids: Vec<&Json> =
                rules.filter(|rule| rule["IsEgress"] == false).map(|rule| &rule["SecurityGroupRuleId"]).collect();
            lab.aws("ec2", "RevokeSecurityGroupIngress", json!({"GroupId": group, "SecurityGroupRuleIds": ids}));
        }),
        gone("policy_gone", "cpu_policy", |lab| {
            let namespace = json!({"ServiceNamespace": "ecs"});
            let found = lab.aws("application-autoscaling", "DescribeScalingPolicies", namespace);
            let policy = found["ScalingPolicies"][0].as_object().unwrap();
            let named = ["PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension"];
            let named: Json = named.into_iter().map(|name| (name.to_owned(), policy[name].clone())).collect();
            lab.aws("application-autoscaling", "DeleteScalingPolicy", named);
        })
        .anew(&["scaling_policy"]),
        gone("listener_gone", "http_listener", |lab| {
            let balancer = json!({"LoadBalancerArn": load_balancer(lab)["LoadBalancerArn"]});
            let found = lab.aws("elbv2", "DescribeListeners", balancer);
            let mut listeners = found["Listeners"].as_array().unwrap().iter();
            let plain = listeners.find(|listener| listener["Protocol"] == "HTTP").unwrap();
            lab.aws("elbv2", "DeleteListener", json!({"ListenerArn": plain["ListenerArn"]}));
        })
        .anew(&["listener"]),
        foreign("tag_of_others", |lab| {
            let tags = json!([{"key": "cost", "value": "42"}]);
            lab.aws("ecs", "TagResource", json!({"resourceArn": service(lab)["serviceArn"], "tags": tags}));
        }),
        hidden("service_tag", "ecs_service", "tags", |lab| {
            let untag = json!({"resourceArn": service(lab)["serviceArn"], "tagKeys": ["team"]});
            lab.aws("ecs", "UntagResource", untag);
        }),
        hidden("balancer_tag", "load_balancer", "tags", |lab| {
            let arn = load_balancer(lab)["LoadBalancerArn"].clone();
            let tags = json!([{"Key": "team", "Value": "nobody"}]);
            lab.aws("elbv2", "AddTags", json!({"ResourceArns": [arn], "Tags": tags}));
        }),
    ]
}

fn update(lab: &Lab, change: Json) {
    let mut change = change;
    (change["cluster"], change["service"]) = place(lab);
    lab.aws("ecs", "UpdateService", change);
}

fn check(lab: &Lab, change: Json) {
    let mut change = change;
    change["TargetGroupArn"] = target_group(lab)["TargetGroupArn"].clone();
    lab.aws("elbv2", "ModifyTargetGroup", change);
}

/// Registers another revision of the task definition, with these members in the container.
fn register(lab: &Lab, members: Json) -> Json {
    let told = task(lab);
    let mut container = told["containerDefinitions"][0].clone();
    container.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let kept = ["family", "networkMode", "requiresCompatibilities", "cpu", "memory", "executionRoleArn", "taskRoleArn"];
    let kept = kept.iter().filter(|name| !told[**name].is_null());
    let mut revision: Json = kept.map(|name| ((*name).to_owned(), told[*name].clone())).collect();
    revision["containerDefinitions"] = json!([container]);
    lab.aws("ecs", "RegisterTaskDefinition", revision)["taskDefinition"]["taskDefinitionArn"].clone()
}
