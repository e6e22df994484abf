//! The plan compared with the zone: its plan tier, its records, its settings, and a dry run of every rule. Only tells.

mod rehearsal;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use futures::try_join;
use tf_plugin::{Diagnostics, Path};

use super::route::leads_at;
use super::rules::{self, Rule, routes};
use super::schema::Edge;
use super::settings::{attribute, desired_settings, shown};
use crate::base::{Freshness, Result};
use crate::cloud::cloudflare::Session;
use crate::cloud::cloudflare::dns::Record;
use crate::cloud::cloudflare::rulesets::Ruleset;
use crate::cloud::cloudflare::settings::{SSL, SSL_AUTOMATIC_MODE};
use crate::cloud::cloudflare::tiers::{Limits, Tier};
use crate::components::cloudflare::dns_records::{conflicting, has_lost_its_comment, how_to_resolve};
use crate::components::cloudflare::edge_anchor::{self, marks};
use crate::components::cloudflare::edge_settings::{Holder, others, plain, preferred, suits};
use crate::components::cloudflare::ownership_comment;
use crate::components::cloudflare::rules::{PHASES, prefix};
use crate::engine::plan::blueprint::{Blueprint, Verb};
use crate::engine::run::mark::Marks;
use crate::resources::lifecycle::Site;

/// Asks only about what the blueprint will touch, everything at once.
pub async fn preflight(place: &Session, edge: &Edge, site: &Site, blueprint: &Blueprint) -> Result<Diagnostics> {
    let check = Check { place, edge, site, owner: site.owner.to_string(), blueprint };
    let mut diagnostics = Diagnostics::new();
    check.zone(&mut diagnostics);
    let phases = rules::all(edge, &check.owner);
    let rules: Vec<_> = phases.iter().map(|(component, _, rules)| check.rules(component, rules)).collect();
    let (hosts, settings, rules) = try_join!(check.hosts(), check.settings(), try_join_all(rules))?;
    [hosts, settings].into_iter().chain(rules).for_each(|found| diagnostics.extend(found));
    Ok(diagnostics)
}

struct Check<'a> {
    place: &'a Session,
    edge: &'a Edge,
    site: &'a Site,
    owner: String,
    blueprint: &'a Blueprint,
}

