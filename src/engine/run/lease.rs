//! The lease: how two applies that meet at one resource find out who works on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::base::{CallError, ErrorClass};
use crate::engine::plan::blueprint::{Step, Verb};
use crate::engine::run::component::{Answer, Seen};
use crate::engine::run::context::OpContext;
use crate::engine::run::create::{self, Made};
use crate::engine::run::error::EngineError;
use crate::engine::run::instance::{BoundComponent, ResourceInstance};
use crate::engine::run::known::Known;
use crate::engine::run::mark::{Lease, Mark, Marks, START_TAG, STATE_TAG, StageMark};

/// A lease this old belongs to nobody any more, whatever the clocks say.
const STALE_SECONDS: u64 = 600;
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The right to work on an unfinished resource.
#[derive(Debug)]
pub struct LeaseGuard {
    /// The creation id that the anchor carried when we took it.
    pub creation_id: Option<String>,
    /// The anchor was sent for, and whether it is there could not be seen: no work is to be begun, and what is there is to
    /// be marked as failed.
    pub unconfirmed_create: Option<EngineError>,
    /// An earlier apply has begun it: there may be more of it than is wanted now.
    pub adopted: bool,
    /// We made the anchor, and were told so: there was nothing of the resource before.
    pub begun_here: bool,
    /// The anchor as it is known.
    pub anchor: Option<Seen>,
    /// When it was last known to carry our lease.
    known_at: Instant,
    writer: String,
    /// The mark that the anchor carries, as we write it.
    mark: Arc<Mutex<Mark>>,
    renewer: Renewer,
}

/// How taking ended.
#[derive(Debug)]
pub enum Acquired {
    /// The resource is unfinished and now ours to work on.
    Lease(LeaseGuard),
    /// It is finished.
    Complete(Seen),
}

