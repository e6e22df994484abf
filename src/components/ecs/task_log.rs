//! What a task has written last.

use crate::base::Words;
use crate::cloud::aws::ecs::Ecs;
use crate::cloud::aws::logs::Logs;
use crate::components::ecs::task_definition::{LOG_GROUP, LOG_STREAMS};

/// How many lines are told.
const LINES: i32 = 10;

/// The end of the log of a task, with where it stands; `None` if it cannot be told.
pub async fn end(ecs: &dyn Ecs, logs: &dyn Logs, task_definition: &str, task: &str) -> Option<Words> {
    let shape = ecs.task_definition(task_definition).await.ok()??.shape;
    let (group, streams) = (shape.logs.get(LOG_GROUP)?, shape.logs.get(LOG_STREAMS)?);
    let stream = format!("{streams}/{}/{task}", shape.container);
    let lines = logs.last_lines(group, &stream, LINES).await.ok().filter(|lines| !lines.is_empty())?;
    let lines = Words::quoted(lines.join("\n  "));
    Some(Words::from(format!("The end of its log ({group}, {stream}):\n  ")).then(lines))
}
