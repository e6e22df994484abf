//! The lease: how two applies that meet at one resource find out who works on it (DESIGN §4, rule 1).

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::base::{CallError, ErrorClass};
use crate::engine::plan::blueprint::Blueprint;
use crate::engine::plan::blueprint::Step;
use crate::engine::plan::blueprint::Verb;
use crate::engine::run::assembly::{Assembly, Part};
use crate::engine::run::component::Seen;
use crate::engine::run::context::Cx;
use crate::engine::run::error::EngineError;
use crate::engine::run::execute::{self, Terms};
use crate::engine::run::mark::{Mark, Marks, START_TAG, STATE_TAG};

/// A lease this old belongs to nobody any more, whatever the clocks say.
const STALE_SECONDS: u64 = 600;
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The right to work on an unfinished resource.
#[derive(Debug)]
pub struct Held {
    /// The generation that the anchor carried when we took it.
    pub generation: Option<String>,
    /// The anchor was sent for, and whether it is there could not be seen: no work is to be begun, and what is there is to
    /// be marked as failed.
    pub doubt: Option<EngineError>,
    /// An earlier apply has begun it: there may be more of it than is wanted now.
    pub adopted: bool,
    writer: String,
    renewer: Renewer,
}

/// How taking ended.
#[derive(Debug)]
pub enum Taken {
    /// The resource is unfinished and now ours to work on.
    Ours(Held),
    /// It is finished.
    Complete(Seen),
}

/// Makes the anchor, or adopts an unfinished one.
///
/// # Expected flow
/// No anchor: it is created with our lease in the same call. An unfinished one without a lease is adopted. One with a
/// lease is watched for a lease's length: renewed, somebody works on it; not renewed, it is taken, and read back after a
/// quarter of a lease, since two can wait out one dead lease.
///
/// # Errors
/// Another apply is working on it; it belongs to another resource; any failed call.
pub async fn take(cx: &Cx, assembly: &Assembly) -> Result<Taken, EngineError> {
    let anchor = assembly.anchor()?;
    let writer = writer(cx);
    loop {
        cx.check("taking the lease")?;
        let Some(seen) = read(anchor).await? else {
            let Err(error) = create(cx, assembly, anchor, &writer).await else { continue };
            let held = match read(anchor).await {
                Ok(Some(seen)) if Marks::of(&seen).mark.is_held_by(&writer) => hold(cx, anchor, None, writer),
                Ok(_) => return Err(error),
                Err(_) => Held { doubt: Some(error), ..hold(cx, anchor, None, writer) },
            };
            return Ok(Taken::Ours(held));
        };
        let marks = Marks::of(&seen);
        let owner = assembly.identity.owner.to_string();
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
            return Ok(Taken::Complete(seen));
        }
        if marks.mark.is_held_by(&writer) {
            // Our own create, seen through a lost response or simply read back.
            return Ok(Taken::Ours(hold(cx, anchor, marks.mark.generation, writer)));
        }
        if marks.mark.lease.is_some() {
            match watch(cx, anchor, &marks.mark).await? {
                Watched::Renewed => return Err(busy(assembly)),
                Watched::Otherwise => continue,
                Watched::Dead => {}
            }
        }
        let generation = marks.mark.generation;
        info!(resource = owner, "adopting what an earlier apply left unfinished");
        write(anchor, &Mark::leased(generation.clone(), &writer, cx.ambient.unix_time())).await?;
        if let Err(stop) = cx.sleep(cx.lease.length / 4, "taking the lease").await {
            // Nothing was begun: the next apply need not wait for us.
            write(anchor, &Mark { complete: false, generation, lease: None }).await?;
            return Err(stop);
        }
        match read(anchor).await? {
            Some(seen) if Marks::of(&seen).mark.is_held_by(&writer) => {
                return Ok(Taken::Ours(Held { adopted: true, ..hold(cx, anchor, generation, writer) }));
            }
            _ => return Err(busy(assembly)),
        }
    }
}

/// Waits out a foreign lease before something real is deleted.
///
/// # Errors
/// Another apply is working on it.
pub async fn respect(cx: &Cx, assembly: &Assembly) -> Result<Option<Marks>, EngineError> {
    let anchor = assembly.anchor()?;
    loop {
        let Some(marks) = marks(assembly).await? else { return Ok(None) };
        if marks.mark.lease.is_none() {
            return Ok(Some(marks));
        }
        match watch(cx, anchor, &marks.mark).await? {
            Watched::Renewed => return Err(busy(assembly)),
            Watched::Otherwise => {}
            Watched::Dead => return Ok(Some(marks)),
        }
    }
}

/// What the anchor says; nothing if there is none. One that is somebody else's (an imported resource may share its) says
/// nothing about ours.
///
/// # Errors
/// The anchor could not be read.
pub async fn marks(assembly: &Assembly) -> Result<Option<Marks>, EngineError> {
    let anchor = assembly.anchor()?;
    if anchor.spec.is_borrowed() {
        return Ok(Some(Marks::of_another()));
    }
    Ok(read(anchor).await?.as_ref().map(Marks::of))
}