/// Makes the anchor, or adopts an unfinished one.
///
/// # Expected flow
/// It is created with our lease in the same call, without a look at what is there unless it is `expected`: the create
/// refuses a second one. An unfinished one without a lease is adopted. One with a lease is watched for a lease's length:
/// renewed, somebody works on it; not renewed, it is taken, and read back after a quarter of a lease, since two can wait
/// out one dead lease.
///
/// # Errors
/// Another apply is working on it; it belongs to another resource; its marks keep changing until the deadline; any failed
/// call.
pub async fn take(
    cx: &OpContext,
    instance: &ResourceInstance,
    expected: bool,
    known: &Known,
) -> Result<Acquired, EngineError> {
    let anchor = instance.anchor()?;
    let writer = writer(cx);
    let mut found = None;
    let mut looks = expected;
    let start = Instant::now();
    let mut turned = false;
    loop {
        cx.check("taking the lease")?;
        if std::mem::replace(&mut turned, true) && Instant::now() >= cx.deadline {
            return Err(EngineError::Deadline {
                component: anchor.spec.component.to_string(),
                goal: "free to be worked on",
                last: "its marks keep changing".to_owned(),
                waited: start.elapsed(),
            });
        }
        let there = match found.take() {
            Some(seen) => Some(seen),
            None if looks => read(anchor).await?,
            None => None,
        };
        let Some(seen) = there else {
            looks = true;
            match create(cx, instance, anchor, &writer, known).await {
                Ok(Made::Answered(Answer::Seen(seen))) => {
                    let held = hold(cx, anchor, Some(seen), None, writer);
                    return Ok(Acquired::Lease(LeaseGuard { begun_here: true, ..held }));
                }
                Ok(Made::Answered(_)) => match read(anchor).await {
                    Ok(Some(seen)) if Marks::of(&seen).mark.is_held_by(&writer) => {
                        let held = hold(cx, anchor, Some(seen), None, writer);
                        return Ok(Acquired::Lease(LeaseGuard { begun_here: true, ..held }));
                    }
                    Ok(seen) => found = seen,
                    // It was made, so the state must know of it.
                    Err(error) => {
                        let held = hold(cx, anchor, None, None, writer);
                        return Ok(Acquired::Lease(LeaseGuard { unconfirmed_create: Some(error), ..held }));
                    }
                },
                Ok(Made::Found(seen)) => found = Some(seen),
                // A refusal is an answer: nothing was made.
                Err(error) if !is_lost(&error) => return Err(error),
                Err(error) => {
                    let held = match read(anchor).await {
                        Ok(Some(seen)) if Marks::of(&seen).mark.is_held_by(&writer) => {
                            hold(cx, anchor, Some(seen), None, writer)
                        }
                        Ok(_) => return Err(error),
                        Err(_) => {
                            LeaseGuard { unconfirmed_create: Some(error), ..hold(cx, anchor, None, None, writer) }
                        }
                    };
                    return Ok(Acquired::Lease(held));
                }
            }
            continue;
        };
        let marks = Marks::of(&seen);
        let owner = instance.identity.owner.to_string();
        if marks.owner.as_deref().is_some_and(|other| other != owner)
            || (marks.owner.is_none() && !anchor.is_ours(&seen))
        {
            let whose = marks.owner.map_or("nobody that it names".to_owned(), |other| format!("`{other}`"));
            return Err(EngineError::refused(
                format!("{owner}: {} {} exists already and belongs to {whose}", anchor.spec.kind.name, seen.id),
                "it is not touched; choose another name, or remove it",
            ));
        }
        if marks.mark.complete {
            return Ok(Acquired::Complete(seen));
        }
        if marks.mark.is_held_by(&writer) {
            // Our own create, seen through a lost response or simply read back.
            return Ok(Acquired::Lease(hold(cx, anchor, Some(seen), marks.mark.creation_id, writer)));
        }
        if marks.mark.lease.is_some() {
            match watch(cx, anchor, &marks.mark).await? {
                LeaseState::Alive => return Err(busy(instance)),
                LeaseState::Changed => continue,
                LeaseState::Expired => {}
            }
        }
        let creation_id = marks.mark.creation_id;
        info!(resource = owner, "adopting what an earlier apply left unfinished");
        write(anchor, &seen, &Mark::leased(creation_id.clone(), &writer, cx.clock.unix_time())).await?;
        if let Err(stop) = cx.sleep(cx.lease.length / 4, "taking the lease").await {
            // Nothing was begun: the next apply need not wait for us.
            write(anchor, &seen, &Mark { complete: false, creation_id, lease: None, stage: None }).await?;
            return Err(stop);
        }
        match read(anchor).await? {
            Some(seen) if Marks::of(&seen).mark.is_held_by(&writer) => {
                return Ok(Acquired::Lease(LeaseGuard {
                    adopted: true,
                    ..hold(cx, anchor, Some(seen), creation_id, writer)
                }));
            }
            _ => return Err(busy(instance)),
        }
    }
}

/// Takes the lease of a finished resource that is about to be changed by more than one call. `None` where there is no anchor of
/// ours to write it on.
///
/// # Expected flow
/// A resource that nobody works on is marked as being updated. A lease that another apply holds is watched for its length:
/// renewed, somebody works on it; not renewed, it is taken, and read back after a quarter of a lease. What the interrupted
/// update says of a stage that has to last for a time is kept.
///
/// # Errors
/// Another apply is working on it; any failed call.
pub async fn take_update(
    cx: &OpContext,
    instance: &ResourceInstance,
    known: &Known,
) -> Result<Option<LeaseGuard>, EngineError> {
    let anchor = instance.anchor()?;
    loop {
        cx.check("taking the lease")?;
        let marks = marks(instance, known).await?;
        let (Some(marks), Some(Some(seen))) = (marks, known.of(&instance.anchor).await) else { return Ok(None) };
        if !anchor.is_ours(&seen) {
            return Ok(None);
        }
        let interrupted = marks.mark.lease.is_some();
        if interrupted {
            match watch(cx, anchor, &marks.mark).await? {
                LeaseState::Alive => return Err(busy(instance)),
                LeaseState::Changed => {
                    known.forget(&instance.anchor).await;
                    continue;
                }
                LeaseState::Expired => {}
            }
        }
        if !marks.mark.complete {
            return Ok(None);
        }
        let writer = writer(cx);
        let mark = marks.mark.updating(&writer, cx.clock.unix_time());
        write(anchor, &seen, &mark).await?;
        let mut seen = marked(&seen, &mark);
        if interrupted {
            info!(resource = %instance.identity, "continuing the update that another apply left");
            cx.sleep(cx.lease.length / 4, "taking the lease").await?;
            seen = match read(anchor).await? {
                Some(seen) if Marks::of(&seen).mark.is_held_by(&writer) => seen,
                _ => return Err(busy(instance)),
            };
        }
        known.learn(&instance.anchor, Some(seen.clone())).await;
        return Ok(Some(hold_as(cx, anchor, Some(seen), mark, writer)));
    }
}

