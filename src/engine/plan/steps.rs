//! The computed attribute `steps`: an append-only list of lines, so that a plan prints only additions and a repeated
//! deploy still shows.

use crate::engine::plan::blueprint::{BECAUSE, Blueprint, IRREVERSIBLE, Verb};

/// How many lines are kept; the oldest runs drop out beyond it.
pub const KEPT: usize = 60;

/// The earlier lines with those of a new run behind them. A blueprint without steps leaves the list as it was.
pub fn append(earlier: &[String], blueprint: &Blueprint) -> Vec<String> {
    if blueprint.steps.is_empty() {
        return earlier.to_vec();
    }
    let run = earlier.last().and_then(|line| run_of(line)).unwrap_or(0) + 1;
    let new = blueprint.steps.iter().enumerate().map(|(n, step)| format!("{run}.{} {step}", n + 1));
    let mut lines: Vec<String> = earlier.iter().cloned().chain(new).collect();
    while lines.len() > KEPT {
        let Some(oldest) = lines.first().and_then(|line| run_of(line)) else { break };
        if oldest == run {
            break;
        }
        lines.retain(|line| run_of(line) != Some(oldest));
    }
    lines
}

/// Those lines of the newest run whose steps were done, behind all earlier ones: what a failed apply stores.
pub fn keep_done(lines: &[String], done: impl Fn(usize) -> bool) -> Vec<String> {
    let newest = lines.last().and_then(|line| run_of(line));
    let keep = |line: &&String| match (run_of(line) == newest, number_of(line)) {
        (true, Some(n)) => done(n - 1),
        _ => true,
    };
    lines.iter().filter(keep).cloned().collect()
}

/// A line, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The run it belongs to, from 1.
    pub run: u64,
    /// Its number there, from 1.
    pub number: usize,
    /// What is done.
    pub verb: &'a str,
    /// To which component.
    pub component: &'a str,
    /// By which service's call.
    pub service: &'a str,
    /// The call.
    pub operation: &'a str,
    /// Why.
    pub why: Option<&'a str>,
    /// Whether it cannot be undone.
    pub irreversible: bool,
}

/// Takes a line apart, if it is one.
pub fn parse(line: &str) -> Option<Line<'_>> {
    let (numbers, step) = line.split_once(' ')?;
    let (step, irreversible) = match step.strip_suffix(IRREVERSIBLE) {
        Some(step) => (step, true),
        None => (step, false),
    };
    let (step, why) = match step.split_once(BECAUSE) {
        Some((step, why)) => (step, Some(why)),
        None => (step, None),
    };
    let words: Vec<&str> = step.split(' ').collect();
    let [verb, component, "via", call] = words[..] else { return None };
    let verb = Verb::ALL.iter().map(|known| known.word()).find(|word| *word == verb)?;
    let (service, operation) = call.split_once(':')?;
    if [component, service, operation].iter().any(|word| word.is_empty()) {
        return None;
    }
    let (run, number) = (run_of(line)?, number_of(line)?);
    // Counted from 1, and written in one way only.
    if numbers != format!("{run}.{number}") || run == 0 || number == 0 {
        return None;
    }
    Some(Line { run, number, verb, component, service, operation, why, irreversible })
}

fn run_of(line: &str) -> Option<u64> {
    line.split_once('.')?.0.parse().ok()
}

fn number_of(line: &str) -> Option<usize> {
    line.split_once('.')?.1.split_once(' ')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::plan::blueprint::Step;

    #[test]
    fn a_line_is_taken_apart() {
        for (why, irreversible) in [(None, false), (Some("size"), false), (None, true), (Some("a — b"), true)] {
            let mut run = blueprint(1);
            run.steps[0].why = why.map(str::to_owned);
            run.steps[0].irreversible = irreversible;
            let lines = append(&append(&[], &blueprint(3)), &run);
            let expected = Line {
                run: 2,
                number: 1,
                verb: "update",
                component: "db_instance",
                service: "rds",
                operation: "ModifyDBInstance",
                why,
                irreversible,
            };
            assert_eq!(parse(&lines[3]), Some(expected));
        }
        for text in [
            "",
            "1 update a via b:C",
            "1.1 update a",
            "x.1 update a via b:C",
            "1.1 update a via b",
            "1.1 update a b via c:D",
            "3.1 frob x via rds:X",
            "3.1 update x via rds:",
            "3.1 update x via :X",
            "3.1 update  via rds:X",
            "+3.1 update x via rds:X",
            "3.0 update x via rds:X",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_label_never_looks_like_a_part_of_the_line() {
        for component in ["alarm.a%20via%20b%3AC", "alarm.a%20%E2%80%94%20irreversible", "route.www.shop.example%2F%2A"]
        {
            let step = Step { irreversible: true, ..Step::new(Verb::Create, component, "cloudwatch:PutMetricAlarm") };
            let lines = append(&[], &Blueprint { steps: vec![step], ..Blueprint::default() });
            let line = parse(&lines[0]).unwrap();
            assert_eq!((line.component, line.operation), (component, "PutMetricAlarm"));
            assert!(line.irreversible && line.why.is_none());
        }
    }

    fn blueprint(count: usize) -> Blueprint {
        let step = Step::new(Verb::Update, "db_instance", "rds:ModifyDBInstance").because("size".to_owned());
        Blueprint { steps: vec![step; count], ..Blueprint::default() }
    }

    #[test]
    fn a_new_run_is_appended() {
        let once = append(&[], &blueprint(2));
        let twice = append(&once, &blueprint(1));
        assert_eq!(twice[..2], once[..]);
        assert_eq!(twice[2], "2.1 update db_instance via rds:ModifyDBInstance — size");
    }

    #[test]
    fn nothing_to_do_leaves_the_list_as_it_was() {
        let once = append(&[], &blueprint(2));
        assert_eq!(append(&once, &blueprint(0)), once);
    }

    #[test]
    fn the_oldest_runs_drop_out_whole() {
        let mut lines = vec![];
        for _ in 0..10 {
            lines = append(&lines, &blueprint(7));
        }
        assert_eq!(lines.len(), 56);
        assert!(lines[0].starts_with("3.1 "));
        assert!(lines[55].starts_with("10.7 "));
    }

    #[test]
    fn what_was_not_done_is_not_stored() {
        let lines = append(&append(&[], &blueprint(2)), &blueprint(3));
        let kept = keep_done(&lines, |n| n == 0);
        assert_eq!(kept.len(), 3);
        assert!(kept[2].starts_with("2.1 "));
    }
}
