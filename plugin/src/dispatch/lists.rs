//! Lists, as streams.

use std::sync::Arc;

use futures::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Dispatcher, Wire, decode,
    offered::{Offered, Shape, find},
};
use crate::{
    Attr, Diagnostics, Found, ListItem, ListRequest, ListResource, Resource, Type, ValidateListRequest, Value,
    model::Leaf, provider::Sent,
};

/// What is to be listed.
#[derive(Debug, Default)]
pub(crate) struct ListCall {
    pub name: String,
    pub config: Wire,
    pub include_resource: bool,
    /// No limit unless it is positive.
    pub limit: i64,
}

#[derive(Debug, Default)]
pub(crate) struct ListEvent {
    pub identity: Option<Vec<u8>>,
    pub display_name: String,
    pub object: Option<Vec<u8>>,
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for ListEvent {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { diagnostics, ..Self::default() }
    }
}

impl Dispatcher {
    pub async fn validate_list(&self, name: &str, config: Wire, include_resource: Wire, limit: Wire) -> Diagnostics {
        self.guarded(&format!("ValidateListResourceConfig of {name}"), async {
            let Offered { thing, shape } = self.list_resource(name)?;
            let (config, mut diagnostics) = shape.config_to_validate(&config)?;
            let request = ValidateListRequest {
                config,
                include_resource: argument(name, "include_resource", &include_resource)?,
                limit: argument(name, "limit", &limit)?,
                cx: self.cx(),
            };
            diagnostics.extend(thing.validate(request).await);
            Ok(diagnostics)
        })
        .await
    }

    /// The work is a part of the stream: it goes on as far as the stream is read, and ends with it.
    pub fn list(self: &Arc<Self>, call: ListCall) -> impl Stream<Item = ListEvent> + Send + use<> {
        let (sink, items) = mpsc::channel(1);
        let this = Arc::clone(self);
        let include = call.include_resource;
        let name = call.name.clone();
        let work = async move { this.list_into(call, sink).await };
        let work = stream::once(work).filter_map(|()| async { None });
        let this = Arc::clone(self);
        let events = ReceiverStream::new(items).filter_map(move |sent| {
            let event = match sent {
                Sent::Item(item) => Some(this.event(&name, item, include)),
                Sent::End(diagnostics) => (!diagnostics.is_empty()).then(|| diagnostics.into()),
            };
            async { event }
        });
        stream::select(events, work)
    }

    async fn list_into(&self, call: ListCall, sink: mpsc::Sender<Sent>) {
        let limit = u64::try_from(call.limit).ok().filter(|limit| *limit > 0);
        let mut found = Found::new(sink.clone(), limit);
        let end: Diagnostics = self
            .guarded(&format!("ListResource of {}", call.name), async {
                let Offered { thing, shape } = self.list_resource(&call.name)?;
                let config = shape.config(&call.config)?;
                let include_resource = call.include_resource;
                Ok(thing.list(ListRequest { config, include_resource, limit, cx: self.cx() }, &mut found).await)
            })
            .await;
        sink.send(Sent::End(end)).await.ok();
    }

    fn event(&self, name: &str, item: ListItem, include: bool) -> ListEvent {
        let Ok(Offered { thing, shape }) = self.resource(name) else {
            return Diagnostics::failure(format!("{name} cannot be listed"), "There is no such resource type.").into();
        };
        encoded(shape, &**thing, item, include)
    }

    fn list_resource(&self, name: &str) -> Result<&Offered<dyn ListResource>, Diagnostics> {
        find(&self.lists, "list of", name)
    }
}

fn encoded(shape: &Shape, resource: &dyn Resource, item: ListItem, include: bool) -> ListEvent {
    let ListItem { identity, display_name, object, mut diagnostics } = item;
    let derived = object.as_ref().map(|object| resource.identify(object)).unwrap_or_default();
    let identity = shape.identity_listed(&identity, &derived, &mut diagnostics);
    if include && object.is_none() && !diagnostics.has_errors() {
        diagnostics.warn(
            format!("Only the identity of {} {display_name} is known", shape.name),
            "Its whole object was asked for, and could not be read.",
        );
    }
    let object = object.filter(|_| include);
    let object = object.and_then(|object| {
        let answer = super::ValueAnswer::known(shape, "listed object", object, std::mem::take(&mut diagnostics));
        diagnostics = answer.diagnostics;
        answer.value
    });
    ListEvent { identity, display_name, object, diagnostics }
}

/// An argument of the `list` block itself.
fn argument<T: Leaf>(name: &str, what: &str, wire: &Wire) -> Result<Attr<T>, Diagnostics> {
    let ty: Type = T::ty();
    let value: Value = decode(name, what, wire, &ty)?;
    let mut diagnostics = Diagnostics::new();
    let argument = T::decode(&value, &crate::Path::from(what), &mut diagnostics);
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(argument) }
}