/// The anchor with another mark.
fn marked(seen: &Seen, mark: &Mark) -> Seen {
    let mut tags = seen.tags.clone();
    tags.insert(STATE_TAG.to_owned(), mark.to_string());
    seen.tagged(tags)
}

/// Waits out a foreign lease before something real is deleted or changed.
///
/// # Errors
/// Another apply is working on it.
pub async fn wait_out(
    cx: &OpContext,
    instance: &ResourceInstance,
    known: &Known,
) -> Result<Option<Marks>, EngineError> {
    let anchor = instance.anchor()?;
    loop {
        let Some(marks) = marks(instance, known).await? else { return Ok(None) };
        if marks.mark.lease.is_none() {
            return Ok(Some(marks));
        }
        match watch(cx, anchor, &marks.mark).await? {
            LeaseState::Alive => return Err(busy(instance)),
            LeaseState::Changed => known.forget(&instance.anchor).await,
            LeaseState::Expired => return Ok(Some(marks)),
        }
    }
}

/// What the anchor says; nothing if there is none. One that is somebody else's (an imported resource may share its) says
/// nothing about ours.
///
/// # Errors
/// The anchor could not be read.
pub async fn marks(instance: &ResourceInstance, known: &Known) -> Result<Option<Marks>, EngineError> {
    let anchor = instance.anchor()?;
    if anchor.spec.is_borrowed() {
        return Ok(Some(Marks::unowned()));
    }
    let seen = match known.of(&instance.anchor).await {
        Some(seen) => seen,
        None => {
            let looked = known.look(anchor).await;
            looked.map_err(|error| EngineError::step("read", &anchor.spec.component, &[], error))?
        }
    };
    Ok(seen.as_ref().map(Marks::of))
}

impl LeaseGuard {
    /// A token that is cancelled when the user stops, and also when somebody else took the lease away.
    pub fn cancel(&self) -> CancellationToken {
        self.renewer.work.clone()
    }

    /// Whether somebody else took the lease away.
    pub fn was_lost(&self) -> bool {
        self.renewer.lost.is_cancelled()
    }

    /// Ends the lease with the resource's last call. The renewer is stopped and joined before it, so that it can never
    /// write over the mark. Answers the mark that the anchor is known to carry afterwards, if it is known, and why it is
    /// not the one that was wanted.
    pub async fn finish(
        mut self,
        cx: &OpContext,
        instance: &ResourceInstance,
        wanted: Mark,
    ) -> (Option<Mark>, Option<EngineError>) {
        let known = self.end(cx).await;
        let Err(error) = confirm(instance, known.as_ref(), &wanted, &self.writer).await else {
            return (Some(wanted), None);
        };
        if !wanted.complete {
            return (None, Some(error));
        }
        // What cannot be marked as finished is a failure, and is marked as one if that can be done.
        let failed = Mark { complete: false, ..wanted };
        let known = confirm(instance, None, &failed, &self.writer).await.is_ok().then_some(failed);
        (known, Some(error))
    }

    /// Since when a stage lasts, in Unix time: since an interrupted update began it, or since now.
    ///
    /// # Errors
    /// It could not be written down.
    pub async fn since(&self, cx: &OpContext, instance: &ResourceInstance, stage: &str) -> Result<u64, EngineError> {
        let anchor = instance.anchor()?;
        let mark = {
            let mut mark = self.lock();
            if let Some(begun) = mark.stage.as_ref().filter(|begun| begun.name == stage) {
                return Ok(begun.since);
            }
            mark.stage = Some(StageMark { name: stage.to_owned(), since: cx.clock.unix_time() });
            mark.clone()
        };
        if let Some(seen) = read(anchor).await? {
            write(anchor, &seen, &mark).await?;
        }
        Ok(mark.stage.map_or(0, |stage| stage.since))
    }