impl Held {
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
    pub async fn finish(self, assembly: &Assembly, wanted: Mark) -> (Option<Mark>, Option<EngineError>) {
        self.renewer.join().await;
        let Err(error) = confirm(assembly, &wanted).await else { return (Some(wanted), None) };
        if !wanted.complete {
            return (None, Some(error));
        }
        // What cannot be marked as finished is a failure, and is marked as one if that can be done.
        let failed = Mark { complete: false, ..wanted };
        let known = confirm(assembly, &failed).await.is_ok().then_some(failed);
        (known, Some(error))
    }

    /// Ends the lease without a word: another apply has taken over.
    pub async fn abandon(self) {
        info!(writer = self.writer, "the lease was taken over");
        self.renewer.join().await;
    }
}

fn hold(cx: &Cx, anchor: &Part, generation: Option<String>, writer: String) -> Held {
    let renewer = Renewer::start(cx, anchor.clone(), generation.clone(), writer.clone());
    Held { generation, doubt: None, adopted: false, writer, renewer }
}

/// A name for this piece of work that no other process has: where it runs, and chance.
fn writer(cx: &Cx) -> String {
    format!("{}-{:08x}", std::process::id(), cx.ambient.random())
}

async fn create(cx: &Cx, assembly: &Assembly, anchor: &Part, writer: &str) -> Result<(), EngineError> {
    let now = cx.ambient.unix_time();
    let marks =
        [(START_TAG.to_owned(), now.to_string()), (STATE_TAG.to_owned(), Mark::leased(None, writer, now).to_string())];
    let step = Step::new(Verb::Ensure, &anchor.spec.component, anchor.spec.kind.create.unwrap_or_default());
    let blueprint = Blueprint { steps: vec![step], ..Blueprint::default() };
    let terms = Terms { unfinished: true, anchor_tags: marks.into(), ..Terms::default() };
    match execute::execute(cx, assembly, &blueprint, &terms).await.error {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

enum Watched {
    /// Its writer wrote again.
    Renewed,
    /// It ended, one way or another: look again.
    Otherwise,
    /// Nothing moved for a lease's length.
    Dead,
}

async fn watch(cx: &Cx, anchor: &Part, mark: &Mark) -> Result<Watched, EngineError> {
    let at = mark.lease.as_ref().map_or(0, |lease| lease.at);
    if cx.ambient.unix_time().saturating_sub(at) >= STALE_SECONDS {
        return Ok(Watched::Dead);
    }
    info!(anchor = anchor.address.name, lease = %mark, "another apply may be at work: watching its lease");
    let end = Instant::now() + cx.lease.length;
    while Instant::now() < end {
        cx.sleep(LOOK_EVERY.min(cx.lease.length / 8), "watching another apply's lease").await?;
        let Some(seen) = read(anchor).await? else { return Ok(Watched::Otherwise) };
        let now = Marks::of(&seen).mark;
        if now != *mark {
            return Ok(if now.lease.is_some() { Watched::Renewed } else { Watched::Otherwise });
        }
    }
    Ok(Watched::Dead)
}

fn busy(assembly: &Assembly) -> EngineError {
    EngineError::refused(
        format!("another apply is working on {}", assembly.identity),
        "wait until it has ended, then apply again",
    )
}

async fn read(anchor: &Part) -> Result<Option<Seen>, EngineError> {
    anchor.read().await.map_err(|error| EngineError::step("read", &anchor.spec.component, &[], error))
}

async fn write(anchor: &Part, mark: &Mark) -> Result<(), EngineError> {
    let written = match read(anchor).await? {
        Some(seen) => anchor.component.add_tags(&seen, &[(STATE_TAG.to_owned(), mark.to_string())].into()).await,
        None => Err(CallError::own(anchor.spec.kind.name, ErrorClass::NotFound, "the anchor is gone")),
    };
    written.map_err(|error| EngineError::step("mark", &anchor.spec.component, &[], error))
}

/// Writes a mark; if that seems to fail, looks whether it was written all the same and only the answer was lost.
async fn confirm(assembly: &Assembly, mark: &Mark) -> Result<(), EngineError> {
    let anchor = assembly.anchor()?;
    let Err(error) = write(anchor, mark).await else { return Ok(()) };
    match read(anchor).await {
        Ok(Some(seen)) if Marks::of(&seen).mark == *mark => Ok(()),
        _ => Err(error),
    }
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
    fn start(cx: &Cx, anchor: Part, generation: Option<String>, writer: String) -> Self {
        let (stop, work, lost) = (CancellationToken::new(), cx.cancel.child_token(), CancellationToken::new());
        let (every, ambient) = (cx.lease.length / 3, Arc::clone(&cx.ambient));
        let (stopped, working, losing) = (stop.clone(), work.clone(), lost.clone());
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stopped.cancelled() => return,
                    () = tokio::time::sleep(every) => {}
                }
                // Read first: after a long pause of this process the lease may be somebody else's.
                match read(&anchor).await {
                    Ok(Some(seen)) if !Marks::of(&seen).mark.is_held_by(&writer) => {
                        losing.cancel();
                        working.cancel();
                        return;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        warn!(%error, "the lease could not be read; trying again");
                        continue;
                    }
                }
                if let Err(error) =
                    write(&anchor, &Mark::leased(generation.clone(), &writer, ambient.unix_time())).await
                {
                    warn!(%error, "the lease could not be renewed; trying again");
                }
            }
        });
        Self { stop, work, lost, task: Some(task) }
    }

    async fn join(mut self) {
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