impl Check<'_> {
    /// The fields of a component that will be set.
    fn sets(&self, component: &str) -> BTreeSet<&str> {
        let steps = self.blueprint.steps.iter().filter(|step| step.component == component && step.verb != Verb::Delete);
        steps.flat_map(|step| &step.fields).map(String::as_str).collect()
    }

    /// Whether these are marks of the edge that this one takes the place of: what carries them is gone by then.
    fn goes(&self, is_its: impl Fn(&str) -> bool) -> bool {
        self.site.replaces.as_deref().is_some_and(is_its)
    }

    fn zone(&self, diagnostics: &mut Diagnostics) {
        let zone = &self.place.zone;
        if zone.status != "active" {
            diagnostics.warn_at(
                "zone",
                format!("{} is not active yet: Cloudflare says {}", zone.name, zone.status),
                "The edge can be made, and answers nobody until the domain's name servers are Cloudflare's.",
            );
        }
        if zone.tier.is_none() {
            diagnostics.warn_at(
                "zone",
                format!("What the plan of {} includes is not known", zone.name),
                "Cloudflare names a plan that this version does not know. Its limits are not compared with the configuration; \
                 the dry run of the rules is all that was checked.",
            );
        }
    }

    async fn hosts(&self) -> Result<Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        if self.sets("dns_records").is_empty() {
            return Ok(diagnostics);
        }
        let none = BTreeMap::new();
        let applied = self.site.applied.get("dns_records").unwrap_or(&none);
        for host in rules::hosts(self.edge) {
            let records = self.place.dns.records(host, Freshness::Snapshot).await?;
            let stays = |record: &&Record| !self.goes(|owner| record.comment == ownership_comment::comment(owner));
            let route = routes(self.edge).find(|(target, ..)| target.host == host);
            let path = route.map_or_else(|| Path::from("route"), |(_, index, route)| leads_at(index, route));
            let taken_over = self.site.recorded.get("dns_records");
            let (taken, others): (Vec<&Record>, Vec<&Record>) = conflicting(&records, &self.owner)
                .filter(stays)
                .partition(|record| Some(&record.id) == taken_over || has_lost_its_comment(record, applied));
            if taken.iter().any(|record| !record.comment.is_empty()) {
                diagnostics.warn_at(
                    path.clone(),
                    format!("The comment of the DNS record of {host} gives way"),
                    "The record's comment is where drop says whose it is. What stands there now is not kept.",
                );
            }
            let Some(rival) = others.first() else { continue };
            diagnostics.error_at(
                path,
                format!("{host} has a {} record already", rival.kind),
                format!("It is not this edge's, and is not touched. {}", how_to_resolve(host, &self.owner)),
            );
        }
        Ok(diagnostics)
    }

    async fn settings(&self) -> Result<Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let set = self.sets("edge_settings");
        let mut desired = desired_settings(self.edge, self.site);
        desired.retain(|(name, _)| set.contains(name));
        if desired.is_empty() {
            return Ok(diagnostics);
        }
        let names: Vec<&str> = desired.iter().map(|(name, _)| *name).collect();
        let live = self.place.settings.settings(&names, Freshness::Snapshot).await?;
        let zone = &self.place.zone.name;
        let mut others = others(self.place.dns.as_ref(), zone, &self.owner, Freshness::Snapshot).await?;
        others.retain(|holder| !self.goes(|owner| holder.anchor == edge_anchor::name(owner, zone)));
        let (finished, unfinished) = self.by_end(&others).await?;
        self.automatic(set.contains(SSL), &mut diagnostics).await;
        let mut changing = vec![];
        for (name, desired) in &desired {
            let Some(setting) = live.get(*name).filter(|setting| !suits(name, desired, &setting.value)) else {
                continue;
            };
            let path = Path::from("tls").attr(attribute(name));
            let (now, next) = (shown(&plain(name, &setting.value)), shown(preferred(desired)));
            let of = |holders: &[&Holder]| {
                let holder = holders.iter().find(|holder| holder.prior.contains_key(*name))?;
                Some(edge_anchor::label(&holder.anchor, zone).to_owned())
            };
            if !setting.editable {
                diagnostics.error_at(
                    path,
                    format!("{zone} does not let {name} be changed"),
                    format!(
                        "Cloudflare says that the zone's plan or the token does not allow it. It is {now}: set tls.{} to that.",
                        attribute(name)
                    ),
                );
                continue;
            }
            changing.push(format!("{name} from {now} to {next}"));
            if let Some(other) = of(&finished) {
                diagnostics.warn_at(
                    path,
                    format!("The edge \"{other}\" of this zone asks for {name}, too"),
                    format!(
                        "{name} is a setting of the whole zone. It is {now}, and becomes {next} for the hosts of both edges. Let \
                         the other edge ask for the same, wherever its configuration is: otherwise its next apply sets {name} \
                         back."
                    ),
                );
            } else if let Some(other) = of(&unfinished) {
                diagnostics.warn_at(
                    path,
                    format!("The edge \"{other}\" of this zone was begun and never finished, and asks for {name} too"),
                    "If no apply is working on it now, none will set it: `terraform-provider-drop doctor` lists it with the \
                     commands that remove it. Until then the setting is not given back when this edge goes.",
                );
            }
        }
        if !changing.is_empty() {
            diagnostics.warn_at(
                "zone",
                format!("Settings of the whole zone change: {}", changing.join(", ")),
                format!(
                    "Other hosts of {zone} get them too. What they are now is kept, and put back when the last edge that \
                     asks for them is destroyed."
                ),
            );
        }
        Ok(diagnostics)
    }

    /// Cloudflare changes the SSL mode of a zone in automatic mode by itself. A zone or a token that does not show the
    /// setting says nothing about it.
    /// <https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/#automatic-ssltls-default>
    async fn automatic(&self, sets_mode: bool, diagnostics: &mut Diagnostics) {
        if !sets_mode {
            return;
        }
        let asked = self.place.settings.settings(&[SSL_AUTOMATIC_MODE], Freshness::Snapshot).await;
        let found = asked.ok().and_then(|mut found| found.remove(SSL_AUTOMATIC_MODE));
        if found.is_some_and(|setting| setting.value == "auto") {
            let zone = &self.place.zone.name;
            diagnostics.warn_at(
                Path::from("tls").attr(attribute(SSL)),
                format!("Cloudflare chooses the SSL mode of {zone} by itself"),
                "The zone is in automatic mode: Cloudflare may change the mode at any time, and a later plan then shows it \
                 as drift. Choose the custom mode under SSL/TLS in the dashboard, or leave tls.mode out.",
            );
        }
    }

    /// Holders that were finished once, and those that were not: such a one may have set nothing.
    async fn by_end<'h>(&self, holders: &'h [Holder]) -> Result<(Vec<&'h Holder>, Vec<&'h Holder>)> {
        let (mut finished, mut unfinished) = (vec![], vec![]);
        for holder in holders.iter().filter(|holder| !holder.leaving) {
            let anchors = self.place.dns.records(&holder.anchor, Freshness::Snapshot).await?;
            let ended = anchors.iter().filter_map(marks).any(|tags| Marks::from_tags(&tags).mark.complete);
            if ended { finished.push(holder) } else { unfinished.push(holder) }
        }
        Ok((finished, unfinished))
    }

    async fn rules(&self, component: &str, rules: &[Rule]) -> Result<Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        if self.sets(component).is_empty() {
            return Ok(diagnostics);
        }
        let Some((_, phase)) = PHASES.iter().find(|(name, _)| *name == component) else { return Ok(diagnostics) };
        let live = self.place.rulesets.ruleset(phase, Freshness::Snapshot).await?;
        // Rules that go with the edge that is replaced make room, as those of this one do.
        let own: Vec<String> =
            [Some(&self.owner), self.site.replaces.as_ref()].into_iter().flatten().map(|owner| prefix(owner)).collect();
        let mut found = Diagnostics::new();
        if let Some(tier) = self.place.zone.tier {
            count(tier, component, live.as_ref(), &own, rules, &mut found);
            for rule in rules {
                within(tier, rule, &mut found);
            }
        }
        let refused = found.has_errors();
        diagnostics.extend(found);
        if refused {
            return Ok(diagnostics);
        }
        if rules.iter().any(|rule| rule.body.known().is_none()) {
            diagnostics.warn(
                format!("The {} were not rehearsed", component.replace('_', " ")),
                "Something in them is not known yet: whether Cloudflare takes them is seen at apply.",
            );
            return Ok(diagnostics);
        }
        rehearsal::dry_run(self.place, phase, live.as_ref(), &own, self.site, rules, &mut diagnostics).await?;
        Ok(diagnostics)
    }
}

