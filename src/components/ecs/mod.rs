//! Clusters, task definitions, services and tasks.

pub mod cluster;
pub mod ecs_service;
pub mod one_off_task;
pub mod task_definition;
pub mod task_log;
pub mod task_run;
