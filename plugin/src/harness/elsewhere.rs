//! State that comes from elsewhere: an import, another type, an older version; and configuration that comes from state.

use serde_json::Value as Json;

use super::{Harness, Outcome, config, wire};
use crate::{
    Diagnostics, Path, Value,
    dispatch::{Answer, ImportCall, MoveCall},
};

impl Harness {
    /// Imports and reads. The caller goes on with `plan` or `apply`. Of several objects that an import answers, it is
    /// the one that was asked for.
    pub async fn import(&mut self, id: &str) -> Outcome {
        self.imported(ImportCall { id: id.to_owned(), ..ImportCall::default() }).await
    }

    /// Imports by an `import` block with an identity, and reads.
    pub async fn import_by_identity(&mut self, identity: Json) -> Outcome {
        let ty = self.identity_ty.clone().unwrap_or_else(|| panic!("{} has no identity", self.name));
        let identity = wire(&config::typed(&ty, &identity, &Path::root()), &ty);
        self.imported(ImportCall { identity, ..ImportCall::default() }).await
    }

    /// Takes over the state of another type, as a `moved` block does, and reads.
    pub async fn move_from(&mut self, provider: &str, source_type: &str, state: Json) -> Outcome {
        assert!(self.current.is_none(), "the state holds an object already");
        let call = MoveCall {
            source_provider: provider.to_owned(),
            source_type: source_type.to_owned(),
            source_json: state.to_string().into_bytes(),
            ..MoveCall::default()
        };
        let answer = self.dispatcher.move_state(&self.name, call).await;
        let mut diagnostics = self.configure().await;
        self.taken_over(answer, &mut diagnostics).await;
        self.outcome(None, diagnostics)
    }

    /// Brings the state of an older version into the state, upgrades and reads it.
    pub async fn upgrade_from(&mut self, version: i64, state: Json) -> Outcome {
        assert!(self.current.is_none(), "the state holds an object already");
        let answer = self.dispatcher.upgrade(&self.name, version, state.to_string().into_bytes()).await;
        let mut diagnostics = self.configure().await;
        self.taken_over(answer, &mut diagnostics).await;
        self.outcome(None, diagnostics)
    }

    /// The configuration that the provider would write for the current object.
    pub async fn generated_config(&self) -> Value {
        let answer = self.dispatcher.generate_config(&self.name, self.wire(self.state())).await;
        assert!(!answer.diagnostics.has_errors(), "{}", answer.diagnostics);
        self.decoded(answer.value.as_deref())
    }

    async fn imported(&mut self, call: ImportCall) -> Outcome {
        assert!(self.current.is_none(), "the state holds an object already");
        let mut diagnostics = self.configure().await;
        let answer = self.dispatcher.import(&self.name, call).await;
        diagnostics.extend(answer.diagnostics);
        if let Some((_, object)) = answer.imported.into_iter().next() {
            self.taken_over(object, &mut diagnostics).await;
        }
        self.outcome(None, diagnostics)
    }

    /// What an import, a move or an upgrade answers is read before anything else.
    async fn taken_over(&mut self, mut answer: Answer, diagnostics: &mut Diagnostics) {
        diagnostics.extend(std::mem::take(&mut answer.diagnostics));
        if diagnostics.has_errors() {
            return;
        }
        self.current = Some(self.object_of(answer, false));
        diagnostics.extend(self.refresh().await);
        if self.current.is_none() && !diagnostics.has_errors() {
            diagnostics.error("Nothing is there", "Reading what was taken over answered null.");
        }
    }
}
