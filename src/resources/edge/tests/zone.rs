//! A zone in memory: enough for edges, with a count of changing calls, the one of them to fail, and births.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tf_plugin::harness::Harness;
use tokio::sync::OwnedMutexGuard;

use crate::base::{CallError, ErrorClass, Freshness, Result};
use crate::cloud::aws::{Aws, Settings};
use crate::cloud::cloudflare::cache::{Cache, PURGE, Purge};
use crate::cloud::cloudflare::claims::Claims;
use crate::cloud::cloudflare::dns::{Dns, NewRecord, Record, RecordChange};
use crate::cloud::cloudflare::rulesets::{Place, Ruleset, Rulesets, Write, Written};
use crate::cloud::cloudflare::settings::{Setting, ZoneSettings};
use crate::cloud::cloudflare::tiers::Tier;
use crate::cloud::cloudflare::{Problem, Session, Zone, Zones};
use crate::clouds::Runtime;
use crate::engine::run::context::Clock;
use crate::resources::edge::EdgeResource;
use crate::resources::lifecycle::Run;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error, and nothing was done.
    Refused,
    /// An error, and it was done.
    Lost,
}

#[derive(Debug)]
pub struct State {
    pub tier: Tier,
    pub records: Vec<Record>,
    pub settings: BTreeMap<String, Setting>,
    pub rulesets: BTreeMap<String, Ruleset>,
    /// What was taken out of the cache.
    pub purged: Vec<Purge>,
    /// What a dry run answers.
    pub problems: Vec<Problem>,
    /// Changing calls since the fault was set.
    pub calls: Vec<String>,
    /// Questions that no snapshot may answer.
    pub asked_now: u32,
    /// Somebody adds this rule just before our next write to a phase.
    pub writer: Option<Json>,
    /// Rules are kept with another description than they were sent with.
    pub keeps_otherwise: bool,
    fault: Option<(usize, Fault)>,
    born: usize,
}

#[derive(Debug, Clone)]
pub struct FakeZone {
    state: Arc<Mutex<State>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

/// How a call is recorded that writes the lease of an update.
pub const LEASE: &str = "lease";
pub const ZONE: &str = "shop.example";

/// The ref of a service that serves HTTP, as an origin.
pub fn service_ref(name: &str, hostname: Json, certificate: Json) -> Json {
    json!({
        "type": "drop_app_service", "name": name, "environment": null, "id": null, "region": "eu-north-1",
        "http": {"hostname": hostname, "port": 443, "certificate": certificate},
        "access": null, "secret": null, "database": null, "network": null, "grants": null,
    })
}

impl Default for FakeZone {
    fn default() -> Self {
        let setting = |value: Json| Setting { value, editable: true, answered: None };
        let header = json!({"strict_transport_security": {"enabled": false, "max_age": 0,
            "include_subdomains": false, "preload": false, "nosniff": false}});
        let settings = [
            ("ssl", json!("flexible")),
            ("min_tls_version", json!("1.0")),
            ("always_use_https", json!("off")),
            ("security_header", header),
        ];
        let state = State {
            tier: Tier::Pro,
            records: vec![Record {
                id: "mail".to_owned(),
                name: ZONE.to_owned(),
                kind: "MX".to_owned(),
                content: "mail.example".to_owned(),
                ..Record::default()
            }],
            settings: settings.map(|(name, value)| (name.to_owned(), setting(value))).into(),
            rulesets: BTreeMap::new(),
            purged: vec![],
            problems: vec![],
            calls: vec![],
            asked_now: 0,
            writer: None,
            keeps_otherwise: false,
            fault: None,
            born: 0,
        };
        Self { state: Arc::new(Mutex::new(state)), lock: Arc::default() }
    }
}

impl FakeZone {
    pub fn session(&self) -> Session {
        let zone = Zone {
            id: "z1".to_owned(),
            name: ZONE.to_owned(),
            account: "a1".to_owned(),
            tier: Some(self.state().tier),
            status: "active".to_owned(),
        };
        let (dns, settings, rulesets) = (Arc::new(self.clone()), Arc::new(self.clone()), Arc::new(self.clone()));
        Session { zone, dns, settings, rulesets, cache: Arc::new(self.clone()), claims: Claims::default() }
    }

