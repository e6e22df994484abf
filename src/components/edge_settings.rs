//! The settings of a zone that an edge asks for. They belong to the whole zone, so what they were before is kept beside
//! it, in a TXT record made before the first of them is touched, and given back when the last edge that holds them goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::edge_mark::{self, DNS_WRITE, ZONE_READ};
use super::{edge_anchor, unknown_call};
use crate::cloud;
use crate::cloud::cloudflare::dns::{Dns, NewRecord, Record, RecordChange};
use crate::cloud::cloudflare::settings::{
    ALWAYS_USE_HTTPS, MIN_TLS_VERSION, NAMES, SECURITY_HEADER, SSL, Setting, ZoneSettings,
};
use crate::engine::component::{Address, Component, Freshness, Phase, Removal, Seen};
use crate::engine::error::CallError;
use crate::engine::kind::{Field, Kind};
use crate::engine::spec::Resolved;

const EDIT: &str = "cloudflare:EditZoneSetting";

/// Null is a wish too: it leaves the setting to others, and gives it back if it was ours.
pub static KIND: Kind = Kind {
    name: "zone settings",
    named: false,
    create: Some(EDIT),
    delete: Some(EDIT),
    fields: &[
        Field::in_place(SSL, EDIT),
        Field::in_place(MIN_TLS_VERSION, EDIT),
        Field::in_place(ALWAYS_USE_HTTPS, EDIT),
        Field::in_place(SECURITY_HEADER, EDIT),
    ],
    scopes: &[DNS_WRITE, "Zone Settings Write"],
    reads: &[ZONE_READ],
    ..Kind::BASE
};

/// The settings of a zone, as one edge holds them.
#[derive(Debug)]
pub struct EdgeSettings {
    /// The zone's name.
    pub zone: String,
    /// Its records, where what was before is kept.
    pub dns: Arc<dyn Dns>,
    /// Its settings.
    pub settings: Arc<dyn ZoneSettings>,
}

/// What settings were before, by name.
pub type Prior = BTreeMap<String, String>;

/// HSTS for this many seconds, as Cloudflare has it.
fn hsts(seconds: u64) -> Json {
    json!({"strict_transport_security": {
        "enabled": true, "max_age": seconds, "include_subdomains": false, "preload": false, "nosniff": false,
    }})
}

/// What other edges of the zone hold: the name of the record, and what was before.
pub async fn held_by_others(dns: &dyn Dns, zone: &str, owner: &str) -> cloud::Result<Vec<(String, Prior)>> {
    let own = name(owner, zone);
    let records = dns.records_beginning(&format!("{RECORDS}{}", edge_anchor::PREFIX)).await?;
    let others = records.into_iter().filter(|record| record.name != own);
    Ok(others.filter_map(|record| Some((record.name.clone(), kept(&record)?))).collect())
}

/// Whether a record holds what settings were before.
pub fn is_kept_in(record: &Record) -> bool {
    kept(record).is_some()
}

const RECORDS: &str = "_settings.";

fn name(owner: &str, zone: &str) -> String {
    format!("{RECORDS}{}", edge_anchor::name(owner, zone))
}

#[async_trait]
impl Component for EdgeSettings {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some((record, prior)) = self.find(at, freshness).await? else { return Ok(None) };
        let held: Vec<&str> = NAMES.into_iter().filter(|name| prior.contains_key(*name)).collect();
        let live = self.settings.settings(&held, freshness.into()).await?;
        let value = |name: &str| live.get(name).map_or(Json::Null, |setting| plain(name, &setting.value));
        Ok(Some(Seen {
            id: record.id,
            phase: Phase::Ready,
            fields: NAMES.into_iter().map(|name| (name, value(name))).collect(),
            outputs: BTreeMap::new(),
            tags: edge_mark::tags(&record.comment),
        }))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<(), CallError> {
        let _alone = self.settings.alone().await;
        let wanted: BTreeSet<&str> = NAMES.into_iter().filter(|name| is_wanted(spec, name)).collect();
        let prior = self.before(at, &wanted).await?;
        let new = NewRecord {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: edge_mark::quoted(&text(&prior)),
            proxied: false,
            comment: edge_mark::comment(&at.owner),
        };
        self.dns.create_record(&new).await?;
        self.set(spec, &wanted).await
    }

