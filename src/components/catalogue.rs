//! Every kind of object that resources are made of, and how it is reached: one line a kind.

use std::sync::Arc;

use crate::base::{CallError, ErrorClass, Result};
use crate::cloud::{aws, cloudflare};
use crate::components::acm::certificate::{self, Certificate};
use crate::components::autoscaling::scalable_target::{self, ScalableTarget};
use crate::components::autoscaling::scaling_policy::{self, ScalingPolicy};
use crate::components::autoscaling::scheduled_action::{self, ScheduledAction};
use crate::components::cloudflare::cache_purge::{self, CachePurge};
use crate::components::cloudflare::dns_records::{self, DnsRecords};
use crate::components::cloudflare::edge_anchor::{self, EdgeAnchor};
use crate::components::cloudflare::edge_settings::{self, EdgeSettings};
use crate::components::cloudflare::rules::{self, Rules};
use crate::components::ec2::db_security_group::{self, DbSecurityGroup};
use crate::components::ec2::ingress_rule::{self, IngressRule};
use crate::components::ec2::network::{self, Network};
use crate::components::ec2::security_group::{self, SecurityGroup};
use crate::components::ecs::cluster::{self, Cluster};
use crate::components::ecs::ecs_service::{self, EcsService};
use crate::components::ecs::task_definition::{self, TaskDefinition};
use crate::components::ecs::task_run::{self, TaskRun};
use crate::components::elb::listener::{self, Listener};
use crate::components::elb::load_balancer::{self, LoadBalancer};
use crate::components::elb::target_group::{self, TargetGroup};
use crate::components::iam::grant::{self, Grant};
use crate::components::iam::iam_role::{self, IamRole};
use crate::components::logs::log_group::{self, LogGroup};
use crate::components::rds::db_instance::{self, DbInstance};
use crate::components::rds::db_parameter_group::{self, DbParameterGroup};
use crate::components::rds::db_subnet_group::{self, DbSubnetGroup};
use crate::engine::model::kind::Kind;
use crate::engine::model::name::ComponentName;
use crate::engine::run::component::Component;

/// A place that is open.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// A region of an AWS account.
    Aws(&'a aws::Session),
    /// A zone at Cloudflare.
    Zone(&'a cloudflare::Session),
}

/// A kind, and how its objects are reached.
struct Entry {
    kind: &'static Kind,
    /// The words that its components are called by.
    words: &'static [&'static str],
    door: Door,
}

#[derive(Clone, Copy)]
enum Door {
    Aws(fn(&aws::Session) -> Arc<dyn Component>),
    Zone(fn(&cloudflare::Session) -> Arc<dyn Component>),
}

const fn aws(
    kind: &'static Kind,
    words: &'static [&'static str],
    open: fn(&aws::Session) -> Arc<dyn Component>,
) -> Entry {
    Entry { kind, words, door: Door::Aws(open) }
}

const fn zone(
    kind: &'static Kind,
    words: &'static [&'static str],
    open: fn(&cloudflare::Session) -> Arc<dyn Component>,
) -> Entry {
    Entry { kind, words, door: Door::Zone(open) }
}

