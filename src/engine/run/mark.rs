//! The tag `drop:state` on an anchor: whether the resource is finished, its creation id, and who works on it now.
//!
//! `incomplete <creation id or -> <writer>@<unix time>` while somebody creates it (the lease) · `incomplete <creation_id>` after
//! a reported failure · `complete <creation id>` · `updating <creation_id or -> <stage>@<unix time> or - <writer>@<unix time>`
//! while a finished resource is changed by more than one call. One tag, written in one call, so that it is never half written.

use std::collections::BTreeMap;
use std::fmt;

use crate::base::RESOURCE_TAG;
use crate::engine::run::component::Seen;

/// The tag that says when the resource's life began; never changed. Client tokens derive from it.
pub const START_TAG: &str = "drop:start";
/// The tag that a [`Mark`] is written into.
pub const STATE_TAG: &str = "drop:state";

const COMPLETE: &str = "complete";
const INCOMPLETE: &str = "incomplete";
const UPDATING: &str = "updating";

/// Who works on a resource, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// A name of the process that nobody else has.
    pub writer: String,
    /// Unix time of the last renewal, by the writer's clock.
    pub at: u64,
}

/// The content of [`STATE_TAG`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Whether the last create, or its resuming, reached its last call.
    pub complete: bool,
    /// The creation id, 8 hex digits; none before the first create ended.
    pub creation_id: Option<String>,
    /// The lease, while somebody works.
    pub lease: Option<Lease>,
    /// The stage of an update that has to last for a time.
    pub stage: Option<StageMark>,
}

/// A stage of an update, and since when it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageMark {
    /// Component and stage, `<component>/<number>`.
    pub name: String,
    /// Unix time of its beginning.
    pub since: u64,
}

impl Mark {
    /// A finished resource.
    pub fn complete(creation_id: &str) -> Self {
        Self { complete: true, creation_id: Some(creation_id.to_owned()), lease: None, stage: None }
    }

    /// A reported failure.
    pub fn failed(creation_id: &str) -> Self {
        Self { complete: false, creation_id: Some(creation_id.to_owned()), lease: None, stage: None }
    }

    /// Somebody at work.
    pub fn leased(creation_id: Option<String>, writer: &str, at: u64) -> Self {
        Self { complete: false, creation_id, lease: Some(Lease { writer: writer.to_owned(), at }), stage: None }
    }

    /// Reads the tag's value. Text that nobody of us wrote counts as an unfinished resource without a lease: it is then
    /// neither handed out as complete nor waited for.
    pub fn parse(text: &str) -> Self {
        let mut words = text.split(' ');
        let state = words.next().unwrap_or_default();
        let creation_id = words.next().filter(|word| *word != "-" && !word.is_empty()).map(str::to_owned);
        let timed = |word: &str| {
            let (name, at) = word.rsplit_once('@')?;
            Some((name.to_owned(), at.parse().ok()?))
        };
        let stage = if state == UPDATING { words.next().and_then(timed) } else { None };
        let lease = words.next().and_then(timed);
        Self {
            complete: [COMPLETE, UPDATING].contains(&state),
            creation_id,
            lease: lease.map(|(writer, at)| Lease { writer, at }),
            stage: stage.map(|(name, since)| StageMark { name, since }),
        }
    }

    /// The same mark, while this writer changes a finished resource.
    #[must_use]
    pub fn updating(self, writer: &str, at: u64) -> Self {
        Self { complete: true, lease: Some(Lease { writer: writer.to_owned(), at }), ..self }
    }

    /// The same mark when the work has ended.
    #[must_use]
    pub fn released(self) -> Self {
        Self { lease: None, stage: None, ..self }
    }

    /// Whether this writer holds the lease.
    pub fn is_held_by(&self, writer: &str) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.writer == writer)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let creation_id = self.creation_id.as_deref().unwrap_or("-");
        let stage = self.stage.as_ref().map_or("-".to_owned(), |stage| format!("{}@{}", stage.name, stage.since));
        match (&self.lease, self.complete) {
            (Some(lease), true) => write!(f, "{UPDATING} {creation_id} {stage} {}@{}", lease.writer, lease.at),
            (None, true) => write!(f, "{COMPLETE} {creation_id}"),
            (Some(lease), false) => write!(f, "{INCOMPLETE} {creation_id} {}@{}", lease.writer, lease.at),
            (None, false) => write!(f, "{INCOMPLETE} {creation_id}"),
        }
    }
}

/// What an anchor's tags say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The resource it belongs to, if it says so.
    pub owner: Option<String>,
    /// When the resource's life began.
    pub start: Option<u64>,
    /// Its mark. An object that we did not make has none, and counts as complete.
    pub mark: Mark,
}

impl Marks {
    /// What stands for the marks of an object that is somebody else's: our resource is finished, and nobody works on it.
    pub fn unowned() -> Self {
        Self { owner: None, start: None, mark: Mark { complete: true, creation_id: None, lease: None, stage: None } }
    }

    /// Reads an anchor.
    pub fn of(seen: &Seen) -> Self {
        Self::from_tags(&seen.tags)
    }

    /// Reads the tags of an anchor. One without a mark was taken over, and there was nothing to finish.
    pub fn from_tags(tags: &BTreeMap<String, String>) -> Self {
        let finished = Self::unowned().mark;
        Self {
            owner: tags.get(RESOURCE_TAG).cloned(),
            start: tags.get(START_TAG).and_then(|text| text.parse().ok()),
            mark: tags.get(STATE_TAG).map_or(finished, |text| Mark::parse(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_back() {
        let forms = [
            Mark::complete("0a1b2c3d"),
            Mark::failed("0a1b2c3d"),
            Mark::leased(None, "host-1@x", 1_700_000_000),
            Mark::leased(Some("0a1b2c3d".to_owned()), "w", 1),
            Mark::complete("0a1b2c3d").updating("w", 2),
            Mark { creation_id: None, ..Mark::complete("").updating("w", 2) },
            Mark {
                stage: Some(StageMark { name: "switch.a%40b/2".to_owned(), since: 7 }),
                ..Mark::complete("1").updating("w", 2)
            },
        ];
        for mark in forms {
            assert_eq!(Mark::parse(&mark.to_string()), mark);
        }
    }

    #[test]
    fn what_was_taken_over_is_finished() {
        let mut tags = BTreeMap::from([(RESOURCE_TAG.to_owned(), "drop_edge/-/site".to_owned())]);
        assert!(Marks::from_tags(&tags).mark.complete);
        tags.insert(STATE_TAG.to_owned(), Mark::failed("0a1b2c3d").to_string());
        assert!(!Marks::from_tags(&tags).mark.complete);
    }

    #[test]
    fn foreign_text_is_unfinished() {
        for text in ["", "done", "incomplete", "incomplete - nonsense"] {
            assert!(!Mark::parse(text).complete);
            assert_eq!(Mark::parse(text).lease, None);
        }
    }
}
