//! Every required attribute of everything that a provider offers, given as null.

use std::sync::Arc;

use futures::{Stream, StreamExt};

use super::wire;
use crate::{
    Block, Diagnostics, NestedBlock, Nesting, Path, Provider, Schema, Value,
    dispatch::{ApplyCall, Dispatcher, ListCall, PlanCall, Wire},
    provider::Told,
};

/// Panics with every required attribute for which a call takes null, wherever in a configuration it stands, or for which
/// validation refuses what is only unknown. Answers the attributes that were tried, as `drop_database: name`.
///
/// The configurations are made from the schemas, so that no new attribute escapes. All else that they must have is unknown.
pub async fn check_required(provider: impl Provider) -> Vec<String> {
    let dispatcher = Dispatcher::new(Arc::new(provider));
    let mut tried = vec![];
    let own = ("provider", dispatcher.provider_schema());
    for (offer, (name, schema)) in std::iter::once((Offer::Provider, own))
        .chain(dispatcher.resource_schemas().map(|schema| (Offer::Resource, schema)))
        .chain(dispatcher.data_source_schemas().map(|schema| (Offer::DataSource, schema)))
        .chain(dispatcher.ephemeral_schemas().map(|schema| (Offer::Ephemeral, schema)))
        .chain(dispatcher.list_schemas().map(|schema| (Offer::List, schema)))
        .chain(dispatcher.action_schemas().map(|schema| (Offer::Action, schema)))
    {
        for Case { path, null, unknown } in cases(&schema.block) {
            let refuses = |told: &Diagnostics| {
                told.errors().any(|error| error.path == path && error.summary.contains("Missing value"))
            };
            for (call, told) in offer.asked(&dispatcher, name, schema, &null).await {
                assert!(refuses(&told), "{call} of {name} takes null for {path}:\n{told}");
            }
            let (call, told) = offer.validated(&dispatcher, name, &wire(&unknown, &schema.ty())).await;
            assert!(!refuses(&told), "{call} of {name} refuses what is unknown for {path}:\n{told}");
            tried.push(format!("{name}: {path}"));
        }
    }
    tried
}

/// A required attribute, and two configurations that differ in it alone.
struct Case {
    path: Path,
    null: Value,
    unknown: Value,
}

/// Each required attribute of a block and of the blocks inside.
fn cases(block: &Block) -> Vec<Case> {
    let own = block.attributes.iter().filter(|attribute| attribute.required).map(|attribute| Case {
        path: Path::from(attribute.name.as_str()),
        null: with(block, &attribute.name, Value::Null),
        unknown: with(block, &attribute.name, Value::UNKNOWN),
    });
    let inside = block.blocks.iter().flat_map(|nested| {
        cases(&nested.block).into_iter().map(|case| Case {
            path: place(nested)
                .steps()
                .iter()
                .chain(if nested.nesting == Nesting::Set { &[] } else { case.path.steps() })
                .cloned()
                .collect(),
            null: with(block, &nested.name, one(nested, case.null)),
            unknown: with(block, &nested.name, one(nested, case.unknown)),
        })
    });
    own.chain(inside).collect()
}

/// A block with what it must have, unknown, and this beside it.
fn with(block: &Block, name: &str, value: Value) -> Value {
    let attributes = block
        .attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), if attribute.required { Value::UNKNOWN } else { Value::Null }));
    let blocks = block.blocks.iter().map(|nested| {
        let needed = nested.min > 0;
        (
            nested.name.clone(),
            if needed { one(nested, with(&nested.block, "", Value::Null)) } else { nested.empty_value() },
        )
    });
    let mut whole = Value::object(attributes.chain(blocks));
    if let Some(slot) = whole.as_members_mut().and_then(|members| members.get_mut(name)) {
        *slot = value;
    }
    whole
}

/// One block, in the collection that its nesting asks for.
fn one(nested: &NestedBlock, block: Value) -> Value {
    match nested.nesting {
        Nesting::Single | Nesting::Group => block,
        Nesting::List => Value::List(vec![block]),
        Nesting::Set => Value::Set(vec![block]),
        Nesting::Map => Value::Map([("k".to_owned(), block)].into()),
    }
}

/// Where that block is.
fn place(nested: &NestedBlock) -> Path {
    let path = Path::from(nested.name.as_str());
    match nested.nesting {
        Nesting::Single | Nesting::Group | Nesting::Set => path,
        Nesting::List => path.index(0),
        Nesting::Map => path.key("k"),
    }
}

#[derive(Clone, Copy)]
enum Offer {
    Provider,
    Resource,
    DataSource,
    Ephemeral,
    List,
    Action,
}

impl Offer {
    async fn validated(self, dispatcher: &Arc<Dispatcher>, name: &str, config: &Wire) -> (&'static str, Diagnostics) {
        let config = config.clone();
        match self {
            Self::Provider => ("ValidateProviderConfig", dispatcher.validate_provider(config).await),
            Self::Resource => ("ValidateResourceConfig", dispatcher.validate(name, config, true).await),
            Self::DataSource => ("ValidateDataResourceConfig", dispatcher.validate_data(name, config).await),
            Self::Ephemeral => ("ValidateEphemeralResourceConfig", dispatcher.validate_ephemeral(name, config).await),
            Self::List => {
                let (include, limit) = (Wire::default(), Wire::default());
                ("ValidateListResourceConfig", dispatcher.validate_list(name, config, include, limit).await)
            }
            Self::Action => ("ValidateActionConfig", dispatcher.validate_action(name, config).await),
        }
    }

    /// What every call tells that is given this configuration, for something that does not exist yet.
    async fn asked(
        self,
        dispatcher: &Arc<Dispatcher>,
        name: &str,
        schema: &Schema,
        config: &Value,
    ) -> Vec<(&'static str, Diagnostics)> {
        let ty = schema.ty();
        let (config, nothing) = (wire(config, &ty), wire(&Value::Null, &ty));
        let mut told = vec![self.validated(dispatcher, name, &config).await];
        match self {
            Self::Provider => {
                told.push(("ConfigureProvider", dispatcher.configure(config, "1.0.0".to_owned()).await));
            }
            Self::Resource => {
                let (prior, proposed) = (nothing.clone(), config.clone());
                let plan = PlanCall { prior, proposed, config: config.clone(), ..PlanCall::default() };
                told.push(("PlanResourceChange", dispatcher.plan(name, plan).await.diagnostics));
                let (prior, planned) = (nothing, config.clone());
                let apply = ApplyCall { prior, planned, config, ..ApplyCall::default() };
                told.push(("ApplyResourceChange", dispatcher.apply(name, apply).await.diagnostics));
            }
            Self::DataSource => told.push(("ReadDataSource", dispatcher.read_data(name, config).await.diagnostics)),
            Self::Ephemeral => told.push(("OpenEphemeralResource", dispatcher.open(name, config).await.diagnostics)),
            Self::List => {
                let call = ListCall { name: name.to_owned(), config, ..ListCall::default() };
                let events = dispatcher.list(call).map(|event| event.diagnostics);
                told.push(("ListResource", all(events).await));
            }
            Self::Action => {
                told.push(("PlanAction", dispatcher.plan_action(name, config.clone()).await));
                let events = dispatcher.invoke(name, config).map(|event| match event {
                    Told::Progress(_) => Diagnostics::new(),
                    Told::Completed(diagnostics) => diagnostics,
                });
                told.push(("InvokeAction", all(events).await));
            }
        }
        told
    }
}

async fn all(events: impl Stream<Item = Diagnostics>) -> Diagnostics {
    events.collect::<Vec<_>>().await.into_iter().flatten().collect()
}