    pub fn runtime(&self) -> Arc<Runtime> {
        let zones = Zones::fixed(self.session());
        Runtime::over_both(Arc::new(Aws::new(Settings::default())), Arc::new(zones), Arc::new(Ticking))
    }

    /// A process that knows one edge.
    pub fn edge(&self) -> Harness {
        Harness::new("drop_edge", Run::<EdgeResource>::over(self.runtime()))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Fails the `call`-th changing call from now on.
    pub fn fail(&self, call: usize, fault: Fault) {
        let mut state = self.state();
        state.calls.clear();
        state.fault = Some((call, fault));
    }

    pub fn heal(&self) {
        let mut state = self.state();
        state.fault = None;
        state.calls.clear();
    }

    /// The changing calls since the fault was set, without those that only write the lease of an update.
    pub fn changes(&self) -> Vec<String> {
        self.state().calls.iter().filter(|call| *call != LEASE).cloned().collect()
    }

    /// The marks of an edge.
    pub fn mark(&self, edge: &str) -> String {
        let state = self.state();
        let anchor = state.records.iter().find(|record| record.name == format!("_drop-{edge}.{ZONE}"));
        anchor
            .and_then(|record| record.comment.split_once("state="))
            .map(|(_, mark)| mark.to_owned())
            .unwrap_or_default()
    }

    /// Everything that bears an edge's mark, with its id.
    pub fn objects(&self) -> BTreeMap<String, String> {
        let state = self.state();
        let ours = |record: &&Record| record.comment.starts_with("drop:") || record.name.starts_with("_drop-");
        let records = state.records.iter().filter(ours).map(|record| (record.name.clone(), record.id.clone()));
        let rules = state.rulesets.values().flat_map(|ruleset| &ruleset.rules);
        let text = |rule: &Json, field: &str| rule[field].as_str().unwrap_or_default().to_owned();
        let rules =
            rules.map(|rule| (text(rule, "ref"), text(rule, "id"))).filter(|(name, _)| name.starts_with("drop:"));
        records.chain(rules).collect()
    }

    /// What settings are, as words.
    pub fn setting(&self, name: &str) -> String {
        self.state().settings[name].value.as_str().unwrap_or_default().to_owned()
    }

    /// Puts somebody else's rules into a phase.
    pub fn seed(&self, phase: &str, rules: &[Json]) {
        let ruleset = Ruleset {
            id: format!("rs-{phase}"),
            description: "by hand".to_owned(),
            version: "7".to_owned(),
            rules: rules.to_vec(),
        };
        self.state().rulesets.insert(phase.to_owned(), ruleset);
    }

    /// The rules of a phase that are nobody's edge's, as text.
    pub fn foreign(&self, phase: &str) -> Vec<String> {
        let state = self.state();
        let all = state.rulesets.get(phase).map(|ruleset| ruleset.rules.clone()).unwrap_or_default();
        let foreign = all.iter().filter(|rule| !rule["ref"].as_str().unwrap_or_default().starts_with("drop:"));
        foreign.map(ToString::to_string).collect()
    }

    fn asked(&self, freshness: Freshness) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.asked_now += u32::from(freshness.is_now());
        state
    }

    fn change<T>(&self, call: &str, act: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        let mut state = self.state();
        state.calls.push(call.to_owned());
        let fault = state.fault.filter(|(at, _)| *at == state.calls.len()).map(|(_, fault)| fault);
        if fault != Some(Fault::Refused) {
            let result = act(&mut state);
            if fault.is_none() {
                return result;
            }
        }
        Err(error(call, ErrorClass::Unavailable, "0"))
    }
}

fn error(call: &str, kind: ErrorClass, code: &str) -> CallError {
    let (call, code) = (call.to_owned(), Some(code.to_owned()));
    CallError { call, code, message: "said the cloud".to_owned(), request_id: Some("ray-1".to_owned()), class: kind }
}

impl State {
    fn born(&mut self) -> String {
        self.born += 1;
        format!("id{}", self.born)
    }
}

#[async_trait]
impl Cache for FakeZone {
    async fn purge(&self, what: &Purge) -> Result<()> {
        self.change(PURGE, |state| {
            state.purged.push(what.clone());
            Ok(())
        })
    }
}

#[async_trait]
impl Dns for FakeZone {
    async fn records(&self, name: &str, freshness: Freshness) -> Result<Vec<Record>> {
        Ok(self.asked(freshness).records.iter().filter(|record| record.name == name).cloned().collect())
    }

