//! The settings of a zone that an edge asks for. They belong to the whole zone, so what they were before is kept beside
//! it, in a TXT record made before the first of them is touched, and given back when the last edge that holds them goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::{Value as Json, json};

use crate::base::{CallError, Freshness};
use crate::cloud::cloudflare::dns::{Dns, NewRecord, Record, RecordChange};
use crate::cloud::cloudflare::settings::{
    ALWAYS_USE_HTTPS, MIN_TLS_VERSION, NAMES, SECURITY_HEADER, SSL, Setting, ZoneSettings,
};
use crate::components::cloudflare::edge_anchor;
use crate::components::cloudflare::manual::{self, CURL};
use crate::components::cloudflare::ownership_comment::{self, DNS_WRITE, ZONE_READ};
use crate::components::shared::unknown_call;
use crate::engine::model::kind::{Compare, Field, Kind};
use crate::engine::model::manual::Manual;
use crate::engine::model::procedure::{Procedure, Stage, Turn};
use crate::engine::model::spec::Resolved;
use crate::engine::run::component::{Address, Answer, Change, Component, DeleteOptions, Phase, Seen};

const CREATE: &str = "cloudflare:CreateDnsRecord";
const EDIT: &str = "cloudflare:EditZoneSetting";
const KEEP: &str = "cloudflare:EditDnsRecord";

/// Null is a desired value too: it leaves the setting to others, and gives it back if it was ours.
pub static KIND: Kind = Kind {
    name: "zone settings",
    named: false,
    create: Some(CREATE),
    delete: Some(EDIT),
    fields: &[
        Field::in_place(SSL, EDIT).by(&PROCEDURE).post_create().put_back().compared(Compare::OneOf),
        Field::in_place(MIN_TLS_VERSION, EDIT).by(&PROCEDURE).post_create().put_back(),
        Field::in_place(ALWAYS_USE_HTTPS, EDIT).by(&PROCEDURE).post_create().put_back(),
        Field::in_place(SECURITY_HEADER, EDIT).by(&PROCEDURE).post_create().put_back(),
    ],
    token_permissions: &[DNS_WRITE, "Zone Settings Write"],
    read_permissions: &[ZONE_READ],
    manual: commands,
    ..Kind::BASE
};

/// The settings are put back before their record is deleted.
fn commands(at: &Manual<'_>) -> Vec<String> {
    let (zone, pick) = (manual::zone(at), put_back(at.owner, at.place));
    vec![
        format!(
            "{CURL} \"{zone}/dns_records?name.startswith={PREFIX}&per_page=1000\" | jq -r '{pick}' | while read -r name body; \
             do {CURL} -X PATCH -H \"Content-Type: application/json\" -d \"$body\" \"{zone}/settings/$name\"; done"
        ),
        manual::delete_record(at, &name(at.owner, at.place)),
    ]
}

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

/// What a setting was is kept before it is set for the first time, and forgotten when it was given back. A new record has kept all
/// that are desired.
static PROCEDURE: Procedure = Procedure(&[
    Stage::new(KEEP).at(Turn::Before).when(|was, desired| was.is_some_and(Json::is_null) && !desired.is_null()),
    Stage::new(EDIT).when(|was, desired| was.is_some() || !desired.is_null()),
    Stage::new(KEEP).at(Turn::After).when(|was, desired| was.is_some_and(|was| !was.is_null()) && desired.is_null()),
]);

/// Another edge of the zone that holds settings.
#[derive(Debug)]
pub struct Holder {
    /// The name of its anchor.
    pub anchor: String,
    /// What the settings were before.
    pub prior: Prior,
    /// It is about to let go of them.
    pub leaving: bool,
}

/// The other edges of the zone that hold settings.
pub async fn others(dns: &dyn Dns, zone: &str, owner: &str, freshness: Freshness) -> crate::base::Result<Vec<Holder>> {
    let own = edge_anchor::name(owner, zone);
    let records = dns.records_beginning(PREFIX, freshness).await?;
    let holder = |record: Record| {
        let prior = kept(&record)?;
        let leaving = is_leaving(&record);
        Some(Holder { anchor: record.name.strip_prefix(RECORDS)?.to_owned(), prior, leaving })
    };
    Ok(records.into_iter().filter_map(holder).filter(|holder| holder.anchor != own).collect())
}