    async fn update(
        &self,
        at: &Address,
        call: &str,
        seen: &Seen,
        spec: &Resolved,
        fields: &[String],
    ) -> Result<(), CallError> {
        if call != EDIT {
            return Err(unknown_call(call));
        }
        let _alone = self.settings.alone().await;
        let held = self.find(at, Freshness::Now).await?.map(|(_, prior)| prior).unwrap_or_default();
        let named = |name: &&str| fields.iter().any(|field| field == name);
        let (wanted, let_go): (BTreeSet<&str>, BTreeSet<&str>) =
            NAMES.into_iter().filter(named).partition(|name| is_wanted(spec, name));
        let new: BTreeSet<&str> = wanted.iter().copied().filter(|name| !held.contains_key(*name)).collect();
        let mut kept = held.clone();
        kept.extend(self.before(at, &new).await?);
        self.keep(at, seen, &held, &kept).await?;
        self.set(spec, &wanted).await?;
        let given_back: Prior = held.into_iter().filter(|(name, _)| let_go.contains(name.as_str())).collect();
        self.give_back(at, &given_back).await?;
        let rest: Prior = kept.iter().filter(|(name, _)| !let_go.contains(name.as_str())).map(own).collect();
        self.keep(at, seen, &kept, &rest).await
    }

    async fn delete(&self, at: &Address, seen: &Seen, _: &Removal) -> Result<(), CallError> {
        let _alone = self.settings.alone().await;
        if let Some((_, prior)) = self.find(at, Freshness::Now).await? {
            self.give_back(at, &prior).await?;
        }
        Ok(self.dns.delete_record(&seen.id).await?)
    }
}

impl EdgeSettings {
    async fn find(&self, at: &Address, freshness: Freshness) -> Result<Option<(Record, Prior)>, CallError> {
        let records = self.dns.records(&name(&at.owner, &self.zone), freshness.into()).await?;
        Ok(records.into_iter().find_map(|record| kept(&record).map(|prior| (record, prior))))
    }

    /// What these settings were before any edge touched them: what another edge has kept of them, or what they are now.
    async fn before(&self, at: &Address, names: &BTreeSet<&str>) -> Result<Prior, CallError> {
        let asked: Vec<&str> = names.iter().copied().collect();
        // In this order: an edge that sets one in between has told of it before.
        let live = self.settings.settings(&asked, cloud::Freshness::Now).await?;
        let others = held_by_others(self.dns.as_ref(), &self.zone, &at.owner).await?;
        let of_others = |name: &str| others.iter().find_map(|(_, prior)| prior.get(name).cloned());
        let now = |name: &str| live.get(name).map(|setting| written(name, &setting.value));
        let before = |name: &str| Some((name.to_owned(), of_others(name).or_else(|| now(name))?));
        Ok(asked.into_iter().filter_map(before).collect())
    }

    async fn set(&self, spec: &Resolved, names: &BTreeSet<&str>) -> Result<(), CallError> {
        for name in names {
            let wish = spec.0.get(*name).cloned().unwrap_or_default();
            self.settings.edit_setting(name, &meant(name, wish)).await?;
        }
        Ok(())
    }

    /// Gives back what no other edge holds. What cannot be changed any more (another plan, say) is let be.
    async fn give_back(&self, at: &Address, prior: &Prior) -> Result<(), CallError> {
        if prior.is_empty() {
            return Ok(());
        }
        let others = held_by_others(self.dns.as_ref(), &self.zone, &at.owner).await?;
        let names: Vec<&str> = prior.keys().map(String::as_str).collect();
        let live = self.settings.settings(&names, cloud::Freshness::Now).await?;
        for (name, text) in prior {
            let held = others.iter().any(|(_, prior)| prior.contains_key(name));
            let differs = |setting: &&Setting| setting.editable && written(name, &setting.value) != *text;
            if !held && live.get(name).filter(differs).is_some() {
                self.settings.edit_setting(name, &read(name, text)).await?;
            }
        }
        Ok(())
    }

    async fn keep(&self, at: &Address, seen: &Seen, was: &Prior, now: &Prior) -> Result<(), CallError> {
        if was == now {
            return Ok(());
        }
        let change = RecordChange {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: edge_mark::quoted(&text(now)),
            proxied: None,
            comment: Some(edge_mark::comment(&at.owner)),
        };
        Ok(self.dns.edit_record(&seen.id, &change).await?)
    }
}

fn is_wanted(spec: &Resolved, name: &str) -> bool {
    spec.0.get(name).is_some_and(|wish| !wish.is_null())
}

fn own((name, text): (&String, &String)) -> (String, String) {
    (name.clone(), text.clone())
}

