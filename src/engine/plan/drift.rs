//! The computed attribute `drift`: what Read found different in things that have no attribute, and who owns them.
//!
//! The lines are also how Plan learns of it: nothing essential may live in private data alone, which a crash loses.

use std::collections::BTreeSet;

use crate::engine::model::spec::Standings;

/// The line that says that a create, or the resuming of one, has not reached its last call.
pub const UNFINISHED: &str = "creation not finished: the next apply continues it";

/// The line of a state that came from another provider.
const UNREAD: &str = "taken over from another provider and not looked at yet: the next refresh does";

/// The line of a state that came from another provider, whose object is to be had anew beside that one.
const UNBUILT: &str = "taken over from another provider and nothing of it built yet: the next apply does";

const MISSING: &str = "missing";
const LEFT_OVER: &str = "left over";
const VIA: &str = " via ";

/// One line of `drift`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deviation {
    /// A create that was interrupted.
    Unfinished,
    /// Another provider's state was taken over, and the object was not looked at since.
    Unread,
    /// Another provider's state was taken over, and its create was not begun: the other's object is none of ours.
    Unbuilt,
    /// A component that is gone.
    Missing(String),
    /// A component of ours that nobody wants: an update was interrupted, and then taken back.
    LeftOver(String),
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
        match self {
            Self::Unfinished => UNFINISHED.to_owned(),
            Self::Unread => UNREAD.to_owned(),
            Self::Unbuilt => UNBUILT.to_owned(),
            Self::Missing(component) => format!("{component}: {MISSING}; drop owns it, the next apply makes it again"),
            Self::LeftOver(component) => format!("{component}: {LEFT_OVER}; drop owns it, the next apply removes it"),
            Self::Changed { component, field, calls } => {
                let via = if calls.is_empty() { String::new() } else { format!("{VIA}{}", calls.join(", ")) };
                format!("{component}/{field}: changed elsewhere; drop owns it, the next apply sets it back{via}")
            }
        }
    }

    /// The deviation that a line speaks of.
    pub fn parse(line: &str) -> Option<Self> {
        if line == UNFINISHED {
            return Some(Self::Unfinished);
        }
        if line == UNREAD {
            return Some(Self::Unread);
        }
        if line == UNBUILT {
            return Some(Self::Unbuilt);
        }
        let (subject, what) = line.split_once(": ")?;
        match subject.split_once('/') {
            Some((component, field)) => {
                let calls = what.split_once(VIA).map(|(_, calls)| calls.split(", ").map(str::to_owned).collect());
                let (component, field) = (component.to_owned(), field.to_owned());
                Some(Self::Changed { component, field, calls: calls.unwrap_or_default() })
            }
            None if what.starts_with(MISSING) => Some(Self::Missing(subject.to_owned())),
            None if what.starts_with(LEFT_OVER) => Some(Self::LeftOver(subject.to_owned())),
            None => None,
        }
    }
}

/// The deviations that a list of lines speaks of.
pub fn parse(lines: &[String]) -> BTreeSet<Deviation> {
    lines.iter().filter_map(|line| Deviation::parse(line)).collect()
}

/// Lays deviations over what the state says.
pub fn overlay(standings: &mut Standings, deviations: &BTreeSet<Deviation>) {
    for deviation in deviations {
        match deviation {
            Deviation::Unfinished | Deviation::Unread | Deviation::Unbuilt => {}
            Deviation::Missing(component) => {
                standings.remove(component);
            }
            Deviation::LeftOver(component) => {
                standings.entry(component.clone()).or_default().left_over = true;
            }
            Deviation::Changed { component, field, calls } => {
                if let Some(standing) = standings.get_mut(component) {
                    standing.deviating.insert(field.clone(), calls.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(calls: &[&str]) -> Deviation {
        let calls = calls.iter().map(|call| (*call).to_owned()).collect();
        Deviation::Changed { component: "db_security_group".to_owned(), field: "ingress".to_owned(), calls }
    }

    #[test]
    fn lines_are_read_back() {
        let all = [
            Deviation::Unfinished,
            Deviation::Unread,
            Deviation::Unbuilt,
            Deviation::Missing("alarm.cpu".to_owned()),
            Deviation::LeftOver("certificate".to_owned()),
            changed(&[]),
            changed(&["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]),
        ];
        for deviation in all {
            assert_eq!(Deviation::parse(&deviation.line()), Some(deviation));
        }
        assert_eq!(Deviation::parse("something a later version wrote"), None);
    }
}