/// Whether a record holds what settings were before.
pub fn is_kept_in(record: &Record) -> bool {
    kept(record).is_some()
}

/// What the names of all records begin with that keep what was before.
pub const PREFIX: &str = "_settings._drop-";

const RECORDS: &str = "_settings.";

/// The name of the record of an edge.
pub fn name(owner: &str, zone: &str) -> String {
    format!("{RECORDS}{}", edge_anchor::name(owner, zone))
}

/// The jq program that turns those records into a line for each setting that nobody but this owner holds: its name and the
/// request that gives it back.
fn put_back(owner: &str, zone: &str) -> String {
    PUT_BACK.replace("$own", &format!("\"{}\"", name(owner, zone)))
}

const PUT_BACK: &str = concat!(
    r#"def kept: .content | gsub("\""; "") | split(" ")[1:][] | split("="); "#,
    r#"def flags: . as $on | [("enabled", "include_subdomains", "preload", "nosniff") "#,
    r#"| {(.): (. as $flag | $on | any(. == $flag))}] | add; "#,
    r#"def hsts: split(",") | {strict_transport_security: ({max_age: (.[0] | tonumber)} + (.[1:] | flags))}; "#,
    r#"[.result[] | select(.name != $own and (.content | contains("-leaving") | not)) | kept[0]] as $held | .result[] | select(.name == $own) | kept "#,
    r#"| . as [$name, $word] | select($held | any(. == $name) | not) "#,
    r#"| {value: (if $name == "security_header" then $word | hsts else $word end)} | "\($name) \(tojson)""#,
);

#[async_trait]
impl Component for EdgeSettings {
    async fn read(&self, at: &Address, freshness: Freshness) -> Result<Option<Seen>, CallError> {
        let Some((record, prior)) = self.find(at, freshness).await? else { return Ok(None) };
        let holds = |name: &&str| prior.contains_key(*name) && !is_leaving(&record);
        let held: Vec<&str> = NAMES.into_iter().filter(holds).collect();
        let live = self.settings.settings(&held, freshness).await?;
        Ok(Some(seen(record, &live)))
    }

    async fn create(&self, at: &Address, spec: &Resolved, _: &BTreeMap<String, String>) -> Result<Answer, CallError> {
        let _alone = self.settings.alone().await;
        let wanted: Vec<&str> = NAMES.into_iter().filter(|name| is_wanted(spec, name)).collect();
        let found = self.look(at, &wanted, at.fresh).await?;
        let prior = found.before(&wanted);
        let new = NewRecord {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: ownership_comment::quoted(&text(&prior)),
            proxied: false,
            comment: ownership_comment::comment(&at.owner),
        };
        let live = found.live.into_iter().filter(|(name, _)| prior.contains_key(name)).collect();
        Ok(Answer::Seen(seen(self.dns.create_record(&new).await?, &live)))
    }

    /// A setting is never set before what it was is kept.
    async fn update(&self, at: &Address, change: Change<'_>) -> Result<Answer, CallError> {
        let Change { call, turn, interim, seen, spec, fields } = change;
        if ![EDIT, KEEP].contains(&call) {
            return Err(unknown_call(call));
        }
        let _alone = self.settings.alone().await;
        let (record, held) = self.find(at, at.fresh).await?.unwrap_or_default();
        let named: Vec<&str> = NAMES.into_iter().filter(|name| fields.iter().any(|field| field == name)).collect();
        let found = self.look(at, &named, at.fresh).await?;
        let (wanted, let_go): (Vec<&str>, Vec<&str>) = named.into_iter().partition(|name| is_wanted(spec, name));
        let new: Vec<&str> = wanted.iter().copied().filter(|name| !held.contains_key(*name)).collect();
        let mut kept = held.clone();
        kept.extend(found.before(&new));
        if is_leaving(&record) || held != kept {
            self.keep(at, seen, &text(&kept)).await?;
        }
        if turn == Turn::Before {
            return Ok(Answer::Seen(seen.clone()));
        }
        self.set(spec, &wanted, &found).await?;
        let (given_back, rest): (Prior, Prior) =
            kept.clone().into_iter().partition(|(name, _)| let_go.contains(&name.as_str()));
        self.give_back(&given_back, &found).await?;
        if kept != rest && !interim {
            self.keep(at, seen, &text(&rest)).await?;
        }
        Ok(self.read(at, at.fresh).await?.map_or(Answer::Begun, Answer::Seen))
    }

