//! Reads of one walk, answered from lists instead of one by one.
//!
//! All Reads of one walk sit in one process, ten at a time. The first Read of a kind asks for itself; the second lists the
//! kind's whole scope ahead of the others; what the list does not have is asked one by one. A snapshot lives from
//! Configure to the first Apply, [`LIFE`] at most. Waits and steps never use it, nor does what comes under management; what
//! is only shown does. Who asks for what the first asked for shares its answer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;

use crate::base::{Freshness, Result};

/// How long a snapshot may be used.
const LIFE: Duration = Duration::from_secs(60);

/// The time between a Configure and the first Apply.
#[derive(Debug, Clone, Default)]
pub struct SnapshotWindow {
    ended: Arc<AtomicBool>,
}

impl SnapshotWindow {
    /// From now on every answer is asked for.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    fn is_over(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// The snapshot of one kind of object in one account and region.
#[derive(Debug)]
pub struct Snapshot<V> {
    window: SnapshotWindow,
    stage: Mutex<Stage<V>>,
}

#[derive(Debug)]
enum Stage<V> {
    Unasked,
    Asked(Instant, String, Arc<OnceCell<Option<V>>>),
    Listed(Instant, BTreeMap<String, V>),
}

impl<V: Clone> Snapshot<V> {
    /// An empty snapshot.
    pub fn new(window: SnapshotWindow) -> Self {
        Self { window, stage: Mutex::new(Stage::Unasked) }
    }

    /// The object of that key, from the list where that is allowed.
    pub async fn get(
        &self,
        key: &str,
        freshness: Freshness,
        one: impl AsyncFnOnce() -> Result<Option<V>>,
        all: impl AsyncFnOnce() -> Result<BTreeMap<String, V>>,
    ) -> Result<Option<V>> {
        if freshness.is_now() || self.window.is_over() {
            return one().await;
        }
        let shared = {
            let mut stage = self.stage.lock().await;
            match &*stage {
                Stage::Unasked => {
                    let answer = Arc::<OnceCell<Option<V>>>::default();
                    *stage = Stage::Asked(Instant::now(), key.to_owned(), Arc::clone(&answer));
                    answer
                }
                Stage::Asked(at, first, answer) if first == key && at.elapsed() < LIFE => Arc::clone(answer),
                Stage::Listed(at, found) if at.elapsed() < LIFE && found.contains_key(key) => {
                    return Ok(found.get(key).cloned());
                }
                Stage::Listed(at, _) if at.elapsed() < LIFE => Arc::default(),
                _ => {
                    // The others wait here and find the list when it is complete.
                    let found = all().await?;
                    let value = found.get(key).cloned();
                    *stage = Stage::Listed(Instant::now(), found);
                    if value.is_some() {
                        return Ok(value);
                    }
                    Arc::default()
                }
            }
        };
        shared.get_or_try_init(|| one()).await.cloned()
    }

    /// All objects: an earlier list where that is allowed.
    pub async fn every(
        &self,
        freshness: Freshness,
        all: impl AsyncFnOnce() -> Result<BTreeMap<String, V>>,
    ) -> Result<BTreeMap<String, V>> {
        if freshness.is_now() || self.window.is_over() {
            return all().await;
        }
        let mut stage = self.stage.lock().await;
        if let Stage::Listed(at, found) = &*stage
            && at.elapsed() < LIFE
        {
            return Ok(found.clone());
        }
        let found = all().await?;
        *stage = Stage::Listed(Instant::now(), found.clone());
        Ok(found)
    }
}

/// What is asked for once in a walk, or once in a run, however many want to know it: where one call tells of all there is,
/// or where all there is are a few. What this process writes is added to what is known.
pub struct Memo<V> {
    window: SnapshotWindow,
    by_key: Mutex<BTreeMap<String, Answer<V>>>,
}

struct Answer<V> {
    asked: Instant,
    cell: Arc<OnceCell<V>>,
    /// What was written since it was asked for. The answer may have it in it already: each can be done twice.
    written: Vec<Written<V>>,
}

type Written<V> = Arc<dyn Fn(&mut V) + Send + Sync>;

impl<V> fmt::Debug for Memo<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo").field("window", &self.window).finish_non_exhaustive()
    }
}