    /// Ends the lease of an update. A mark that cannot be written ends with its lease.
    pub async fn release(mut self, cx: &OpContext, instance: &ResourceInstance) {
        let mark = self.lock().clone().released();
        let known = self.end(cx).await;
        if let Err(error) = confirm(instance, known.as_ref(), &mark, &self.writer).await {
            info!(%error, "the lease could not be ended; it expires");
        }
    }

    /// Stops the renewals. Answers the anchor as it is known to be: what was ours a third of a lease ago is ours still, since
    /// nobody takes one over that young.
    async fn end(&mut self, cx: &OpContext) -> Option<Seen> {
        self.renewer.join().await;
        self.anchor.take().filter(|_| self.known_at.elapsed() < cx.lease.length / 3)
    }

    fn lock(&self) -> MutexGuard<'_, Mark> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the lease without a word: another apply has taken over.
    pub async fn release_lost(mut self) {
        info!(writer = self.writer, "the lease was taken over");
        self.renewer.join().await;
    }
}

fn hold(
    cx: &OpContext,
    part: &BoundComponent,
    anchor: Option<Seen>,
    creation_id: Option<String>,
    writer: String,
) -> LeaseGuard {
    let mark = Mark::leased(creation_id, &writer, cx.clock.unix_time());
    hold_as(cx, part, anchor, mark, writer)
}

fn hold_as(cx: &OpContext, part: &BoundComponent, anchor: Option<Seen>, mark: Mark, writer: String) -> LeaseGuard {
    let creation_id = mark.creation_id.clone();
    let mark = Arc::new(Mutex::new(mark));
    let renewer = Renewer::start(cx, part.clone(), Arc::clone(&mark), writer.clone());
    let (unconfirmed_create, adopted, begun_here, known_at) = (None, false, false, Instant::now());
    LeaseGuard { creation_id, unconfirmed_create, adopted, begun_here, anchor, known_at, writer, mark, renewer }
}

/// A name for this piece of work that no other process has: where it runs, and chance.
fn writer(cx: &OpContext) -> String {
    format!("{}-{:08x}", std::process::id(), cx.clock.random())
}

async fn create(
    cx: &OpContext,
    instance: &ResourceInstance,
    anchor: &BoundComponent,
    writer: &str,
    known: &Known,
) -> Result<Made, EngineError> {
    let now = cx.clock.unix_time();
    let mut tags = instance.created_tags(anchor);
    tags.insert(START_TAG.to_owned(), now.to_string());
    tags.insert(STATE_TAG.to_owned(), Mark::leased(None, writer, now).to_string());
    let step = Step::new(Verb::Create, &anchor.spec.component, anchor.spec.kind.create.unwrap_or_default());
    let desired = instance.resolve(anchor, &known.needs_of(anchor, instance).await?)?;
    create::create(cx, anchor, &step, &desired, &tags).await
}

enum LeaseState {
    /// Its writer wrote again.
    Alive,
    /// It ended, one way or another: look again.
    Changed,
    /// Nothing moved for a lease's length.
    Expired,
}

async fn watch(cx: &OpContext, anchor: &BoundComponent, mark: &Mark) -> Result<LeaseState, EngineError> {
    let at = mark.lease.as_ref().map_or(0, |lease| lease.at);
    if cx.clock.unix_time().saturating_sub(at) >= STALE_SECONDS {
        return Ok(LeaseState::Expired);
    }
    info!(anchor = anchor.address.name, lease = %mark, "another apply may be at work: watching its lease");
    let end = Instant::now() + cx.lease.length;
    while Instant::now() < end {
        cx.sleep(LOOK_EVERY.min(cx.lease.length / 8), "watching another apply's lease").await?;
        let Some(seen) = read(anchor).await? else { return Ok(LeaseState::Changed) };
        let now = Marks::of(&seen).mark;
        if now != *mark {
            return Ok(if now.lease.is_some() { LeaseState::Alive } else { LeaseState::Changed });
        }
    }
    Ok(LeaseState::Expired)
}

