//! What somebody else made: what of it becomes ours, what a change of it costs, and what is refused.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Diagnostics};

use super::{app, change, database, site};
use crate::base::RESOURCE_TAG;
use crate::cloud::aws::autoscaling::{ScalableTarget, ScalingPolicy};
use crate::cloud::aws::ecs::{Service, ServiceShape, Target, TaskDefinition, TaskShape};
use crate::cloud::aws::elb::{HealthCheck, Listener, LoadBalancer, TargetGroup};
use crate::cloud::aws::iam::Role;
use crate::components::logs::log_group;
use crate::engine::plan::planner;
use crate::resources::app_service::layout::layout;
use crate::resources::app_service::schema::{AppService, Health, Http, Logs, Scaling};
use crate::resources::app_service::unmanaged::{Candidate, Dependencies, was_taken_over};
use crate::resources::app_service::{AppServiceResource, Composite};

const GROUP: &str = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:targetgroup/shop/1";

fn service() -> Service {
    Service {
        arn: "arn:aws:ecs:eu-north-1:123456789012:service/shop/web".to_owned(),
        status: "ACTIVE".to_owned(),
        shape: ServiceShape {
            task_definition: Some("arn:aws:ecs:eu-north-1:123456789012:task-definition/shop_web:3".to_owned()),
            security_groups: Some(["sg-1".to_owned()].into()),
            target: Some(Target { group: GROUP.to_owned(), container: "nginx".to_owned(), port: 8080 }),
            breaker: Some(true),
            ..ServiceShape::default()
        },
        created: None,
        running: 1,
        unsupported: vec![],
        tags: BTreeMap::new(),
    }
}

fn revision() -> TaskDefinition {
    let logs = [("awslogs-group", "/shop"), ("awslogs-region", "eu-north-1"), ("awslogs-stream-prefix", "web")];
    TaskDefinition {
        arn: service().shape.task_definition.unwrap(),
        active: true,
        shape: TaskShape {
            cpu: "256".to_owned(),
            memory: "512".to_owned(),
            execution_role: "arn:aws:iam::123456789012:role/shop".to_owned(),
            container: "nginx".to_owned(),
            image: "r.example/web:1".to_owned(),
            port: Some(8080),
            logs: logs.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..TaskShape::default()
        },
        unsupported: vec![],
        tags: BTreeMap::new(),
    }
}

fn around() -> Dependencies {
    let balancer = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:loadbalancer/app/shop/1";
    let listener = Listener {
        arn: format!("{}/2", balancer.replace(":loadbalancer/", ":listener/")),
        load_balancer: balancer.to_owned(),
        port: 80,
        certificate: None,
        target_group: Some(GROUP.to_owned()),
        tags: BTreeMap::new(),
    };
    Dependencies {
        vpcs: [Some("vpc-1".to_owned()), Some("vpc-1".to_owned())],
        log_group: true,
        execution_role: Some(Role {
            name: "shop".to_owned(),
            arn: revision().shape.execution_role,
            policy: None,
            tags: BTreeMap::new(),
        }),
        target_group: Some(TargetGroup {
            arn: GROUP.to_owned(),
            name: "shop".to_owned(),
            vpc: "vpc-1".to_owned(),
            check: HealthCheck::default(),
            load_balancers: vec![balancer.to_owned()],
            tags: BTreeMap::new(),
        }),
        load_balancer: Some(LoadBalancer {
            arn: balancer.to_owned(),
            name: "shop".to_owned(),
            dns: "shop.example".to_owned(),
            zone: String::new(),
            subnets: [].into(),
            security_groups: [].into(),
            internal: false,
            state: "active".to_owned(),
            reason: None,
            tags: BTreeMap::new(),
        }),
        listeners: [Some(listener), None],
        ..Dependencies::default()
    }
}

/// The service as its state tells of it.
fn taken_over() -> AppService {
    let components = around().components(&service(), Some(&revision()), "drop_app_service/-/web");
    let mut app = app();
    app.common.components = Attr::Known(components);
    app
}

fn unfit(service: &Service, revision: &TaskDefinition, name: &str) -> Option<String> {
    Candidate { service, revision: Some(revision), region: "eu-north-1" }.unfit(name)
}

#[test]
fn the_service_becomes_ours_and_what_stands_around_it_does_not() {
    let app = taken_over();
    assert!(was_taken_over(&app) && !was_taken_over(&super::app()));
    let specs = layout(&app, &site(&app)).components;
    let made: Vec<&str> = specs.iter().filter(|spec| spec.is_made()).map(|spec| spec.component.as_str()).collect();
    assert_eq!(made, ["task_definition", "ecs_service"]);
    let blueprint = planner::delete(&specs, &BTreeMap::new(), log_group::ANCHOR).unwrap();
    let shared: Vec<&str> =
        specs.iter().filter(|spec| spec.is_borrowed()).map(|spec| spec.component.as_str()).collect();
    let deleted = |component: &str| blueprint.steps.iter().any(|step| step.component == component);
    assert_eq!(shared.len(), 7, "{shared:?}");
    assert!(deleted("ecs_service") && deleted("task_definition") && !shared.into_iter().any(deleted));
}

#[test]
fn its_number_of_tasks_is_its_own_until_it_is_written() {
    let from = taken_over();
    let to = AppService { scaling: Attr::Known(Scaling { min: 3.into(), ..Scaling::default() }), ..taken_over() };
    insta::assert_snapshot!(change(&from, &to), @"1.1 create scalable_target via application-autoscaling:RegisterScalableTarget");
    assert_eq!(change(&from, &from), "");
}

