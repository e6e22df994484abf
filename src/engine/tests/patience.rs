//! A call that is answered with "not now", and how often one asks again.

use std::time::Duration;

use tokio::time::Instant;

use super::sim::cx;
use crate::base::{CallError, ErrorClass};
use crate::engine::plan::blueprint::{Step, Verb};
use crate::engine::run::context::{OpContext, PollPolicy};
use crate::engine::run::settle;
use crate::engine::run::wait::{self, Poll};

fn step() -> Step {
    Step::new(Verb::Update, "service", "ecs:UpdateService")
}

fn busy() -> CallError {
    CallError::own("ecs:UpdateService", ErrorClass::Busy, "somebody is at it")
}

#[tokio::test(start_paused = true)]
async fn what_lets_itself_later_is_done_later() {
    let mut answers = vec![Ok(()), Err(busy()), Err(busy())];
    let call = || std::future::ready(answers.pop().unwrap());
    settle::retry_while_busy(&cx(), "service", &step(), call).await.unwrap();
    assert!(answers.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_stays_busy_is_told_in_the_words_of_the_cloud() {
    let begun = Instant::now();
    let call = || std::future::ready(Err::<(), _>(busy()));
    let error = settle::retry_while_busy(&cx(), "service", &step(), call).await.unwrap_err();
    assert!(error.to_string().contains("somebody is at it"), "{error}");
    let minutes = begun.elapsed().as_secs() / 60;
    assert!((20..25).contains(&minutes), "{minutes}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_seen_yet_is_asked_for_again_for_a_minute() {
    let begun = Instant::now();
    let visible = begun + settle::VISIBLE;
    let unseen = || CallError::own("ecs:UpdateService", ErrorClass::NotFound, "there is no such cluster");
    let late = || settle::busy_until(visible, if begun.elapsed().as_secs() < 30 { Err(unseen()) } else { Ok(()) });
    settle::retry_while_busy(&cx(), "service", &step(), async || late()).await.unwrap();
    let never = || settle::busy_until(visible, Err::<(), _>(unseen()));
    let error = settle::retry_while_busy(&cx(), "service", &step(), async || never()).await.unwrap_err();
    assert!(error.to_string().contains("there is no such cluster"), "{error}");
    assert!((60..90).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_takes_the_time_it_takes() {
    let begun = Instant::now();
    let done = || begun.elapsed().as_secs() > 45 * 60;
    let underway = || CallError::own("ecs:RunTask", ErrorClass::Underway, "RUNNING");
    let call = || std::future::ready(if done() { Ok(()) } else { Err(underway()) });
    settle::retry_while_busy(&cx(), "service", &step(), call).await.unwrap();
    let cx = cx();
    let stop = async {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        cx.cancel.cancel();
    };
    let call = || std::future::ready(Err::<(), _>(underway()));
    let step = step();
    let (error, ()) = tokio::join!(settle::retry_while_busy(&cx, "service", &step, call), stop);
    assert!(error.unwrap_err().to_string().ends_with("(RUNNING)"));
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_from_the_first_to_sixty_times_its_length() {
    let cx = OpContext { poll: PollPolicy { first: Duration::from_millis(10) }, ..cx() };
    let mut asked = Vec::new();
    let condition = || {
        asked.push(Instant::now());
        let word = "creating".to_owned();
        std::future::ready(Ok(if asked.len() == 40 { Poll::Done(()) } else { Poll::NotYet(word) }))
    };
    wait::until(&cx, "service", "active", condition).await.unwrap();
    let pauses: Vec<u128> = asked.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    // A tenth up or down, and the clock's own millisecond.
    assert!((9..=12).contains(&pauses[0]), "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= 661), "{pauses:?}");
    assert!(pauses.iter().rev().take(10).all(|pause| *pause >= 540), "{pauses:?}");
}