/// Whether nobody knows what became of a call.
fn is_lost(error: &EngineError) -> bool {
    matches!(error, EngineError::Step { source, .. } if source.class == ErrorClass::Unavailable)
}

fn busy(instance: &ResourceInstance) -> EngineError {
    EngineError::refused(
        format!("another apply is working on {}", instance.identity),
        "wait until it has ended, then apply again",
    )
}

async fn read(anchor: &BoundComponent) -> Result<Option<Seen>, EngineError> {
    anchor.read().await.map_err(|error| EngineError::step("read", &anchor.spec.component, &[], error))
}

async fn write(anchor: &BoundComponent, seen: &Seen, mark: &Mark) -> Result<(), EngineError> {
    let written = anchor.component.add_tags(seen, &[(STATE_TAG.to_owned(), mark.to_string())].into()).await;
    written.map_err(|error| EngineError::step("mark", &anchor.spec.component, &[], error))
}

/// Writes a mark on the anchor as it is known, or as it is found; if that seems to fail, looks whether it was written all the
/// same and only the answer was lost.
async fn confirm(
    instance: &ResourceInstance,
    known: Option<&Seen>,
    mark: &Mark,
    writer: &str,
) -> Result<(), EngineError> {
    let anchor = instance.anchor()?;
    let written = match known {
        Some(seen) => write(anchor, seen, mark).await,
        None => write_over(instance, anchor, mark, writer).await,
    };
    let Err(error) = written else { return Ok(()) };
    match read(anchor).await {
        Ok(Some(seen)) if Marks::of(&seen).mark == *mark => Ok(()),
        _ => Err(error),
    }
}

/// Writes a mark on the anchor as it is found, if it carries our lease or the mark of our creation id.
async fn write_over(
    instance: &ResourceInstance,
    anchor: &BoundComponent,
    mark: &Mark,
    writer: &str,
) -> Result<(), EngineError> {
    let Some(seen) = read(anchor).await? else {
        let gone = CallError::own(anchor.spec.kind.name, ErrorClass::NotFound, "the anchor is gone");
        return Err(EngineError::step("mark", &anchor.spec.component, &[], gone));
    };
    let found = Marks::of(&seen).mark;
    let is_ours = match &found.lease {
        Some(lease) => lease.writer == writer,
        None => found.creation_id == mark.creation_id,
    };
    if is_ours { write(anchor, &seen, mark).await } else { Err(busy(instance)) }
}

/// The task that renews a lease, at a third of its length.
#[derive(Debug)]
struct Renewer {
    stop: CancellationToken,
    work: CancellationToken,
    lost: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Renewer {
    fn start(cx: &OpContext, anchor: BoundComponent, mark: Arc<Mutex<Mark>>, writer: String) -> Self {
        let (stop, work, lost) = (CancellationToken::new(), cx.cancel.child_token(), CancellationToken::new());
        let (every, clock) = (cx.lease.length / 3, Arc::clone(&cx.clock));
        let (stopped, working, losing) = (stop.clone(), work.clone(), lost.clone());
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stopped.cancelled() => return,
                    () = tokio::time::sleep(every) => {}
                }
                // Read first: after a long pause of this process the lease may be somebody else's.
                let seen = match read(&anchor).await {
                    Ok(Some(seen)) if !Marks::of(&seen).mark.is_held_by(&writer) => {
                        losing.cancel();
                        working.cancel();
                        return;
                    }
                    Ok(Some(seen)) => seen,
                    Ok(None) => {
                        warn!("the anchor is not there; looking again");
                        continue;
                    }
                    Err(error) => {
                        warn!(%error, "the lease could not be read; trying again");
                        continue;
                    }
                };
                let renewed = {
                    let mut mark = mark.lock().unwrap_or_else(PoisonError::into_inner);
                    mark.lease = Some(Lease { writer: writer.clone(), at: clock.unix_time() });
                    mark.clone()
                };
                if let Err(error) = write(&anchor, &seen, &renewed).await {
                    warn!(%error, "the lease could not be renewed; trying again");
                }
            }
        });
        Self { stop, work, lost, task: Some(task) }
    }

    async fn join(&mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            // A panic of the renewer has been reported by its own hook; there is nothing left to stop.
            let _ = task.await;
        }
    }
}

impl Drop for Renewer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
