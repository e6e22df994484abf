//! Lines of `drift` as schema version 0 wrote them: sentences that were read again.

use crate::engine::plan::drift::Deviation;

const UNFINISHED: &str = "creation not finished: ";
const UNREAD: &str = "taken over from another provider and not looked at yet: ";
const UNBUILT: &str = "taken over from another provider and nothing of it built yet: ";
const MISSING: &str = "missing; ";
const LEFT_OVER: &str = "left over; ";
const CHANGED: &str = "changed elsewhere; ";
const VIA: &str = " via ";

/// The line with its code; `None` if it is no sentence of that version.
pub fn coded(line: &str) -> Option<String> {
    let unfinished =
        [(UNFINISHED, Deviation::Unfinished), (UNREAD, Deviation::NotYetRead), (UNBUILT, Deviation::NotYetCreated)];
    if let Some((_, deviation)) = unfinished.into_iter().find(|(start, _)| line.starts_with(start)) {
        return Some(deviation.line());
    }
    let (subject, sentence) = line.split_once(": ")?;
    let deviation = match subject.split_once('/') {
        None if sentence.starts_with(MISSING) => Deviation::Missing(subject.to_owned()),
        None if sentence.starts_with(LEFT_OVER) => Deviation::Orphaned(subject.to_owned()),
        Some((component, field)) if sentence.starts_with(CHANGED) => {
            let calls = sentence.split_once(VIA).map(|(_, calls)| calls.split(", ").map(str::to_owned).collect());
            Deviation::Changed {
                component: component.to_owned(),
                field: field.to_owned(),
                calls: calls.unwrap_or_default(),
            }
        }
        _ => return None,
    };
    Some(deviation.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_gets_its_code() {
        for (sentence, code) in [
            ("creation not finished: the next apply continues it", "unfinished"),
            ("taken over from another provider and not looked at yet: the next refresh does", "unread"),
            ("taken over from another provider and nothing of it built yet: the next apply does", "unbuilt"),
            ("db_instance: missing; drop owns it, the next apply makes it again", "missing db_instance"),
            ("certificate: left over; drop owns it, the next apply removes it", "leftover certificate"),
            ("group/tags: changed elsewhere; drop owns it, the next apply sets it back", "changed group.tags"),
            (
                "group/ports: changed elsewhere; drop owns it, the next apply sets it back via ec2:A, ec2:B",
                "changed group.ports ec2:A ec2:B",
            ),
        ] {
            let line = coded(sentence).unwrap();
            assert!(line.starts_with(&format!("{code} — ")), "{line}");
        }
    }

    #[test]
    fn what_has_a_code_stays() {
        for line in
            ["missing db_instance — deleted elsewhere", "unfinished — the next apply continues its creation", ""]
        {
            assert_eq!(coded(line), None, "{line}");
        }
    }
}
