//! The computed attribute `drift`: differences in things that have no attribute, as Read found them.
//!
//! The lines are also how Plan learns of them: nothing essential may live in private data alone, which a crash loses. Each
//! line begins with a code and what it is about; the sentence behind ` — ` is for people and is never read again:
//!
//! ```text
//! unfinished — …
//! recreated — …
//! missing <component> — …
//! leftover <component> — …
//! changed <component>.<field>[ <call>…] — …
//! ```
//!
//! Names of components hold no spaces. The form is part of every state: a code keeps its meaning, a new meaning gets a new code, and a code that is not known
//! is ignored.

use std::collections::BTreeSet;

use crate::engine::model::spec::CurrentStates;

const UNFINISHED: &str = "unfinished";
const RECREATED: &str = "recreated";
const UNREAD: &str = "unread";
const UNBUILT: &str = "unbuilt";
const MISSING: &str = "missing";
const LEFT_OVER: &str = "leftover";
const CHANGED: &str = "changed";

/// What separates the code from the sentence.
const PROSE: &str = " — ";

/// One line of `drift`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deviation {
    /// A create that was interrupted.
    Unfinished,
    /// Its objects are gone, and another state created others under the same name: these are none of this state.
    Recreated,
    /// Another provider's state was taken over, and the object was not looked at since.
    NotYetRead,
    /// Another provider's state was taken over, and its create was not begun: the other's object is none of ours.
    NotYetCreated,
    /// A component that is gone.
    Missing(String),
    /// A component of ours that nobody wants: an update was interrupted, and then taken back.
    Orphaned(String),
    /// A field that is not as it was applied.
    Changed {
        /// The component.
        component: String,
        /// Its field.
        field: String,
        /// The calls that set it back, where they are others than the one of the kind's table.
        calls: Vec<String>,
    },
}

impl Deviation {
    /// The line that is shown.
    pub fn line(&self) -> String {
        format!("{}{PROSE}{}", self.code(), self.sentence())
    }

    fn code(&self) -> String {
        match self {
            Self::Unfinished => UNFINISHED.to_owned(),
            Self::Recreated => RECREATED.to_owned(),
            Self::NotYetRead => UNREAD.to_owned(),
            Self::NotYetCreated => UNBUILT.to_owned(),
            Self::Missing(component) => format!("{MISSING} {component}"),
            Self::Orphaned(component) => format!("{LEFT_OVER} {component}"),
            Self::Changed { component, field, calls } => {
                let calls = calls.iter().map(|call| format!(" {call}"));
                format!("{CHANGED} {component}.{field}{}", calls.collect::<String>())
            }
        }
    }

    fn sentence(&self) -> &'static str {
        match self {
            Self::Unfinished => "the next apply continues its creation",
            Self::Recreated => "another state created it again; nothing of it is read or changed",
            Self::NotYetRead => "imported from another provider; the next refresh reads it",
            Self::NotYetCreated => "imported from another provider; the next apply creates it",
            Self::Missing(_) => "deleted elsewhere; drop owns it, the next apply creates it again",
            Self::Orphaned(_) => "not configured any more; drop owns it, the next apply deletes it",
            Self::Changed { .. } => "changed elsewhere; drop owns it, the next apply sets it back",
        }
    }

    /// The deviation that a line speaks of; `None` for what a later version may have written.
    pub fn parse(line: &str) -> Option<Self> {
        let code = line.split_once(PROSE).map_or(line, |(code, _)| code);
        let mut words = code.split(' ');
        Some(match (words.next()?, words.next()) {
            (UNFINISHED, _) => Self::Unfinished,
            (RECREATED, _) => Self::Recreated,
            (UNREAD, _) => Self::NotYetRead,
            (UNBUILT, _) => Self::NotYetCreated,
            (MISSING, Some(component)) => Self::Missing(component.to_owned()),
            (LEFT_OVER, Some(component)) => Self::Orphaned(component.to_owned()),
            (CHANGED, Some(subject)) => {
                let (component, field) = subject.rsplit_once('.')?;
                let calls = words.filter(|word| word.contains(':')).map(str::to_owned).collect();
                Self::Changed { component: component.to_owned(), field: field.to_owned(), calls }
            }
            _ => return None,
        })
    }
}

/// The deviations that a list of lines speaks of.
pub fn parse(lines: &[String]) -> BTreeSet<Deviation> {
    lines.iter().filter_map(|line| Deviation::parse(line)).collect()
}

/// Lays deviations over what the state says.
pub fn overlay(current_states: &mut CurrentStates, deviations: &BTreeSet<Deviation>) {
    for deviation in deviations {
        match deviation {
            Deviation::Unfinished | Deviation::Recreated | Deviation::NotYetRead | Deviation::NotYetCreated => {}
            Deviation::Missing(component) => {
                current_states.remove(component);
            }
            Deviation::Orphaned(component) => {
                current_states.entry(component.clone()).or_default().left_over = true;
            }
            Deviation::Changed { component, field, calls } => {
                if let Some(standing) = current_states.get_mut(component) {
                    standing.deviating.insert(field.clone(), calls.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(component: &str, calls: &[&str]) -> Deviation {
        let calls = calls.iter().map(|call| (*call).to_owned()).collect();
        Deviation::Changed { component: component.to_owned(), field: "ingress".to_owned(), calls }
    }

    #[test]
    fn lines_are_read_back_whatever_the_labels_hold() {
        let mut all =
            vec![Deviation::Unfinished, Deviation::Recreated, Deviation::NotYetRead, Deviation::NotYetCreated];
        // Labels are escaped where components get their names.
        for component in
            ["db_security_group", "alarm.cpu", "route.www.shop.example%2F%2A", "alarm.a%3A%20b", "alarm.x.y"]
        {
            all.push(Deviation::Missing(component.to_owned()));
            all.push(Deviation::Orphaned(component.to_owned()));
            all.push(changed(component, &[]));
            all.push(changed(component, &["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]));
        }
        for deviation in all {
            assert_eq!(Deviation::parse(&deviation.line()), Some(deviation));
        }
    }

    #[test]
    fn the_codes_are_stored_in_states_and_stay_what_they_are() {
        for (code, deviation) in [
            ("unfinished", Deviation::Unfinished),
            ("recreated", Deviation::Recreated),
            ("unread", Deviation::NotYetRead),
            ("unbuilt", Deviation::NotYetCreated),
            ("missing alarm.cpu", Deviation::Missing("alarm.cpu".to_owned())),
            ("leftover certificate", Deviation::Orphaned("certificate".to_owned())),
            ("changed alarm.cpu.ingress", changed("alarm.cpu", &[])),
            ("changed group.ingress ec2:A ec2:B", changed("group", &["ec2:A", "ec2:B"])),
        ] {
            assert!(deviation.line().starts_with(&format!("{code} — ")), "{}", deviation.line());
            for prose in ["", " since=today — later", " — any other sentence — with: more, missing x"] {
                assert_eq!(Deviation::parse(&format!("{code}{prose}")).as_ref(), Some(&deviation));
            }
        }
    }

    #[test]
    fn what_a_later_version_wrote_is_ignored() {
        for line in ["", "due rotation — the next apply rotates it", "missing", "changed", "changed group"] {
            assert_eq!(Deviation::parse(line), None, "{line}");
        }
    }
}
