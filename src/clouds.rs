//! What the process shares: the clouds that a Configure opened, its memory, its clock.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;
use tf_plugin::Value;
use tokio::time::Instant;

use crate::cloud::aws::{Aws, Settings};
use crate::cloud::cloudflare::{self, Zones};
use crate::engine::model::spec::Input;
use crate::engine::run::context::{Clock, OpContext, Pace, ProgressSink};
use crate::engine::run::memory::Memory;

/// How many steps of one resource run at once.
const PARALLEL: usize = 6;

/// What a Configure opened.
#[derive(Debug, Clone)]
pub struct Clouds {
    /// AWS.
    pub aws: Arc<Aws>,
    /// Cloudflare.
    pub cloudflare: Arc<Zones>,
    /// Tags for every object; unknown while the configuration is.
    pub default_tags: Input,
}

impl Clouds {
    /// The clouds of the ordinary environment, but for what is given of AWS.
    pub fn of_environment(aws: Settings) -> Self {
        Self {
            aws: Arc::new(Aws::new(aws)),
            cloudflare: Arc::new(Zones::new(cloudflare::Settings::default())),
            default_tags: Json::Object(serde_json::Map::new()).into(),
        }
    }
}

/// What all resources of the process share.
#[derive(Debug)]
pub struct Runtime {
    clouds: RwLock<Option<Clouds>>,
    /// What the process remembers of the identities it worked on; states are whole objects.
    pub memory: Memory<Value>,
    pace: Pace,
    clock: Arc<dyn Clock>,
}

impl Runtime {
    /// Nothing is configured yet.
    pub fn new(pace: Pace) -> Arc<Self> {
        Arc::new(Self { clouds: RwLock::default(), memory: Memory::default(), pace, clock: Arc::new(System) })
    }

    /// Clouds and surroundings that are already there, in tests.
    #[cfg(test)]
    pub fn over(aws: Arc<Aws>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Self::over_both(aws, Arc::new(Zones::new(cloudflare::Settings::default())), clock)
    }

    /// The same, with zones.
    #[cfg(test)]
    pub fn over_both(aws: Arc<Aws>, cloudflare: Arc<Zones>, clock: Arc<dyn Clock>) -> Arc<Self> {
        let default_tags = Json::Object(serde_json::Map::new()).into();
        Arc::new(Self {
            clouds: RwLock::new(Some(Clouds { aws, cloudflare, default_tags })),
            memory: Memory::default(),
            pace: Pace::default(),
            clock,
        })
    }

    /// The clouds; `None` before Configure and while the provider's configuration is unknown. There is no fallback to
    /// the environment then: unknown is not null.
    pub fn clouds(&self) -> Option<Clouds> {
        self.clouds.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Seconds since the epoch.
    pub fn unix_time(&self) -> u64 {
        self.clock.unix_time()
    }

    /// From now on nothing is answered from snapshots.
    pub fn end_snapshots(&self) {
        if let Some(clouds) = self.clouds() {
            clouds.aws.end_snapshots();
            clouds.cloudflare.end_snapshots();
        }
    }

    /// The surroundings of one operation.
    pub fn cx(&self, request: &tf_plugin::Cx, time: Duration) -> OpContext {
        OpContext {
            cancel: request.cancel.clone(),
            deadline: Instant::now() + time,
            parallel: PARALLEL,
            lease: self.pace.lease,
            poll: self.pace.poll,
            clock: Arc::clone(&self.clock),
            sink: ProgressSink::default(),
        }
    }

    /// Opens these clouds from now on; none while the provider's configuration is unknown.
    pub fn open(&self, clouds: Option<Clouds>) {
        self.memory.configured();
        *self.clouds.write().unwrap_or_else(PoisonError::into_inner) = clouds;
    }
}

/// The system's clock and its source of chance.
#[derive(Debug)]
struct System;

impl Clock for System {
    fn unix_time(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn random(&self) -> u32 {
        // Without a source of chance two processes could take each other for themselves: better to stop.
        getrandom::u32().unwrap_or_else(|error| panic!("the system has no source of random numbers: {error}"))
    }
}