#[test]
fn no_role_of_somebody_elses_is_granted_a_secret() {
    let to = AppService { database: database(), ..taken_over() };
    insta::assert_snapshot!(change(&taken_over(), &to), @r"
    1.1 create execution_role via iam:CreateRole
    1.2 update execution_role via iam:PutRolePolicy — policy
    1.3 create database_path via ec2:AuthorizeSecurityGroupIngress
    1.4 create database_grant via iam:PutRolePolicy
    1.5 update task_definition via ecs:RegisterTaskDefinition — env, secrets, execution_role
    1.6 update ecs_service via ecs:UpdateService — task_definition
    ");
}

#[test]
fn what_is_somebody_elses_is_not_set() {
    let said = |http: Http, logs: Attr<Logs>| {
        let mut told = Diagnostics::new();
        let mut wanted = AppService { http: Attr::Known(http), logs, ..app() };
        tf_plugin::Model::apply_defaults(&mut wanted);
        AppServiceResource::review(Some(&taken_over()), &wanted, &mut told);
        told.has_errors()
    };
    let http = |health: Health| Http { port: 8080.into(), health: Attr::Known(health), ..Http::default() };
    assert!(!said(http(Health { grace_period: "5s".into(), ..Health::default() }), Attr::Null));
    assert!(said(http(Health { interval: "10s".into(), ..Health::default() }), Attr::Null));
    assert!(said(Http { port: 8080.into(), ..Http::default() }, Attr::Known(Logs { retention_days: 7.into() })));
}

#[test]
fn what_it_cannot_be_is_said() {
    let (service, revision) = (service(), revision());
    assert_eq!(unfit(&service, &revision, "web"), None);
    let said = |service: &Service, revision: &TaskDefinition, name: &str, text: &str| {
        let why = unfit(service, revision, name).unwrap_or_default();
        assert!(why.contains(text), "{text}: {why}");
    };
    said(&service, &revision, "Web_2", "`<region>/shop/web/<name>`");
    said(&service, &revision, "internal-web", "internal-");
    let mut other = service.clone();
    other.tags.insert(RESOURCE_TAG.to_owned(), "drop_app_service/-/a".to_owned());
    said(&other, &revision, "web", "`drop_app_service/-/a`");
    let other = Service { status: "DRAINING".to_owned(), ..service.clone() };
    said(&other, &revision, "web", "DRAINING");
    let other = Service { unsupported: vec!["serviceRegistries"], ..service.clone() };
    said(&other, &revision, "web", "serviceRegistries");
    let mut other = service.clone();
    other.shape.security_groups = Some(["sg-1".to_owned(), "sg-2".to_owned()].into());
    said(&other, &revision, "web", "2 security groups");
    let mut other = service.clone();
    other.shape.breaker = Some(false);
    said(&other, &revision, "web", "--cluster shop --service web");
    let mut other = service.clone();
    other.shape.target = None;
    said(&other, &revision, "web", "No target group");
    let mut other = revision.clone();
    other.shape.port = Some(9090);
    said(&service, &other, "web", "another port");
    let mut other = revision.clone();
    other.shape.labels.insert("team".to_owned(), "shop".to_owned());
    other.shape.secrets.insert("TOKEN".to_owned(), "arn".to_owned());
    said(&service, &other, "web", "(dockerLabels, secrets)");
    let mut other = revision.clone();
    other.shape.env.insert("spring.profiles.active".to_owned(), "prod".to_owned());
    assert_eq!(unfit(&service, &other, "web"), None);
    other.shape.env.insert("BIG".to_owned(), "x".repeat(65_000));
    said(&service, &other, "web", "environment");
    let mut other = revision.clone();
    other.shape.logs.insert("awslogs-region".to_owned(), "eu-west-1".to_owned());
    said(&service, &other, "web", "awslogs-region");
    assert!(Candidate { service: &service, revision: None, region: "eu-north-1" }.unfit("web").is_some());
}

#[test]
fn what_stands_around_it_may_be_a_reason_too() {
    assert_eq!(around().unfit(), None);
    let policy = |name: &str, cpu, plain| ScalingPolicy { arn: String::new(), name: name.to_owned(), cpu, plain };
    let limits = |min| Some(ScalableTarget { resource: "service/shop/web".to_owned(), min, max: 4 });
    let fits = Dependencies { limits: limits(1), policies: vec![policy("busy", Some(60.0), true)], ..around() };
    assert_eq!(fits.unfit(), None);
    let others = [
        (Dependencies { sharing: vec!["jobs".to_owned()], ..around() }, "jobs runs the same"),
        (Dependencies { vpcs: [Some("vpc-2".to_owned()), Some("vpc-1".to_owned())], ..around() }, "default VPC"),
        (Dependencies { vpcs: [None, None], ..around() }, "default VPC"),
        (Dependencies { log_group: false, ..around() }, "log group"),
        (Dependencies { execution_role: None, ..around() }, "role"),
        (Dependencies { load_balancer: None, ..around() }, "No application load balancer"),
        (Dependencies { listeners: [None, None], ..around() }, "by a rule"),
        (Dependencies { limits: limits(0), ..around() }, "0 tasks"),
        (Dependencies { policies: vec![policy("steps", None, false)], ..around() }, "which steps is not"),
        (Dependencies { policies: vec![policy("half", Some(60.5), true)], ..around() }, "which half is not"),
        (
            Dependencies { policies: vec![policy("a", Some(60.0), true), policy("b", Some(70.0), true)], ..around() },
            "by 2 policies",
        ),
    ];
    for (surroundings, text) in others {
        let why = surroundings.unfit().unwrap_or_default();
        assert!(why.contains(text), "{text}: {why}");
    }
}
