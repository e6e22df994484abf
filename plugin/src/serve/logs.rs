//! Log events as the CLI reads them: one JSON object a line, on stderr.

use std::{fmt, io::Write};

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer, Registry,
    filter::filter_fn,
    layer::{Context, SubscriberExt},
};

use super::Options;
use crate::printable;

/// The CLI reads lines of at most 64 KiB.
const LONGEST_LINE: usize = 60_000;

/// Sends the events of this crate and of the provider's own to stderr. Does nothing if the process logs already.
pub fn install(options: &Options, level: LevelFilter) {
    let targets = options.log_targets;
    let ours = move |metadata: &Metadata<'_>| {
        *metadata.level() <= level
            && targets.iter().chain(&["tf_plugin"]).any(|target| belongs_to(metadata.target(), target))
    };
    let subscriber = Registry::default().with(Hclog.with_filter(filter_fn(ours)));
    tracing::subscriber::set_global_default(subscriber).ok();
}

/// What `TF_LOG_PROVIDER` or `TF_LOG` asks for. Filtering is the CLI's; this saves the work.
pub fn level(wanted: Option<&str>) -> LevelFilter {
    match wanted.map(str::to_ascii_lowercase).as_deref() {
        Some("trace" | "json") => LevelFilter::TRACE,
        Some("debug") => LevelFilter::DEBUG,
        Some("info") => LevelFilter::INFO,
        Some("warn") => LevelFilter::WARN,
        Some("off") => LevelFilter::OFF,
        _ => LevelFilter::ERROR,
    }
}

fn belongs_to(target: &str, of: &str) -> bool {
    target.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

struct Hclog;

impl<S: Subscriber> Layer<S> for Hclog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = line(event.metadata(), fields, OffsetDateTime::now_utc());
        std::io::stderr().lock().write_all(line.as_bytes()).ok();
    }
}

fn line(metadata: &Metadata<'_>, Fields { message, mut others }: Fields, now: OffsetDateTime) -> String {
    let level = match *metadata.level() {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    };
    // Both must be strings: the CLI crashes on anything else.
    others.insert("@level".to_owned(), level.into());
    others.insert("@message".to_owned(), message.into());
    others.insert("@module".to_owned(), metadata.target().into());
    others.insert("@timestamp".to_owned(), timestamp(now).into());
    let line = format!("{}\n", Value::Object(others));
    if line.len() <= LONGEST_LINE {
        return line;
    }
    let short = Map::from_iter([
        ("@level".to_owned(), level.into()),
        ("@message".to_owned(), format!("(a log line of {} bytes was left out)", line.len()).into()),
        ("@module".to_owned(), metadata.target().into()),
        ("@timestamp".to_owned(), timestamp(now).into()),
    ]);
    format!("{}\n", Value::Object(short))
}

/// With six digits after the point, no more and no fewer: otherwise the CLI takes the line for plain text.
fn timestamp(now: OffsetDateTime) -> String {
    let (hour, minute, second, microsecond) = now.to_hms_micro();
    let (year, month, day) = now.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}Z", u8::from(month))
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        let value = if let Value::String(text) = value { printable(text).into() } else { value };
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            ("message", value) => self.message = value.to_string(),
            (name, value) => drop(self.others.insert(name.to_owned(), value)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps lines in place of printing them.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Kept {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let now = OffsetDateTime::from_unix_timestamp_nanos(1_795_168_800_000_042_999).unwrap();
            self.0.lock().unwrap().push(line(event.metadata(), fields, now));
        }
    }

    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let kept = Kept::default();
        tracing::subscriber::with_default(Registry::default().with(kept.clone()), work);
        let lines = kept.0.lock().unwrap().clone();
        lines.iter().map(|line| serde_json::from_str(line.strip_suffix('\n').unwrap()).unwrap()).collect()
    }

    #[test]
    fn an_event_is_a_line_of_hclog() {
        let lines = logged(|| tracing::warn!(step = "create", attempt = 3, done = false, "still \"waiting\"\u{1b}[0m"));
        let line = &lines[0];
        assert_eq!(line["@level"], "warn");
        assert_eq!(line["@message"], "still \"waiting\"\\u{1b}[0m");
        assert_eq!(line["@timestamp"], "2026-11-20T10:00:00.000042Z");
        assert_eq!((&line["step"], &line["attempt"], &line["done"]), (&"create".into(), &3.into(), &false.into()));
    }

    #[test]
    fn a_line_too_long_for_the_cli_is_left_out() {
        let lines = logged(|| tracing::info!("{}", "x".repeat(100_000)));
        assert!(lines[0]["@message"].as_str().unwrap().contains("left out"));
    }

    #[test]
    fn only_the_named_crates_are_heard() {
        assert!(belongs_to("tf_plugin::dispatch", "tf_plugin"));
        assert!(!belongs_to("tf_plugin_other", "tf_plugin"));
        assert_eq!(level(Some("DEBUG")), LevelFilter::DEBUG);
        assert_eq!(level(None), LevelFilter::ERROR);
    }
}