/// A live value in the form of a wish: a switch as a switch, and HSTS of our form as its seconds.
pub fn plain(name: &str, value: &Json) -> Json {
    match name {
        ALWAYS_USE_HTTPS => json!(*value == json!(ON)),
        SECURITY_HEADER => {
            let seconds = value["strict_transport_security"]["max_age"].as_u64().unwrap_or(0);
            let whole = read(name, &written(name, value));
            if whole == hsts(seconds) { json!(seconds) } else { whole }
        }
        _ => value.clone(),
    }
}

/// The value that a wish stands for.
fn meant(name: &str, wish: Json) -> Json {
    match (name, wish) {
        (SECURITY_HEADER, Json::Number(seconds)) => hsts(seconds.as_u64().unwrap_or(0)),
        (_, Json::Bool(on)) => json!(if on { ON } else { OFF }),
        (_, value) => value,
    }
}

const ON: &str = "on";
const OFF: &str = "off";

const KEPT: &str = "drop:settings";

/// What was before as the text of a record.
fn text(prior: &Prior) -> String {
    let pairs = prior.iter().map(|(name, text)| format!(" {name}={text}"));
    format!("{KEPT}{}", pairs.collect::<String>())
}

/// What a record has kept, if it is one of those.
fn kept(record: &Record) -> Option<Prior> {
    let pairs = edge_mark::unquoted(&record.content).strip_prefix(KEPT)?;
    let pair = |word: &str| word.split_once('=').map(|(name, text)| (name.to_owned(), text.to_owned()));
    Some(pairs.split_whitespace().filter_map(pair).collect())
}

/// The flags of HSTS, in the order in which they are written.
const FLAGS: [&str; 4] = ["enabled", "include_subdomains", "preload", "nosniff"];

/// A value as one word: `strict`, and for HSTS its seconds and flags, `31536000,enabled,preload`.
fn written(name: &str, value: &Json) -> String {
    if name != SECURITY_HEADER {
        return value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    }
    let header = &value["strict_transport_security"];
    let flags = FLAGS.iter().filter(|flag| header[**flag] == json!(true)).map(|flag| format!(",{flag}"));
    format!("{}{}", header["max_age"].as_u64().unwrap_or(0), flags.collect::<String>())
}

/// The value that a word stands for.
fn read(name: &str, word: &str) -> Json {
    if name != SECURITY_HEADER {
        return json!(word);
    }
    let mut parts = word.split(',');
    let seconds: u64 = parts.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
    let on: BTreeSet<&str> = parts.collect();
    let mut header = serde_json::Map::from_iter([("max_age".to_owned(), json!(seconds))]);
    header.extend(FLAGS.iter().map(|flag| ((*flag).to_owned(), json!(on.contains(flag)))));
    json!({"strict_transport_security": header})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_one_word_and_read_back() {
        let off = json!({"strict_transport_security": {
            "enabled": false, "max_age": 0, "include_subdomains": false, "preload": false, "nosniff": true}});
        for (name, value) in [(SSL, json!("full")), (SECURITY_HEADER, hsts(31_536_000)), (SECURITY_HEADER, off)] {
            let word = written(name, &value);
            assert!(!word.contains(' '));
            assert_eq!(read(name, &word), value, "{word}");
        }
        assert_eq!(written(SECURITY_HEADER, &json!({})), "0");
    }

    #[test]
    fn wishes_are_plain_words_and_numbers() {
        for (name, wish) in [(SSL, json!("full")), (SECURITY_HEADER, json!(86400)), (ALWAYS_USE_HTTPS, json!(true))] {
            assert_eq!(plain(name, &meant(name, wish.clone())), wish);
        }
        let with_subdomains = read(SECURITY_HEADER, "86400,enabled,include_subdomains");
        assert_ne!(plain(SECURITY_HEADER, &with_subdomains), json!(86400));
    }

    #[test]
    fn what_was_kept_is_read_back_from_the_record() {
        let prior: Prior = [(SSL, "flexible"), (ALWAYS_USE_HTTPS, "off"), (SECURITY_HEADER, "0,nosniff")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        let record = Record { content: edge_mark::quoted(&text(&prior)), ..Record::default() };
        assert_eq!(kept(&record), Some(prior));
        assert_eq!(kept(&Record { content: "v=spf1 -all".to_owned(), ..Record::default() }), None);
    }

    #[test]
    fn all_that_can_be_kept_fits_one_string() {
        let longest = [
            (SSL, "strict_ssl_only_origin_pull"),
            (MIN_TLS_VERSION, "1.0"),
            (ALWAYS_USE_HTTPS, "off"),
            (SECURITY_HEADER, "31536000,enabled,include_subdomains,preload,nosniff"),
        ];
        let prior: Prior = longest.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        assert!(text(&prior).len() <= 255);
    }
}