    async fn records_marked(&self, comment: &str, freshness: Freshness) -> Result<Vec<Record>> {
        Ok(self.asked(freshness).records.iter().filter(|record| record.comment == comment).cloned().collect())
    }

    async fn records_beginning(&self, prefix: &str, freshness: Freshness) -> Result<Vec<Record>> {
        Ok(self.asked(freshness).records.iter().filter(|record| record.name.starts_with(prefix)).cloned().collect())
    }

    async fn record(&self, id: &str, freshness: Freshness) -> Result<Option<Record>> {
        Ok(self.asked(freshness).records.iter().find(|record| record.id == id).cloned())
    }

    async fn create_record(&self, new: &NewRecord) -> Result<Record> {
        let call = "cloudflare:CreateDnsRecord";
        self.change(call, |state| {
            let same_name = |record: &&Record| record.name == new.name;
            let answers = |kind: &str| matches!(kind, "A" | "AAAA" | "CNAME");
            if state
                .records
                .iter()
                .filter(same_name)
                .any(|record| record.kind == new.kind && record.content == new.content)
            {
                return Err(error(call, ErrorClass::Exists, "81058"));
            }
            if answers(&new.kind) && state.records.iter().filter(same_name).any(|record| answers(&record.kind)) {
                return Err(error(call, ErrorClass::Exists, "81053"));
            }
            let id = state.born();
            let record = Record {
                id,
                name: new.name.clone(),
                kind: new.kind.clone(),
                content: new.content.clone(),
                proxied: new.proxied,
                comment: new.comment.clone(),
            };
            state.records.push(record.clone());
            Ok(record)
        })
    }

    async fn edit_record(&self, id: &str, change: &RecordChange) -> Result<Record> {
        let updating = |comment: &str| comment.contains("updating");
        let was_updating = self.state().records.iter().any(|record| record.id == id && updating(&record.comment));
        let is_lease = was_updating || change.comment.as_deref().is_some_and(updating);
        let call = if is_lease { LEASE } else { "cloudflare:EditDnsRecord" };
        self.change(call, |state| {
            let found = state.records.iter_mut().find(|record| record.id == id);
            let record = found.ok_or_else(|| error(call, ErrorClass::NotFound, "81044"))?;
            record.kind.clone_from(&change.kind);
            record.content.clone_from(&change.content);
            record.proxied = change.proxied.unwrap_or(record.proxied);
            record.comment = change.comment.clone().unwrap_or(record.comment.clone());
            Ok(record.clone())
        })
    }

    async fn delete_record(&self, id: &str) -> Result<()> {
        let call = "cloudflare:DeleteDnsRecord";
        self.change(call, |state| {
            let before = state.records.len();
            state.records.retain(|record| record.id != id);
            if state.records.len() == before { Err(error(call, ErrorClass::NotFound, "81044")) } else { Ok(()) }
        })
    }
}

#[async_trait]
impl ZoneSettings for FakeZone {
    async fn settings(&self, names: &[&str], freshness: Freshness) -> Result<BTreeMap<String, Setting>> {
        let state = self.asked(freshness);
        Ok(names.iter().filter_map(|name| Some(((*name).to_owned(), state.settings.get(*name)?.clone()))).collect())
    }

    async fn edit_setting(&self, name: &str, value: &Json) -> Result<Setting> {
        let call = "cloudflare:EditZoneSetting";
        self.change(call, |state| {
            let setting = state.settings.get_mut(name).ok_or_else(|| error(call, ErrorClass::NotFound, "1007"))?;
            if !setting.editable {
                return Err(error(call, ErrorClass::Invalid, "1007"));
            }
            setting.value = value.clone();
            Ok(setting.clone())
        })
    }

    async fn alone(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.lock).lock_owned().await
    }
}

#[async_trait]
impl Rulesets for FakeZone {
    async fn ruleset(&self, phase: &str, freshness: Freshness) -> Result<Option<Ruleset>> {
        Ok(self.asked(freshness).rulesets.get(phase).cloned())
    }