    /// What is not as this edge has set it any more is somebody else's.
    async fn delete(&self, at: &Address, seen: &Seen, _: &DeleteOptions) -> Result<Answer, CallError> {
        let _alone = self.settings.alone().await;
        let mut left = Answer::Done;
        if let Some((record, prior)) = self.find(at, at.fresh).await? {
            let names: Vec<&str> = prior.keys().map(String::as_str).collect();
            let mut found = self.look(at, &names, at.fresh).await?;
            if !is_leaving(&record) && names.iter().any(|name| found.holder(name).is_some()) {
                // Another may be going too, and count on us: who says so last finds nobody who stays.
                self.keep(at, seen, &text(&prior).replace(KEPT, LEAVING)).await?;
                found = self.look(at, &names, Freshness::Now).await?;
            }
            let is_theirs = |name: &str| {
                if found.holder(name).is_some() {
                    return false;
                }
                let live = found.live.get(name).filter(|live| written(name, &live.value) != prior[name]);
                let desired = at.applied.get(name).filter(|desired| !desired.is_null());
                live.zip(desired).is_some_and(|(live, desired)| !suits(name, desired, &live.value))
            };
            let (theirs, ours): (Prior, Prior) = prior.clone().into_iter().partition(|(name, _)| is_theirs(name));
            self.give_back(&ours, &found).await?;
            if !theirs.is_empty() {
                let names: Vec<&str> = theirs.keys().map(String::as_str).collect();
                left = Answer::Left(format!(
                    "Somebody has changed {} of {} since this edge set it: it stays as it is now.",
                    names.join(", "),
                    self.zone
                ));
            }
        }
        self.dns.delete_record(&seen.id).await?;
        Ok(left)
    }
}

fn seen(record: Record, live: &BTreeMap<String, Setting>) -> Seen {
    let value = |name: &str| live.get(name).map_or(Json::Null, |setting| plain(name, &setting.value));
    Seen {
        id: record.id,
        phase: Phase::Ready,
        fields: NAMES.into_iter().map(|name| (name, value(name))).collect(),
        outputs: BTreeMap::new(),
        tags: ownership_comment::tags(&record.comment),
    }
}

impl EdgeSettings {
    async fn find(&self, at: &Address, freshness: Freshness) -> Result<Option<(Record, Prior)>, CallError> {
        let records = self.dns.records(&name(&at.owner, &self.zone), freshness).await?;
        Ok(records.into_iter().find_map(|record| kept(&record).map(|prior| (record, prior))))
    }

    /// Settings and their holders. Who holds a setting is asked once the setting is answered: an edge of another process that
    /// set it in between has told of it before.
    async fn look(&self, at: &Address, names: &[&str], freshness: Freshness) -> Result<Found, CallError> {
        let live = self.settings.settings(names, freshness).await?;
        let newest = live.values().filter_map(|setting| setting.answered).max();
        let freshness = newest.filter(|answered| !freshness.is_since(*answered)).map_or(freshness, Freshness::Since);
        let others = others(self.dns.as_ref(), &self.zone, &at.owner, freshness).await?;
        Ok(Found { live, others })
    }

    /// Sets what is not as desired yet: Cloudflare refuses some settings even the value that they have.
    async fn set(&self, spec: &Resolved, names: &[&str], found: &Found) -> Result<(), CallError> {
        let desired = |name: &str| spec.0.get(name).unwrap_or(&Json::Null);
        let differs =
            |name: &&&str| !found.live.get(**name).is_some_and(|live| suits(name, desired(name), &live.value));
        let edits = names.iter().filter(differs).map(|name| (*name, meant(name, preferred(desired(name)).clone())));
        self.edit(edits.collect()).await
    }

    /// Gives back what no other edge holds. What cannot be changed any more (another plan, say) is let be.
    async fn give_back(&self, prior: &Prior, found: &Found) -> Result<(), CallError> {
        let differs = |(name, text): &(&String, &String)| {
            let differs = |setting: &&Setting| setting.editable && written(name, &setting.value) != **text;
            found.holder(name).is_none() && found.live.get(*name).filter(differs).is_some()
        };
        let edits = prior.iter().filter(differs).map(|(name, text)| (name.as_str(), read(name, text)));
        self.edit(edits.collect()).await
    }

