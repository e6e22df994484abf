//! Configuration in, steps out: what each change costs.

mod unmanaged;

use tf_plugin::{Attr, Model};

use super::AppServiceResource;
use super::layout::layout;
use super::schema::{AppService, Cpu, Health, Http, Image, PostDeploy, Scaling, Schedule};
use crate::components::logs::log_group;
use crate::engine::model::spec::{Spec, mark_removed, matching};
use crate::engine::plan::planner;
use crate::engine::plan::steps;
use crate::resources::lifecycle::{Composite, Site};
use crate::resources::reference::{Access, DatabaseRef, Ref, SecretRef};

fn app() -> AppService {
    let mut app = AppService {
        name: "web".into(),
        region: "eu-north-1".into(),
        image: Attr::Known(Image { uri: "r.example/web:1".into() }),
        http: Attr::Known(Http { port: 8080.into(), ..Http::default() }),
        ..AppService::default()
    };
    app.apply_defaults();
    app
}

fn database() -> Attr<Ref> {
    Attr::Known(Ref {
        kind: "drop_database".into(),
        access: Attr::Known(Access { security_group_id: "sg-1".into(), port: 5432.into() }),
        secret: SecretRef::current("arn:aws:secretsmanager:eu-north-1:123456789012:secret:rds!db-1".into()),
        database: Attr::Known(DatabaseRef { hostname: "orders.example".into(), name: "postgres".into() }),
        ..Ref::default()
    })
}

fn site(app: &AppService) -> Site {
    Site::of::<AppServiceResource>(&app.to_value())
}

fn specs(app: &AppService) -> Vec<Spec> {
    layout(app, &site(app)).components
}

fn change(from: &AppService, to: &AppService) -> String {
    let (earlier, mut wanted) = (specs(from), specs(to));
    mark_removed(&earlier, &mut wanted);
    let blueprint = planner::update(&wanted, &matching(&earlier), log_group::ANCHOR).unwrap();
    steps::append(&[], &blueprint).join("\n")
}