/// Users stand behind what they use: what no configuration names any more is removed from the end.
static CATALOGUE: &[Entry] = &[
    aws(&network::KIND, &["network"], |at| Arc::new(Network(at.ec2.clone()))),
    aws(&log_group::KIND, &["log_group"], |at| Arc::new(LogGroup(at.logs.clone()))),
    aws(&iam_role::KIND, &["iam_role", "execution_role", "task_role"], |at| Arc::new(IamRole(at.iam.clone()))),
    aws(&security_group::KIND, &["security_group", "alb_security_group", "task_security_group"], |at| {
        Arc::new(SecurityGroup(at.ec2.clone()))
    }),
    aws(&ingress_rule::KIND, &["ingress_rule", "database_path", "task_path"], |at| {
        Arc::new(IngressRule(at.ec2.clone()))
    }),
    aws(&grant::SECRET, &["secret_grant", "database_grant"], |at| Arc::new(Grant::secret(at.iam.clone()))),
    aws(&grant::IMAGE, &["image_grant"], |at| Arc::new(Grant::image(at.iam.clone()))),
    aws(&certificate::KIND, &["certificate"], |at| Arc::new(Certificate(at.acm.clone()))),
    aws(&load_balancer::KIND, &["load_balancer"], |at| Arc::new(LoadBalancer(at.elb.clone()))),
    aws(&target_group::KIND, &["target_group"], |at| Arc::new(TargetGroup(at.elb.clone()))),
    aws(&listener::HTTP, &["http_listener"], |at| Arc::new(Listener { elb: at.elb.clone(), port: 80 })),
    aws(&listener::HTTPS, &["https_listener"], |at| Arc::new(Listener { elb: at.elb.clone(), port: 443 })),
    aws(&cluster::KIND, &["cluster"], |at| Arc::new(Cluster(at.ecs.clone()))),
    aws(&task_definition::KIND, &["task_definition"], |at| Arc::new(TaskDefinition { ecs: at.ecs.clone() })),
    aws(&ecs_service::KIND, &["ecs_service"], |at| Arc::new(EcsService { ecs: at.ecs.clone(), logs: at.logs.clone() })),
    aws(&scalable_target::KIND, &["scalable_target"], |at| {
        Arc::new(ScalableTarget { autoscaling: at.autoscaling.clone(), ecs: at.ecs.clone() })
    }),
    aws(&scaling_policy::KIND, &["scaling_policy", "cpu_policy"], |at| {
        Arc::new(ScalingPolicy { autoscaling: at.autoscaling.clone(), ecs: at.ecs.clone() })
    }),
    aws(&scheduled_action::KIND, &["scheduled_action"], |at| {
        Arc::new(ScheduledAction { autoscaling: at.autoscaling.clone(), ecs: at.ecs.clone() })
    }),
    aws(&task_run::KIND, &["post_deploy"], |at| Arc::new(TaskRun { ecs: at.ecs.clone(), logs: at.logs.clone() })),
    aws(&db_subnet_group::KIND, &["db_subnet_group"], |at| Arc::new(DbSubnetGroup(at.rds.clone()))),
    aws(&db_security_group::KIND, &["db_security_group"], |at| Arc::new(DbSecurityGroup(at.ec2.clone()))),
    aws(&db_parameter_group::KIND, &["db_parameter_group"], |at| Arc::new(DbParameterGroup(at.rds.clone()))),
    aws(&db_instance::KIND, &["db_instance"], |at| Arc::new(DbInstance(at.rds.clone()))),
    zone(&edge_anchor::KIND, &["edge_anchor"], |at| {
        Arc::new(EdgeAnchor { zone: at.zone.name.clone(), dns: at.dns.clone() })
    }),
    zone(&edge_settings::KIND, &["edge_settings"], |at| {
        Arc::new(EdgeSettings { zone: at.zone.name.clone(), dns: at.dns.clone(), settings: at.settings.clone() })
    }),
    zone(&rules::CUSTOM, &["custom_rules"], |at| Arc::new(Rules::custom(at.rulesets.clone()))),
    zone(&rules::RATE, &["rate_limits"], |at| Arc::new(Rules::rate(at.rulesets.clone()))),
    zone(&rules::CACHE, &["cache_rules"], |at| Arc::new(Rules::cache(at.rulesets.clone()))),
    zone(&dns_records::KIND, &["dns_records"], |at| Arc::new(DnsRecords(at.dns.clone()))),
    zone(&cache_purge::KIND, &["cache_purge"], |at| {
        Arc::new(CachePurge { zone: at.zone.name.clone(), dns: at.dns.clone(), cache: at.cache.clone() })
    }),
];

/// The calls of a kind of object in a place.
///
/// # Errors
/// The kind is not one of that cloud's: a defect of a layout.
pub fn open(kind: &'static Kind, scope: Scope<'_>) -> Result<Arc<dyn Component>> {
    let door = CATALOGUE.iter().find(|entry| std::ptr::eq(entry.kind, kind)).map(|entry| entry.door);
    match (door, scope) {
        (Some(Door::Aws(open)), Scope::Aws(session)) => Ok(open(session)),
        (Some(Door::Zone(open)), Scope::Zone(session)) => Ok(open(session)),
        (Some(_), _) => Err(CallError::own(kind.name, ErrorClass::Invalid, "this kind of object is not found there")),
        (None, _) => Err(CallError::own(kind.name, ErrorClass::Invalid, "this kind is not in the catalogue")),
    }
}

/// The kind of a component by its name, and its position in the catalogue.
pub fn kind_of(name: &ComponentName) -> Option<(usize, &'static Kind)> {
    let position = CATALOGUE.iter().position(|entry| entry.words.contains(&name.kind()))?;
    Some((position, CATALOGUE[position].kind))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_is_found_by_each_of_its_words_and_by_itself_alone() {
        let mut words = BTreeSet::new();
        for (position, entry) in CATALOGUE.iter().enumerate() {
            for word in entry.words {
                assert!(words.insert(*word), "{word} means two kinds");
                let (found, kind) = kind_of(&ComponentName::from(*word)).unwrap();
                assert!(found == position && std::ptr::eq(kind, entry.kind), "{word}");
            }
            let same = CATALOGUE.iter().filter(|other| std::ptr::eq(other.kind, entry.kind));
            assert_eq!(same.count(), 1, "{}", entry.kind.name);
        }
        assert!(kind_of(&ComponentName::labelled("alarm", "cpu")).is_none());
        let labelled = ComponentName::labelled("security_group", "a.b");
        assert!(std::ptr::eq(kind_of(&labelled).unwrap().1, &security_group::KIND));
    }
}
