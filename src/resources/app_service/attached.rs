//! The database that a service reaches, read back from the way that was opened to it and from what its tasks are told.

use std::collections::BTreeMap;

use tf_plugin::model::Leaf;
use tf_plugin::{Attr, Value};

use super::layout::DATABASE_ENV;
use crate::base::{ErrorClass, Freshness, Result};
use crate::cloud::aws::Session;
use crate::cloud::aws::ecs::TaskDefinition;
use crate::components::ec2::ingress_rule;
use crate::resources::database::{DatabaseResource, unmanaged};
use crate::resources::lifecycle::{Composite, Site};
use crate::resources::reference::{Access, DatabaseRef, Ref, SecretRef};

/// `database` and the rest of `env`, as the configuration writes them; nothing where there is no way to a database of
/// this host.
pub async fn attached(
    session: &Session,
    site: &Site,
    revision: Option<&TaskDefinition>,
    freshness: Freshness,
) -> Result<Vec<(&'static str, Value)>> {
    let Some(env) = revision.map(|revision| &revision.shape.env) else { return Ok(vec![]) };
    let Some(host) = env.get(DATABASE_ENV[0]) else { return Ok(vec![]) };
    let path = site.object_name("database_path", &ingress_rule::KIND, false);
    let rules = session.ec2.signed_ingress(&site.owner.to_string(), freshness).await?;
    let Some(rule) = rules.into_iter().find(|rule| rule.component.as_ref() == Some(&path)) else { return Ok(vec![]) };
    let at_host = |endpoint: &Option<(String, i32)>| endpoint.as_ref().is_some_and(|(name, _)| name == host);
    let instances = match session.rds.instances(freshness).await {
        // Who may not look at databases still finds the service.
        Err(error) if error.class == ErrorClass::Denied => return Ok(vec![]),
        instances => instances?,
    };
    let Some(instance) = instances.into_iter().find(|found| at_host(&found.endpoint)) else { return Ok(vec![]) };
    let of = DatabaseResource::owner_of(&unmanaged::database_of(&instance).unwrap_or_else(|| instance.id.clone()));
    let reference = Ref {
        kind: of.resource.into(),
        name: of.name.into(),
        environment: of.environment.into(),
        region: session.region.as_str().into(),
        access: Attr::Known(Access {
            security_group_id: rule.group.into(),
            port: Attr::from(instance.endpoint.map(|(_, port)| i64::from(port))),
        }),
        secret: SecretRef::current(instance.secret_arn.into()),
        database: Attr::Known(DatabaseRef {
            hostname: host.as_str().into(),
            // RDS names no database that it was not asked for.
            name: Attr::from(env.get(DATABASE_ENV[2]).cloned()),
        }),
        id: instance.arn.into(),
        ..Ref::default()
    };
    let own: BTreeMap<String, Value> = env
        .iter()
        .filter(|(name, _)| !DATABASE_ENV.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    let env = if own.is_empty() { Value::Null } else { Value::Map(own) };
    Ok(vec![("database", reference.encode()), ("env", env)])
}
