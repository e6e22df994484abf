//! Cloudflare's own dry run of every rule that would be written, and its complaints as attributes.

use futures::future::try_join_all;
use serde_json::Value as Json;
use tf_plugin::{Diagnostics, Path};

use crate::base::Result;
use crate::cloud::cloudflare::rulesets::{Place, Ruleset, Write};
use crate::cloud::cloudflare::{Problem, Session};
use crate::components::cloudflare::rules::{canonical, next};
use crate::resources::edge::rules::Rule;
use crate::resources::lifecycle::Site;

use super::is_of;

/// A ruleset of the phase was made meanwhile: the apply adds to it.
const RULESET_EXISTS: i64 = 20217;

/// Rehearses what differs, each rule by the request that the apply will send.
pub async fn dry_run(
    place: &Session,
    phase: &str,
    live: Option<&Ruleset>,
    own: &[String],
    site: &Site,
    rules: &[Rule],
    diagnostics: &mut Diagnostics,
) -> Result<()> {
    let bodies: Vec<Json> = rules.iter().filter_map(|rule| rule.body.known().cloned()).collect();
    let writes = writes(live, own, &bodies);
    let asked: Vec<_> = writes.iter().map(|(_, write)| place.rulesets.dry_run(phase, live, write)).collect();
    let rehearsed = try_join_all(asked).await?;
    for ((index, _), problems) in writes.iter().zip(rehearsed) {
        for problem in problems.iter().filter(|problem| !was_made_meanwhile(problem)) {
            tell(problem, *index, rules, site, diagnostics);
        }
    }
    Ok(())
}

/// Whether the ruleset or a rule of this ref was made while the plan was looking. Refs are the provider's own: nothing
/// else can be wrong with one.
fn was_made_meanwhile(problem: &Problem) -> bool {
    problem.code == RULESET_EXISTS || problem.pointer.as_deref().is_some_and(|pointer| pointer.ends_with("/ref"))
}

/// The writes of single rules, and which rule each is about; a whole ruleset tells that itself.
fn writes(live: Option<&Ruleset>, own: &[String], wanted: &[Json]) -> Vec<(Option<usize>, Write)> {
    let Some(live) = live else {
        return next(None, own.first().map_or("", String::as_str), wanted)
            .map(|write| (None, write))
            .into_iter()
            .collect();
    };
    let name = |rule: &Json| Ruleset::text(rule, "ref").to_owned();
    let ours = || live.rules.iter().filter(|rule| is_of(own, &name(rule)));
    // A rule that goes makes room: the dry run of a new one takes its place, or it would be one too many.
    let mut going = ours().filter(|own| !wanted.iter().any(|rule| name(rule) == name(own)));
    let mut found = vec![];
    for (index, rule) in wanted.iter().enumerate() {
        let write = match ours().find(|own| name(own) == name(rule)) {
            Some(own) if canonical(own) == canonical(rule) => continue,
            Some(own) => edit(own, rule),
            None => match going.next() {
                Some(own) => edit(own, rule),
                None => Write::Add { rule: rule.clone(), place: Place::Last },
            },
        };
        found.push((Some(index), write));
    }
    found
}

fn edit(own: &Json, rule: &Json) -> Write {
    Write::Edit { id: Ruleset::text(own, "id").to_owned(), rule: rule.clone(), place: None }
}

fn tell(problem: &Problem, index: Option<usize>, rules: &[Rule], site: &Site, diagnostics: &mut Diagnostics) {
    let (named, inside) = split(problem.pointer.as_deref().unwrap_or_default());
    let rule = index.or(named).and_then(|index| rules.get(index)).or(rules.first());
    let path = rule.map_or_else(Path::root, |rule| {
        let part = rule.parts.iter().find(|(pointer, _)| inside.starts_with(pointer));
        part.map_or_else(|| rule.whole.clone(), |(_, attribute)| rule.path.attr(*attribute))
    });
    diagnostics.error_at(
        path,
        "Cloudflare would refuse the rule",
        format!(
            "A dry run of the request answered: {} (code {}). Nothing was changed.",
            site.redacted(&problem.to_string()),
            problem.cause().code
        ),
    );
}

/// Takes a pointer apart: the rule that it names, if it does, and the place inside the rule.
fn split(pointer: &str) -> (Option<usize>, &str) {
    let Some(rest) = pointer.strip_prefix("/rules/") else { return (None, pointer) };
    let (index, _) = rest.split_once('/').unwrap_or((rest, ""));
    (index.parse().ok(), &rest[index.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(slug: &str, expression: &str) -> Json {
        json!({"id": format!("id-{slug}"), "ref": format!("drop:site:{slug}"), "expression": expression})
    }

    #[test]
    fn pointers_name_a_rule_and_a_place_in_it() {
        assert_eq!(split("/rules/2/ratelimit/period"), (Some(2), "/ratelimit/period"));
        assert_eq!(split("/rules/2"), (Some(2), ""));
        assert_eq!(split("/ratelimit/period"), (None, "/ratelimit/period"));
        assert_eq!(split(""), (None, ""));
    }

    #[test]
    fn what_another_apply_has_made_meanwhile_is_no_refusal_of_the_rule() {
        let problem = |code, pointer: &str| Problem { code, pointer: Some(pointer.to_owned()), ..Problem::default() };
        assert!(was_made_meanwhile(&problem(RULESET_EXISTS, "/kind")));
        assert!(was_made_meanwhile(&problem(20124, "/ref")) && was_made_meanwhile(&problem(20124, "/rules/1/ref")));
        assert!(!was_made_meanwhile(&problem(20127, "/rules/1/expression")));
    }

    #[test]
    fn only_what_differs_is_rehearsed_and_a_new_rule_takes_the_place_of_one_that_goes() {
        let live = Ruleset { rules: vec![rule("a", "1"), rule("b", "1")], ..Ruleset::default() };
        let wanted = [rule("a", "1"), rule("c", "1"), rule("d", "1")];
        let found = writes(Some(&live), &["drop:site:".to_owned()], &wanted);
        assert!(matches!(&found[0], (Some(1), Write::Edit { id, .. }) if id == "id-b"));
        assert!(matches!(&found[1], (Some(2), Write::Add { .. })));
        assert_eq!(found.len(), 2);
    }
}
