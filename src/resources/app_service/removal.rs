//! What removes by hand what an unfinished service may have left: users before what they use, the anchor last.
use crate::components::ec2::security_group;
use crate::components::ecs::{cluster, ecs_service, task_definition};
use crate::components::elb::{load_balancer, target_group};
use crate::components::iam::{iam_role, secret_grant};
use crate::components::logs::log_group;
use crate::engine::model::kind::Kind;
use crate::resources::lifecycle::{Site, removal_of_group};

/// The commands, in the order in which they work.
pub fn commands(site: &Site, region: &str) -> Vec<String> {
    let name = |component: &str, kind: &Kind| site.object_name(component, kind, false);
    let owner = &site.owner;
    let cluster = name("cluster", &cluster::KIND);
    let service = name("ecs_service", &ecs_service::KIND);
    let family = name("task_definition", &task_definition::KIND);
    let balancer = name("load_balancer", &load_balancer::KIND);
    let target_group = name("target_group", &target_group::KIND);
    let role = |component: &str| name(component, &iam_role::KIND);
    let group = |component: &str| removal_of_group(region, owner, &name(component, &security_group::KIND));
    // For every object that a listing finds: by name where there is one, by our tag where there is none.
    let each = |listing: String, query: &str, calls: &[&str]| {
        let calls: Vec<String> = calls.iter().map(|call| format!("aws {call} $each --region {region};")).collect();
        let found = format!("aws {listing} --region {region} --query '{query}' --output text");
        format!("for each in $({found}); do {} done", calls.join(" "))
    };
    vec![
        format!(
            "aws application-autoscaling deregister-scalable-target --region {region} --service-namespace ecs \
             --scalable-dimension ecs:service:DesiredCount --resource-id service/{cluster}/{service}"
        ),
        format!("aws ecs delete-service --region {region} --cluster {cluster} --service {service} --force"),
        format!("aws ecs wait services-inactive --region {region} --cluster {cluster} --services {service}"),
        format!("aws ecs delete-cluster --region {region} --cluster {cluster}"),
        each(
            format!("ecs list-task-definitions --family-prefix {family}"),
            "taskDefinitionArns[]",
            &["ecs deregister-task-definition --task-definition", "ecs delete-task-definitions --task-definitions"],
        ),
        each(
            format!("ecs list-task-definitions --family-prefix {family} --status INACTIVE"),
            "taskDefinitionArns[]",
            &["ecs delete-task-definitions --task-definitions"],
        ),
        each(
            format!("elbv2 describe-load-balancers --names {balancer}"),
            "LoadBalancers[].LoadBalancerArn",
            &[
                "elbv2 delete-load-balancer --load-balancer-arn",
                "elbv2 wait load-balancers-deleted --load-balancer-arns",
            ],
        ),
        each(
            format!("elbv2 describe-target-groups --names {target_group}"),
            "TargetGroups[].TargetGroupArn",
            &["elbv2 delete-target-group --target-group-arn"],
        ),
        each(
            format!(
                "resourcegroupstaggingapi get-resources --resource-type-filters acm \
                 --tag-filters Key=drop:resource,Values={owner}"
            ),
            "ResourceTagMappingList[].ResourceARN",
            &["acm delete-certificate --certificate-arn"],
        ),
        format!("aws iam delete-role-policy --role-name {} --policy-name drop", role("execution_role")),
        format!(
            "aws iam delete-role-policy --role-name {} --policy-name {}",
            role("execution_role"),
            name("database_grant", &secret_grant::KIND)
        ),
        format!("aws iam delete-role --role-name {}", role("execution_role")),
        format!("aws iam delete-role --role-name {}", role("task_role")),
        group("task_security_group"),
        group("alb_security_group"),
        format!("aws logs delete-log-group --region {region} --log-group-name {}", name("log_group", &log_group::KIND)),
    ]
}