/// Whether a rule's name begins with one of these.
fn is_of(prefixes: &[String], name: &str) -> bool {
    prefixes.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

/// Rules are counted over the whole zone, whoever's they are. Where none is added nothing is refused: that there are too
/// many already is not this edge's doing.
fn count(
    tier: Tier,
    component: &str,
    live: Option<&Ruleset>,
    own: &[String],
    rules: &[Rule],
    diagnostics: &mut Diagnostics,
) {
    let most = |limits: &Limits| match component {
        "custom_rules" => limits.custom_rules,
        "rate_limits" => limits.rate_limits,
        _ => limits.cache_rules,
    };
    let names = live.into_iter().flat_map(|ruleset| &ruleset.rules).map(|rule| Ruleset::text(rule, "ref"));
    let (ours, others): (Vec<&str>, Vec<&str>) = names.partition(|name| is_of(own, name));
    let is_there = |rule: &Rule| rule.body.known().is_some_and(|body| ours.contains(&Ruleset::text(body, "ref")));
    let (most_here, wanted, foreign) = (most(tier.limits()), rules.len(), others.len());
    let room = most_here.saturating_sub(foreign);
    let Some(beyond) = rules.iter().rfind(|rule| !is_there(rule)).filter(|_| wanted > room) else { return };
    let what = component.replace('_', " ");
    let alternative = match Tier::least(|limits| most(limits) >= foreign + wanted) {
        Some(tier) => format!("Ask for at most {room}, take away some of the others, or move the zone to {tier}."),
        None => format!("Ask for at most {room}, or take away some of the others."),
    };
    diagnostics.error_at(
        beyond.whole.clone(),
        format!("A zone on the {tier} plan has at most {most_here} {what}"),
        format!("This edge asks for {wanted}, and the zone has {foreign} others. {alternative}"),
    );
}

/// What the plan lets a single rule ask for.
fn within(tier: Tier, rule: &Rule, diagnostics: &mut Diagnostics) {
    let Some(body) = rule.body.known() else { return };
    let limits = tier.limits();
    let instead = |allows: &dyn Fn(&Limits) -> bool| {
        Tier::least(allows).map_or(String::new(), |tier| format!(", or move the zone to {tier}"))
    };
    if let Some(period) = body["ratelimit"]["period"].as_u64() {
        if period > limits.rate_period {
            diagnostics.error_at(
                rule.path.attr("period"),
                format!("The {tier} plan does not count over so long a time"),
                format!(
                    "It counts over at most {}s. Set period = \"{}s\"{}.",
                    limits.rate_period,
                    limits.rate_period,
                    instead(&|limits| limits.rate_period >= period)
                ),
            );
        }
        if !limits.rate_challenge && Ruleset::text(body, "action") != "block" {
            diagnostics.error_at(
                rule.path.attr("action"),
                format!("A rate limit on the {tier} plan can only block"),
                format!("Set action = \"block\"{}.", instead(&|limits| limits.rate_challenge)),
            );
        }
        if !limits.rate_by_host && Ruleset::text(body, "expression").contains("http.host") {
            diagnostics.error_at(
                rule.path.attr("scope"),
                format!("The {tier} plan cannot tell hosts apart in a rate limit"),
                format!(
                    "Set scope = \"zone\", which counts on every host of the zone{}.",
                    instead(&|limits| limits.rate_by_host)
                ),
            );
        }
    }
    if let Some(ttl) = body["action_parameters"]["edge_ttl"]["default"].as_u64()
        && ttl < limits.edge_ttl
    {
        diagnostics.error_at(
            rule.whole.clone(),
            format!("The {tier} plan does not keep things for so short a time"),
            format!(
                "It keeps them for at least {}s. Ask for that or more, or for \"0s\" to keep nothing{}.",
                limits.edge_ttl,
                instead(&|limits| limits.edge_ttl <= ttl)
            ),
        );
    }
}