    /// Sets several settings at once. All come to their end: none is left with its answer unheard.
    async fn edit(&self, edits: Vec<(&str, Json)>) -> Result<(), CallError> {
        let edited = edits.iter().map(|(name, value)| self.settings.edit_setting(name, value));
        join_all(edited).await.into_iter().try_for_each(|edited| edited.map(|_| ()))
    }

    async fn keep(&self, at: &Address, seen: &Seen, text: &str) -> Result<(), CallError> {
        let change = RecordChange {
            name: name(&at.owner, &self.zone),
            kind: "TXT".to_owned(),
            content: ownership_comment::quoted(text),
            proxied: None,
            comment: Some(ownership_comment::comment(&at.owner)),
        };
        self.dns.edit_record(&seen.id, &change).await?;
        Ok(())
    }
}

/// What a change is decided from.
struct Found {
    live: BTreeMap<String, Setting>,
    others: Vec<Holder>,
}

impl Found {
    /// What these settings were before any edge touched them: what another edge has kept of them, or what they are now.
    fn before(&self, names: &[&str]) -> Prior {
        let now = |name: &str| self.live.get(name).map(|setting| written(name, &setting.value));
        let kept = |name: &str| self.others.iter().find_map(|other| other.prior.get(name).cloned());
        names.iter().filter_map(|name| Some(((*name).to_owned(), kept(name).or_else(|| now(name))?))).collect()
    }

    /// Another edge that holds the setting, and stays.
    fn holder(&self, name: &str) -> Option<&Holder> {
        self.others.iter().find(|other| other.prior.contains_key(name) && !other.leaving)
    }
}

fn is_wanted(spec: &Resolved, name: &str) -> bool {
    spec.0.get(name).is_some_and(|desired| !desired.is_null())
}

/// The first of several desired values; the desired value itself where it is one.
pub fn preferred(desired: &Json) -> &Json {
    desired.as_array().and_then(|values| values.first()).unwrap_or(desired)
}

/// Whether a live value is as desired.
pub fn suits(name: &str, desired: &Json, live: &Json) -> bool {
    Compare::OneOf.satisfied(desired, &plain(name, live))
}

/// A live value in the form of a desired one: a switch as a switch, and HSTS of our form as its seconds.
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

/// The value at Cloudflare that a desired value stands for.
fn meant(name: &str, desired: Json) -> Json {
    match (name, desired) {
        (SECURITY_HEADER, Json::Number(seconds)) => hsts(seconds.as_u64().unwrap_or(0)),
        (_, Json::Bool(on)) => json!(if on { ON } else { OFF }),
        (_, value) => value,
    }
}

const ON: &str = "on";
const OFF: &str = "off";

const KEPT: &str = "drop:settings";
const LEAVING: &str = "drop:settings-leaving";

/// What was before as the text of a record.
fn text(prior: &Prior) -> String {
    let pairs = prior.iter().map(|(name, text)| format!(" {name}={text}"));
    format!("{KEPT}{}", pairs.collect::<String>())
}

fn is_leaving(record: &Record) -> bool {
    ownership_comment::unquoted(&record.content).starts_with(LEAVING)
}

/// What a record has kept, if it is one of those.
fn kept(record: &Record) -> Option<Prior> {
    let pairs = ownership_comment::unquoted(&record.content).strip_prefix(KEPT)?;
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
        for (name, desired) in [(SSL, json!("full")), (SECURITY_HEADER, json!(86400)), (ALWAYS_USE_HTTPS, json!(true))]
        {
            assert_eq!(plain(name, &meant(name, desired.clone())), desired);
        }
        let with_subdomains = read(SECURITY_HEADER, "86400,enabled,include_subdomains");
        assert_ne!(plain(SECURITY_HEADER, &with_subdomains), json!(86400));
    }

    #[test]
    fn what_was_kept_is_read_back_from_the_record() {
        let prior: Prior = [(SSL, "flexible"), (ALWAYS_USE_HTTPS, "off"), (SECURITY_HEADER, "0,nosniff")]
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        let record = Record { content: ownership_comment::quoted(&text(&prior)), ..Record::default() };
        assert_eq!(kept(&record), Some(prior.clone()));
        let leaving =
            Record { content: ownership_comment::quoted(&text(&prior).replace(KEPT, LEAVING)), ..Record::default() };
        assert_eq!((kept(&leaving), is_leaving(&leaving), is_leaving(&record)), (Some(prior), true, false));
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