impl<V> Default for Answer<V> {
    fn default() -> Self {
        Self { asked: Instant::now(), cell: Arc::default(), written: vec![] }
    }
}

impl<V: Clone> Memo<V> {
    /// Nothing is asked for yet.
    pub fn new(window: SnapshotWindow) -> Self {
        Self { window, by_key: Mutex::default() }
    }

    /// Whether an answer may be shared.
    pub fn is_fresh_enough(&self, freshness: Freshness) -> bool {
        match freshness {
            Freshness::Snapshot | Freshness::Shown => !self.window.is_over(),
            Freshness::Since(_) => true,
            Freshness::Now => false,
        }
    }

    /// The answer of that key: an earlier one where that is allowed.
    pub async fn get(&self, key: &str, freshness: Freshness, ask: impl AsyncFnOnce() -> Result<V>) -> Result<V> {
        if !self.is_fresh_enough(freshness) {
            return ask().await;
        }
        let shared = {
            let mut by_key = self.by_key.lock().await;
            let answer = by_key.entry(key.to_owned()).or_default();
            let too_early = matches!(freshness, Freshness::Since(moment) if answer.asked < moment);
            if too_early || answer.asked.elapsed() >= LIFE {
                *answer = Answer::default();
            }
            Arc::clone(&answer.cell)
        };
        let mut value = shared.get_or_try_init(|| ask()).await.cloned()?;
        if let Some(answer) = self.by_key.lock().await.get(key).filter(|answer| Arc::ptr_eq(&answer.cell, &shared)) {
            answer.written.iter().for_each(|write| write(&mut value));
        }
        Ok(value)
    }

    /// The answer of that key, where no apply changes it: an earlier one for as long as one is kept.
    pub async fn lasting(&self, key: &str, ask: impl AsyncFnOnce() -> Result<V>) -> Result<V> {
        let now = Instant::now();
        self.get(key, Freshness::Since(now.checked_sub(LIFE).unwrap_or(now)), ask).await
    }

    /// Adds what this process has written to what is known under that key, and to what is being asked for. Writing twice
    /// must be writing once.
    pub async fn wrote(&self, key: &str, write: impl Fn(&mut V) + Send + Sync + 'static) {
        if let Some(answer) = self.by_key.lock().await.get_mut(key) {
            answer.written.push(Arc::new(write));
        }
    }

