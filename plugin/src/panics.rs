//! A panic in a handler becomes a diagnostic, and the process goes on.

use std::{any::Any, cell::RefCell, panic::AssertUnwindSafe};

use futures::FutureExt;

use crate::{Diagnostic, Path, Severity};

thread_local! {
    /// Where the last panic of this thread was. The hook runs on the thread that catches.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Replaces the default hook, whose text could hold values: what was formatted into a panic is not printed.
pub fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let message = literal(info.payload());
        tracing::error!(place = place.as_deref().unwrap_or("?"), "the provider panicked: {message}");
        PLACE.with(|cell| *cell.borrow_mut() = place);
    }));
}

/// Runs `work`, which serves the call `rpc`.
pub async fn guard<T>(rpc: &str, work: impl Future<Output = T>) -> Result<T, Diagnostic> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|payload| {
        let place = PLACE.with(|cell| cell.borrow_mut().take());
        let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
        Diagnostic {
            severity: Severity::Error,
            summary: format!("The provider crashed in {rpc}"),
            detail: format!(
                "{}{place}. This is a bug in the provider: please report it with this text.",
                literal(&*payload)
            ),
            path: Path::root(),
        }
    })
}

/// The message of a panic if it was written as a literal. A formatted one may hold a secret.
fn literal(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_formatted_panic_keeps_its_values_to_itself() {
        let secret = String::from("hunter2");
        let diagnostic = guard::<()>("Plan", async { panic!("bad password {secret}") }).await.unwrap_err();
        assert!(diagnostic.summary.contains("Plan"));
        assert!(!diagnostic.detail.contains("hunter2"), "{}", diagnostic.detail);
    }

    #[tokio::test]
    async fn a_literal_panic_is_told() {
        let diagnostic = guard::<()>("Plan", async { panic!("no such step") }).await.unwrap_err();
        assert!(diagnostic.detail.starts_with("no such step"));
    }
}
