//! Every attribute of `drop_app_service`.

use serde_json::{Value as Json, json};

use crate::table::{Row, beside, row};

/// A change of the task is a deployment.
const REVISED: &[&str] = &["ecs:RegisterTaskDefinition", "ecs:UpdateService"];
/// A way is opened for new tasks, and the former one closed behind the last old one.
const MOVED: &[&str] = &[
    "ec2:AuthorizeSecurityGroupIngress",
    "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",
    "ec2:RevokeSecurityGroupIngress",
];
const CHECK: &[&str] = &["elasticloadbalancing:ModifyTargetGroup"];
const LIMITS: &[&str] = &["application-autoscaling:RegisterScalableTarget"];
const ROLE_TAGS: (&str, &str) = ("iam:TagRole", "iam:UntagRole");
const GROUP_TAGS: (&str, &str) = ("ec2:CreateTags", "ec2:DeleteTags");
const BALANCER_TAGS: (&str, &str) = ("elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags");
const ECS_TAGS: (&str, &str) = ("ecs:TagResource", "ecs:UntagResource");
const COUNTS: &[&str] = &["service.desiredCount", "service.runningCount", "service.pendingCount"];

pub fn rows() -> Vec<Row> {
    vec![
        row("name", "web", "shop").replaces().bad("Web", &["lower-case"]),
        row("region", "us-east-1", "eu-north-1").replaces().bad("Nowhere", &["must be the name of a region"]),
        row("platform", "ecs", Json::Null).bad("lambda", &["ecs"]),
        row("env", json!({"COLOUR": "red"}), json!({"COLOUR": "green"}))
            .by(REVISED)
            .shows("container.environment.COLOUR", [json!("red"), json!("green"), Json::Null])
            .follows(&["container.environment"])
            .bad(json!({"A=B": "x"}), &["neither `=` nor NUL"])
            .bad(json!({"A": "x\u{0}y"}), &["NUL in it"])
            .bad(json!({"A": "x".repeat(70_000)}), &["64 KiB", "a parameter or a secret"]),
        row("database", Json::Null, beside())
            .by(&[
                "ec2:AuthorizeSecurityGroupIngress",
                "iam:PutRolePolicy",
                "ecs:RegisterTaskDefinition",
                "ecs:UpdateService",
            ])
            .removed_by(&[
                "ecs:RegisterTaskDefinition",
                "ecs:UpdateService",
                "iam:DeleteRolePolicy",
                "ec2:RevokeSecurityGroupIngress",
            ])
            .follows(&["container.environment", "container.secrets", "policies.", "rules.", "service."])
            .takes_all(),
        row("redeploy_trigger", "once", "twice")
            .by(REVISED)
            .shows("container.dockerLabels.drop.redeploy_trigger", [json!("once"), json!("twice"), Json::Null])
            .follows(&["container.dockerLabels"])
            .bad("x".repeat(201), &["1 to 200 characters"]),
        row("tags", json!({"team": "shop", "tier": "one"}), json!({"team": "till"}))
            .by_tagging(&[
                ("logs:TagResource", "logs:UntagResource"),
                ROLE_TAGS,
                ROLE_TAGS,
                GROUP_TAGS,
                GROUP_TAGS,
                GROUP_TAGS,
                ("acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"),
                BALANCER_TAGS,
                BALANCER_TAGS,
                BALANCER_TAGS,
                BALANCER_TAGS,
                ECS_TAGS,
                ECS_TAGS,
                ECS_TAGS,
            ])
            .shows("service.tags.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.log_group.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.role.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.role.2.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.security_group.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.security_group.2.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.certificate.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.load_balancer.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.listener.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.listener.2.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.target_group.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.cluster.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("tags.ecs_service.1.team", [json!("shop"), json!("till"), Json::Null])
            .shows("service.tags.tier", [json!("one"), Json::Null, Json::Null])
            .follows(&["tags."])
            .bad(json!({"aws:cost": "1"}), &["aws:"]),
        // Names count when an object is created; an existing object keeps its name.
        row("names", json!({"ecs_service": "web"}), json!({"ecs_service": "shop"}))
            .change_refused("exists and is called `web`")
            .denies(json!({"service": "web"}), "has no component service")
            .takes_all(),
        row("image.uri", "registry.example/shop:ok", "registry.example/shop:good")
            .by(REVISED)
            .required()
            .shown("container.image", Json::Null)
            .bad("registry.example/shop", &["tag or digest"])
            .bad("https://public.ecr.aws/nginx/nginx:1", &["a registry is a host name"])
            .bad("public.ecr.aws/Nginx/NGINX:1", &["lower-case letters"])
            .bad("nginx@sha256:abc", &["a digest is written"])
            .bad("nginx:-x", &["a tag has at most 128"])
            .bad("nginx:1:2", &["no name of an image"]),
        row("size.cpu", 512, 256)
            .by(REVISED)
            .removed_by(&[])
            .shows("task.cpu", ["512", "256", "256"])
            .bad(300, &["256, 512, 1024"]),
        row("size.memory", 1024, 2048)
            .by(REVISED)
            .removal_refused("the nearest is 1024")
            .shows("task.memory", ["1024", "2048", "2048"])
            .bad(512, &["the nearest is 1024"]),
        row("http.port", 8080, 9090)
            .by(MOVED)
            .required()
            .shows("container.portMappings.0.containerPort", [8080, 9090, 0])
            .follows(&["container.portMappings", "service.loadBalancers", "rules."])
            .tells(&["ref"])
            .bad(0, &["1 to 65535"]),
        row("http.certificate_arn", Json::Null, crate::table::given("certificate"))
            .by(&["elasticloadbalancing:ModifyListener", "acm:DeleteCertificate"])
            .removed_by(&["acm:ImportCertificate", "elasticloadbalancing:ModifyListener"])
            .follows(&["listeners.", "tags.certificate."])
            .tells(&["ref"])
            .anew(&["certificate"])
            .bad("shop.example", &["ARN of a certificate"]),
        row("http.access_logs", "shop-logs", "other-logs")
            .by(&["elasticloadbalancing:ModifyLoadBalancerAttributes"])
            .shows("load_balancer_attributes.access_logs.s3.bucket", ["shop-logs", "other-logs", "other-logs"])
            .follows(&["load_balancer_attributes.access_logs.s3.enabled"])
            .bad("Shop_Logs", &["name of an S3 bucket"]),
        row("http.health.path", "/health", "/ready")
            .by(CHECK)
            .shown("target_group.HealthCheckPath", "/")
            .bad("health", &["begin with /"]),
        row("http.health.interval", "60s", "90s")
            .by(CHECK)
            .shows("target_group.HealthCheckIntervalSeconds", [60, 90, 30])
            .bad("2s", &["5s"]),
        row("http.health.timeout", "6s", "7s")
            .by(CHECK)
            .shows("target_group.HealthCheckTimeoutSeconds", [6, 7, 5])
            .bad("1s", &["2s"]),
        row("http.health.retries", 4, 5)
            .by(CHECK)
            .shown("target_group.UnhealthyThresholdCount", 3)
            .bad(1, &["2 to 10"]),
        row("http.health.healthy_threshold", 3, 4)
            .by(CHECK)
            .shown("target_group.HealthyThresholdCount", 2)
            .bad(1, &["2 to 10"]),
        row("http.health.grace_period", "70s", "80s")
            .by(&["ecs:UpdateService"])
            .shows("service.healthCheckGracePeriodSeconds", [70, 80, 60])
            .bad("soon", &["duration"]),
        row("scaling.min", 2, 3).by(LIMITS).shown("limits.MinCapacity", 1).follows(COUNTS).bad(0, &["1 to 5000"]),
        row("scaling.max", 4, 5).by(LIMITS).shown("limits.MaxCapacity", 2).follows(COUNTS).bad(0, &["1 to 5000"]),
        row("scaling.cpu.target", 70, 55)
            .by(&["application-autoscaling:PutScalingPolicy"])
            .required()
            .shows("policy.TargetTrackingScalingPolicyConfiguration.TargetValue", [70.0, 55.0, 0.0])
            .bad(101, &["1 to 100"]),
        scheduled("name", "morning").bad("Every morning", &["lower-case letters"]),
        scheduled("cron", "cron(0 7 ? * MON-FRI *)").bad("0 7 * * *", &["cron(…) with six fields"]),
        scheduled("min", 3).bad(0, &["1 to 5000"]),
        scheduled("max", 5).bad(0, &["1 to 5000"]),
        row("logs.retention_days", 7, 14)
            .by(&["logs:PutRetentionPolicy"])
            .shown("log_group.retentionInDays", 30)
            .bad(31, &["the next one is 60"]),
        row("post_deploy.command", json!(["./manage", "migrate"]), json!(["./manage", "clean"]))
            .required()
            .bad(json!([" "]), &["must name a command"])
            .bad(json!(["x".repeat(8000)]), &["a script in the image"]),
        row("post_deploy.trigger", "v1", "v2")
            .by(&["ecs:RunTask", "ecs:TagResource"])
            .required()
            .shows("service.tags.drop:post_deploy", ["v1", "v2", ""])
            .follows(&["tags.ecs_service"])
            .bad("", &["1 to 256"]),
        row("timeouts.create", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.update", "40m", "50m").bad("soon", &["duration"]),
        row("timeouts.delete", "40m", "50m").bad("soon", &["duration"]),
    ]
}

/// An attribute of a schedule that comes and goes whole.
fn scheduled(attribute: &str, value: impl Into<Json>) -> Row {
    let whole = [
        ("scaling.schedule.name", json!("morning")),
        ("scaling.schedule.cron", json!("cron(0 7 ? * MON-FRI *)")),
        ("scaling.schedule.min", json!(3)),
        ("scaling.schedule.max", json!(5)),
    ];
    let (path, _) = *whole.iter().find(|(path, _)| path.ends_with(&format!(".{attribute}"))).unwrap();
    let row = row(path, Json::Null, value)
        .by(&["application-autoscaling:PutScheduledAction"])
        .removed_by(&["application-autoscaling:DeleteScheduledAction"])
        .follows(&["schedule"])
        .anew(&["scheduled_action"]);
    whole.into_iter().fold(row, |row, (path, value)| row.along(path, value))
}