    /// What is known under that key may be wrong: a write has ended without an answer.
    pub async fn forget(&self, key: &str) {
        self.by_key.lock().await.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::atomic::AtomicU32;

    #[derive(Default)]
    struct Calls {
        one: AtomicU32,
        all: AtomicU32,
    }

    async fn get(snapshot: &Snapshot<u32>, calls: &Calls, key: &str, freshness: Freshness) -> Option<u32> {
        let one = async || {
            calls.one.fetch_add(1, Ordering::SeqCst);
            Ok(Some(0))
        };
        let all = async || {
            calls.all.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok((0..100).map(|n| (format!("k{n}"), n)).collect())
        };
        snapshot.get(key, freshness, one, all).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_reads_are_two_calls() {
        let (snapshot, calls) = (Snapshot::new(SnapshotWindow::default()), Calls::default());
        let reads = (0..100).map(|n| {
            let (snapshot, calls) = (&snapshot, &calls);
            async move { get(snapshot, calls, &format!("k{n}"), Freshness::Snapshot).await }
        });
        let found = futures::future::join_all(reads).await;
        assert_eq!(found.iter().filter(|value| value.is_some()).count(), 100);
        assert_eq!((calls.one.load(Ordering::SeqCst), calls.all.load(Ordering::SeqCst)), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_is_asked_for_once() {
        let (snapshot, calls) = (Snapshot::new(SnapshotWindow::default()), Calls::default());
        let ask = || get(&snapshot, &calls, "k1", Freshness::Snapshot);
        futures::join!(ask(), ask(), ask());
        assert_eq!((calls.one.load(Ordering::SeqCst), calls.all.load(Ordering::SeqCst)), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_serves_those_who_want_all_and_those_who_want_one() {
        let (snapshot, calls) = (Snapshot::new(SnapshotWindow::default()), Calls::default());
        let all = async || {
            calls.all.fetch_add(1, Ordering::SeqCst);
            Ok(BTreeMap::from([("k1".to_owned(), 7)]))
        };
        for _ in 0..2 {
            assert_eq!(snapshot.every(Freshness::Snapshot, all).await.unwrap().len(), 1);
        }
        assert_eq!(get(&snapshot, &calls, "k1", Freshness::Snapshot).await, Some(7));
        assert_eq!((calls.one.load(Ordering::SeqCst), calls.all.load(Ordering::SeqCst)), (0, 1));
        snapshot.every(Freshness::Now, all).await.unwrap();
        tokio::time::advance(LIFE).await;
        snapshot.every(Freshness::Snapshot, all).await.unwrap();
        assert_eq!(calls.all.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_listed_is_asked_for() {
        let (snapshot, calls) = (Snapshot::new(SnapshotWindow::default()), Calls::default());
        for key in ["k1", "k2", "other"] {
            get(&snapshot, &calls, key, Freshness::Snapshot).await;
        }
        assert_eq!((calls.one.load(Ordering::SeqCst), calls.all.load(Ordering::SeqCst)), (2, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_shared_while_it_may_be() {
        let (answers, asked) = (Memo::new(SnapshotWindow::default()), AtomicU32::new(0));
        let get = |freshness| {
            answers.get("k", freshness, async || {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(asked.fetch_add(1, Ordering::SeqCst))
            })
        };
        let (one, other) = futures::join!(get(Freshness::Snapshot), get(Freshness::Snapshot));
        assert_eq!((one.unwrap(), other.unwrap()), (0, 0));
        assert_eq!(get(Freshness::Now).await.unwrap(), 1);
        assert_eq!(get(Freshness::Snapshot).await.unwrap(), 0);
        assert_eq!(get(Freshness::Shown).await.unwrap(), 0);
        tokio::time::advance(LIFE).await;
        assert_eq!(get(Freshness::Snapshot).await.unwrap(), 2);
        answers.window.end();
        assert_eq!(get(Freshness::Snapshot).await.unwrap(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_shares_what_was_asked_since_it_began_with_what_was_written_since() {
        let (answers, asked) = (Memo::new(SnapshotWindow::default()), AtomicU32::new(0));
        let get = |freshness| {
            answers.get("k", freshness, async || {
                asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(BTreeSet::from(["found"]))
            })
        };
        get(Freshness::Snapshot).await.unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
        let begun = Freshness::Since(Instant::now());
        // A write that ends while the answer is on its way.
        let write = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            answers.wrote("k", |known| _ = known.insert("written")).await;
        };
        let (first, second, ()) = futures::join!(get(begun), get(begun), write);
        assert_eq!((first.unwrap(), second.unwrap().len()), (BTreeSet::from(["found", "written"]), 2));
        assert_eq!((get(begun).await.unwrap().len(), asked.load(Ordering::SeqCst)), (2, 2));
        answers.forget("k").await;
        assert_eq!((get(begun).await.unwrap().len(), asked.load(Ordering::SeqCst)), (1, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_never_used_when_now_is_asked_nor_after_its_time() {
        let (snapshot, calls) = (Snapshot::new(SnapshotWindow::default()), Calls::default());
        get(&snapshot, &calls, "k1", Freshness::Snapshot).await;
        get(&snapshot, &calls, "k2", Freshness::Snapshot).await;
        get(&snapshot, &calls, "k1", Freshness::Now).await;
        assert_eq!(calls.one.load(Ordering::SeqCst), 2);
        tokio::time::advance(LIFE).await;
        get(&snapshot, &calls, "k1", Freshness::Snapshot).await;
        assert_eq!(calls.all.load(Ordering::SeqCst), 2);
        snapshot.window.end();
        get(&snapshot, &calls, "k1", Freshness::Snapshot).await;
        assert_eq!(calls.one.load(Ordering::SeqCst), 3);
    }
}