#[test]
fn the_least_configuration() {
    let blueprint = planner::create(&specs(&app()), log_group::ANCHOR).unwrap();
    insta::assert_snapshot!(steps::append(&[], &blueprint).join("\n"), @r"
    1.1 create log_group via logs:CreateLogGroup
    1.2 update log_group via logs:PutRetentionPolicy — retention_days
    1.3 create execution_role via iam:CreateRole
    1.4 update execution_role via iam:PutRolePolicy — policy
    1.5 create task_role via iam:CreateRole
    1.6 create task_security_group via ec2:CreateSecurityGroup
    1.7 create alb_security_group via ec2:CreateSecurityGroup
    1.8 update alb_security_group via ec2:AuthorizeSecurityGroupIngress — ports, peer
    1.9 update alb_security_group via ec2:AuthorizeSecurityGroupEgress — egress
    1.10 update alb_security_group via ec2:RevokeSecurityGroupEgress — egress_closed
    1.11 create task_path via ec2:AuthorizeSecurityGroupIngress
    1.12 create certificate via acm:ImportCertificate
    1.13 create load_balancer via elasticloadbalancing:CreateLoadBalancer
    1.14 update load_balancer via elasticloadbalancing:ModifyLoadBalancerAttributes — drop_invalid_headers, protected
    1.15 create target_group via elasticloadbalancing:CreateTargetGroup
    1.16 update target_group via elasticloadbalancing:ModifyTargetGroupAttributes — deregistration_delay
    1.17 create http_listener via elasticloadbalancing:CreateListener
    1.18 create https_listener via elasticloadbalancing:CreateListener
    1.19 create cluster via ecs:CreateCluster
    1.20 create task_definition via ecs:RegisterTaskDefinition
    1.21 create ecs_service via ecs:CreateService
    1.22 create scalable_target via application-autoscaling:RegisterScalableTarget
    1.23 complete log_group via logs:TagResource — creation finished
    ");
}

#[test]
fn a_new_image_is_two_calls() {
    let to = AppService { image: Attr::Known(Image { uri: "r.example/web:2".into() }), ..app() };
    insta::assert_snapshot!(change(&app(), &to), @r"
    1.1 update task_definition via ecs:RegisterTaskDefinition — image
    1.2 update ecs_service via ecs:UpdateService — task_definition
    ");
    assert_eq!(change(&to, &to), "");
}

#[test]
fn a_database_opens_one_path_grants_one_secret_and_deploys() {
    let to = AppService { database: database(), ..app() };
    insta::assert_snapshot!(change(&app(), &to), @r"
    1.1 create database_path via ec2:AuthorizeSecurityGroupIngress
    1.2 create database_grant via iam:PutRolePolicy
    1.3 update task_definition via ecs:RegisterTaskDefinition — env, secrets
    1.4 update ecs_service via ecs:UpdateService — task_definition
    ");
}

#[test]
fn without_its_database_the_path_is_closed_after_the_deployment() {
    let from = AppService { database: database(), ..app() };
    insta::assert_snapshot!(change(&from, &app()), @r"
    1.1 update task_definition via ecs:RegisterTaskDefinition — env, secrets
    1.2 update ecs_service via ecs:UpdateService — task_definition
    1.3 delete database_grant via iam:DeleteRolePolicy — not wanted any more
    1.4 delete database_path via ec2:RevokeSecurityGroupIngress — not wanted any more
    ");
}

#[test]
fn a_database_without_a_secret_grants_none() {
    let Attr::Known(mut imported) = database() else { panic!("no database") };
    imported.secret = Attr::Null;
    let to = AppService { database: Attr::Known(imported), ..app() };
    let steps = change(&app(), &to);
    assert!(steps.contains("create database_path") && !steps.contains("database_grant"), "{steps}");
}

#[test]
fn the_way_to_the_former_database_is_closed_after_the_deployment() {
    let from = AppService { database: database(), ..app() };
    let Attr::Known(mut other) = database() else { panic!("no database") };
    other.access = Attr::Known(Access { security_group_id: "sg-other".into(), port: 5432.into() });
    other.secret = SecretRef::current("arn:secret:other".into());
    let to = AppService { database: Attr::Known(other), ..app() };
    insta::assert_snapshot!(change(&from, &to), @r"
    1.1 update database_path via ec2:AuthorizeSecurityGroupIngress — way
    1.2 update database_grant via iam:PutRolePolicy — resource
    1.3 update task_definition via ecs:RegisterTaskDefinition — secrets
    1.4 update ecs_service via ecs:UpdateService — task_definition
    1.5 update database_path via ec2:RevokeSecurityGroupIngress — former
    1.6 update database_grant via iam:PutRolePolicy — former
    ");
}

#[test]
fn a_certificate_of_ones_own_takes_the_place_of_the_self_signed_one() {
    let mut to = app();
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/a";
    to.http = Attr::Known(Http { port: 8080.into(), certificate_arn: arn.into(), ..Http::default() });
    insta::assert_snapshot!(change(&app(), &to), @r"
    1.1 update https_listener via elasticloadbalancing:ModifyListener — certificate
    1.2 delete certificate via acm:DeleteCertificate — not wanted any more
    ");
}

#[test]
fn scaling_and_health_do_not_deploy() {
    let mut to = app();
    let cpu = Attr::Known(Cpu { target: 60.into() });
    to.scaling = Attr::Known(Scaling { min: 2.into(), max: 6.into(), cpu, ..Scaling::default() });
    let health = Health { path: "/up".into(), grace_period: "90s".into(), ..Health::default() };
    to.http = Attr::Known(Http { port: 8080.into(), health: Attr::Known(health), ..Http::default() });
    to.apply_defaults();
    insta::assert_snapshot!(change(&app(), &to), @r"
    1.1 update target_group via elasticloadbalancing:ModifyTargetGroup — path
    1.2 update ecs_service via ecs:UpdateService — grace_period
    1.3 update scalable_target via application-autoscaling:RegisterScalableTarget — min, max
    1.4 create cpu_policy via application-autoscaling:PutScalingPolicy
    ");
}

fn scheduled(schedules: &[(&str, &str, Option<i64>, Option<i64>)]) -> AppService {
    let schedule = |(name, cron, min, max): &(&str, &str, Option<i64>, Option<i64>)| Schedule {
        name: (*name).into(),
        cron: (*cron).into(),
        min: (*min).into(),
        max: (*max).into(),
    };
    let schedule = Attr::Known(schedules.iter().map(schedule).collect());
    let mut app = AppService { scaling: Attr::Known(Scaling { schedule, ..Scaling::default() }), ..app() };
    app.apply_defaults();
    app
}

#[test]
fn every_schedule_is_an_object_of_its_own_whatever_its_place() {
    let (day, night) = ("cron(0 7 * * ? *)", "cron(0 22 * * ? *)");
    let both = scheduled(&[("day", day, Some(2), None), ("night", night, Some(1), Some(1))]);
    insta::assert_snapshot!(change(&app(), &both), @r"
    1.1 create scheduled_action.day via application-autoscaling:PutScheduledAction
    1.2 create scheduled_action.night via application-autoscaling:PutScheduledAction
    ");
    let turned = scheduled(&[("night", night, Some(1), Some(1)), ("day", day, Some(2), None)]);
    assert_eq!(change(&both, &turned), "");
    let later = scheduled(&[("day", day, Some(3), None), ("evening", night, Some(1), Some(1))]);
    insta::assert_snapshot!(change(&both, &later), @r"
    1.1 update scheduled_action.day via application-autoscaling:PutScheduledAction — min
    1.2 create scheduled_action.evening via application-autoscaling:PutScheduledAction
    1.3 delete scheduled_action.night via application-autoscaling:DeleteScheduledAction — not wanted any more
    ");
    let mut limits = scheduled(&[]);
    limits.scaling = limits.scaling.map(|scaling| Scaling { min: 5.into(), max: 9.into(), ..scaling });
    insta::assert_snapshot!(change(&app(), &limits), @"1.1 update scalable_target via application-autoscaling:RegisterScalableTarget — min, max");
    let mut limits = both.clone();
    limits.scaling = limits.scaling.map(|scaling| Scaling { min: 5.into(), max: 9.into(), ..scaling });
    assert_eq!(change(&both, &limits), "", "the limits belong to the schedules");
}

#[test]
fn a_schedule_must_change_something() {
    for (min, max, path) in [(None, None, "scaling.schedule[0].min"), (Some(3), Some(2), "scaling.schedule[0].max")] {
        let mut told = tf_plugin::Diagnostics::new();
        AppServiceResource::review(None, &scheduled(&[("day", "rate(1 day)", min, max)]), &mut told);
        assert!(told.has_errors() && told.to_string().contains(path), "{told}");
    }
    for (time, is_right) in [
        ("cron(0 7 ? * MON-FRI *)", true),
        ("rate(5 minutes)", true),
        ("at(2026-12-24T18:00:00)", true),
        ("cron(0 7 * * *)", false),
        ("rate(0 minutes)", false),
        ("at(tomorrow)", false),
        ("0 7 * * *", false),
    ] {
        let mut told = tf_plugin::Diagnostics::new();
        scheduled(&[("day", time, Some(1), None)]).validate(&tf_plugin::Path::root(), &mut told);
        assert_eq!(!told.has_errors(), is_right, "{time}: {told}");
    }
}

#[test]
fn the_same_can_be_deployed_again() {
    let monday = AppService { redeploy_trigger: "monday".into(), ..app() };
    let deploys = "1.1 update task_definition via ecs:RegisterTaskDefinition — redeploy_trigger\n\
                   1.2 update ecs_service via ecs:UpdateService — task_definition";
    let tuesday = AppService { redeploy_trigger: "tuesday".into(), ..app() };
    for (from, to) in [(app(), monday.clone()), (monday.clone(), tuesday), (monday, app())] {
        assert_eq!(change(&from, &to), deploys);
    }
}

fn with_post_deploy(command: &str, trigger: &str) -> AppService {
    let post_deploy = PostDeploy { command: Attr::Known(vec![command.to_owned()]), trigger: trigger.into() };
    AppService { post_deploy: Attr::Known(post_deploy), ..app() }
}

#[test]
fn a_command_is_run_behind_the_deployment_and_then_remembered() {
    let first = planner::create(&specs(&with_post_deploy("migrate", "v1")), log_group::ANCHOR).unwrap();
    let first = steps::append(&[], &first);
    let of_run: Vec<&String> = first.iter().filter(|line| line.contains("post_deploy")).collect();
    insta::assert_snapshot!(of_run.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n"), @r"
    1.23 create post_deploy via ecs:RunTask
    1.24 update post_deploy via ecs:TagResource — trigger
    ");
    let to =
        AppService { image: Attr::Known(Image { uri: "r.example/web:2".into() }), ..with_post_deploy("migrate", "v2") };
    insta::assert_snapshot!(change(&with_post_deploy("migrate", "v1"), &to), @r"
    1.1 update task_definition via ecs:RegisterTaskDefinition — image
    1.2 update ecs_service via ecs:UpdateService — task_definition
    1.3 update post_deploy via ecs:RunTask — trigger
    1.4 update post_deploy via ecs:TagResource — trigger
    ");
    let (earlier, wanted) = (specs(&with_post_deploy("migrate", "v1")), specs(&to));
    let blueprint = planner::update(&wanted, &matching(&earlier), log_group::ANCHOR).unwrap();
    assert_eq!((&blueprint.steps[2].after[..], &blueprint.steps[3].after[..]), (&[1][..], &[1, 2][..]));
}

#[test]
fn only_another_reason_runs_a_command() {
    assert_eq!(change(&with_post_deploy("migrate", "v1"), &with_post_deploy("clean", "v1")), "");
    assert_eq!(change(&with_post_deploy("migrate", "v1"), &app()), "", "what was run stays so");
}