    async fn write(&self, phase: &str, seen: Option<&Ruleset>, write: &Write) -> Result<Written> {
        let call = match write {
            Write::Create { .. } => "cloudflare:CreateRuleset",
            Write::Add { .. } => "cloudflare:CreateRule",
            Write::Edit { .. } => "cloudflare:EditRule",
            Write::Remove { .. } => "cloudflare:DeleteRule",
        };
        self.change(call, |state| {
            if let Some(rule) = state.writer.take()
                && let Some(ruleset) = state.rulesets.get_mut(phase)
            {
                ruleset.rules.push(rule);
                raise(ruleset);
            }
            write_to(state, phase, write)?;
            if state.keeps_otherwise {
                let rules = state.rulesets.get_mut(phase).map(|ruleset| &mut ruleset.rules);
                rules.into_iter().flatten().for_each(|rule| rule["description"] = json!("kept otherwise"));
            }
            let ruleset = state.rulesets.get(phase).cloned();
            let number = |ruleset: &Ruleset| ruleset.version.parse::<u64>().unwrap_or(0);
            let interleaved = match (seen, &ruleset) {
                (Some(before), Some(after)) => number(after) != number(before) + 1,
                _ => false,
            };
            Ok(Written { ruleset, interleaved })
        })
    }

    async fn dry_run(&self, _: &str, _: Option<&Ruleset>, _: &Write) -> Result<Vec<Problem>> {
        Ok(self.state().problems.clone())
    }

    async fn alone(&self, _: &str) -> OwnedMutexGuard<()> {
        Arc::clone(&self.lock).lock_owned().await
    }
}

fn raise(ruleset: &mut Ruleset) {
    ruleset.version = (ruleset.version.parse::<u64>().unwrap_or(0) + 1).to_string();
}

fn write_to(state: &mut State, phase: &str, write: &Write) -> Result<()> {
    let call = "cloudflare:WriteRules";
    let none = || error(call, ErrorClass::NotFound, "10003");
    if let Write::Create { description, rules } = write {
        if state.rulesets.contains_key(phase) {
            return Err(error(call, ErrorClass::Exists, "20217"));
        }
        let rules = rules.iter().map(|rule| with_id(rule, state.born())).collect();
        let (id, version) = (state.born(), "1".to_owned());
        state.rulesets.insert(phase.to_owned(), Ruleset { id, description: description.clone(), version, rules });
        return Ok(());
    }
    let id = state.born();
    let ruleset = state.rulesets.get_mut(phase).ok_or_else(none)?;
    let at = |rules: &[Json], id: &str| rules.iter().position(|rule| rule["id"] == id).ok_or_else(none);
    match write {
        Write::Create { .. } => {}
        Write::Add { rule, place } => {
            let index = match place {
                Place::Last => ruleset.rules.len(),
                Place::After(id) => at(&ruleset.rules, id)? + 1,
                Place::Before(id) => at(&ruleset.rules, id)?,
            };
            ruleset.rules.insert(index, with_id(rule, id));
        }
        Write::Edit { id, rule, place } => {
            let index = at(&ruleset.rules, id)?;
            let rule = with_id(rule, id.clone());
            ruleset.rules.remove(index);
            let index = match place {
                None => index,
                Some(Place::Last) => ruleset.rules.len(),
                Some(Place::After(id)) => at(&ruleset.rules, id)? + 1,
                Some(Place::Before(id)) => at(&ruleset.rules, id)?,
            };
            ruleset.rules.insert(index, rule);
        }
        Write::Remove { id } => {
            let index = at(&ruleset.rules, id)?;
            ruleset.rules.remove(index);
        }
    }
    raise(ruleset);
    Ok(())
}

fn with_id(rule: &Json, id: String) -> Json {
    let mut rule = rule.clone();
    rule["id"] = json!(id);
    rule["version"] = json!("1");
    rule["last_updated"] = json!("2026-11-21T00:00:00Z");
    rule
}

/// A clock that stands, and counting chance; no two processes draw the same.
#[derive(Debug)]
struct Ticking;

static DRAWN: AtomicU32 = AtomicU32::new(1);

impl Clock for Ticking {
    fn unix_time(&self) -> u64 {
        1_700_000_000
    }

    fn random(&self) -> u32 {
        DRAWN.fetch_add(1, Ordering::SeqCst).wrapping_mul(2_654_435_761)
    }
}
