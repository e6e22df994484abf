//! What values must look like. No message repeats a value: it may be a secret. RDS's own limits:
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>.

use crate::values::postgres;
use crate::values::rules::Verdict;

/// `17` or `17.4`.
pub fn version(text: &str) -> Verdict {
    let parts: Vec<&str> = text.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    if parts.len() <= 2 && parts.iter().all(number) {
        return Ok(());
    }
    Err("must be a major version such as \"17\", or one with a minor such as \"17.4\"".to_owned())
}

/// `db.<family>.<size>`.
pub fn class(text: &str) -> Verdict {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() >= 3 && parts[0] == "db" && parts.iter().all(|part| !part.is_empty()) {
        return Ok(());
    }
    Err("must be an RDS instance class such as \"db.t4g.micro\"".to_owned())
}

/// A name of a database that Postgres and RDS do not keep for themselves.
pub fn database(text: &str) -> Verdict {
    identifier(text)?;
    free(postgres::is_reserved_database(text))
}

/// A name of a user that Postgres and RDS do not keep for themselves.
pub fn username(text: &str) -> Verdict {
    identifier(text)?;
    free(postgres::is_reserved_user(text))
}

fn free(is_reserved: bool) -> Verdict {
    if is_reserved { Err("is a name that Postgres or RDS keeps for itself; choose another".to_owned()) } else { Ok(()) }
}

fn identifier(text: &str) -> Verdict {
    let letters = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if letters && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.len() <= 63 {
        return Ok(());
    }
    Err("must begin with a letter and have letters, digits and underscores only, 63 at most".to_owned())
}

/// What a tag takes, and a name can be made of:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html>.
pub fn snapshot_trigger(text: &str) -> Verdict {
    let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c));
    let taken = ["aws:", "rds:"].iter().any(|prefix| text.to_ascii_lowercase().starts_with(prefix));
    if legal && !taken && text.contains(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 180 {
        return Ok(());
    }
    Err("must be 1 to 180 letters, digits and _ . : / = + - @, a letter or digit among them, and not begin with `aws:` or \
         `rds:`"
        .to_owned())
}

/// RDS for PostgreSQL on gp2 and gp3.
pub fn storage_gb(gb: &i64) -> Verdict {
    if (20..=65536).contains(gb) { Ok(()) } else { Err("must be from 20 to 65536 GiB".to_owned()) }
}

/// Days.
pub fn backup_days(days: &i64) -> Verdict {
    if (0..=35).contains(days) { Ok(()) } else { Err("must be from 1 to 35 days, or 0 for no backups".to_owned()) }
}

/// `hh24:mi-hh24:mi`, at least half an hour.
pub fn daily_window(text: &str) -> Verdict {
    let form = || "must be \"hh:mm-hh:mm\" in UTC, such as \"02:00-03:00\"".to_owned();
    let (from, to) = text.split_once('-').ok_or_else(form)?;
    let (from, to) = (clock(from).ok_or_else(form)?, clock(to).ok_or_else(form)?);
    half_an_hour((to + DAY - from) % DAY)
}

/// `ddd:hh24:mi-ddd:hh24:mi`, at least half an hour and at most a day.
pub fn weekly_window(text: &str) -> Verdict {
    let form = || "must be \"ddd:hh:mm-ddd:hh:mm\" in UTC, such as \"sun:04:00-sun:05:00\"".to_owned();
    let (from, to) = week(text).ok_or_else(form)?;
    let minutes = (to + 7 * DAY - from) % (7 * DAY);
    if minutes > DAY {
        return Err("must be no longer than 24 hours".to_owned());
    }
    half_an_hour(minutes)
}

/// Whether a daily and a weekly window meet, which RDS refuses.
pub fn windows_meet(daily: &str, weekly: &str) -> bool {
    let Some(((from, to), (start, end))) =
        daily.split_once('-').and_then(|(from, to)| Some((clock(from)?, clock(to)?))).zip(week(weekly))
    else {
        return false;
    };
    let length = (to + DAY - from) % DAY;
    let span = (end + 7 * DAY - start) % (7 * DAY);
    (0..8).any(|day| {
        let begins = day * DAY + from;
        // Both measured on a line that starts a week before the weekly window's own.
        [start, start + 7 * DAY].iter().any(|start| begins < start + span && *start < begins + length)
    })
}

const DAY: u32 = 24 * 60;

fn half_an_hour(minutes: u32) -> Verdict {
    if minutes >= 30 { Ok(()) } else { Err("must be at least 30 minutes long".to_owned()) }
}

fn clock(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u32>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn week(text: &str) -> Option<(u32, u32)> {
    let point = |text: &str| {
        let (day, time) = text.split_once(':')?;
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let day = days.iter().position(|name| *name == day.to_ascii_lowercase())?;
        Some(u32::try_from(day).ok()? * DAY + clock(time)?)
    };
    let (from, to) = text.split_once('-')?;
    Some((point(from)?, point(to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(check: impl Fn(&str) -> Verdict, text: &str) -> bool {
        check(text).is_ok()
    }

    #[test]
    fn windows_have_a_form_and_a_length() {
        assert!(ok(daily_window, "23:45-00:15"));
        assert!(!["02:00-02:29", "2:00-3:00", "24:00-01:00", "02:00", ""].iter().any(|text| ok(daily_window, text)));
        assert!(ok(weekly_window, "sun:23:45-mon:00:15"));
        assert!(!["sun:04:00-mon:05:00", "so:04:00-so:05:00", "04:00-05:00"].iter().any(|t| ok(weekly_window, t)));
    }

    #[test]
    fn what_a_snapshot_is_asked_for_with_can_be_a_tag_and_name_it() {
        let good = ["v2", "before-2.0", "registry.example/shop:1.4@sha256:0f", "2025-11-21"];
        assert!(good.iter().all(|text| ok(snapshot_trigger, text)));
        let long = "a".repeat(181);
        assert!(!["", "--", "a b", "ä", "AWS:a", "rds:a", "a\nb", &long].iter().any(|text| ok(snapshot_trigger, text)));
    }

    #[test]
    fn names_that_are_kept_are_refused_in_any_case() {
        assert!(["all", "Admin", "PG_x", "select", "rdsadmin", "public"].iter().all(|text| !ok(username, text)));
        assert!(["db", "DB", "template1", "rdsadmin", "table"].iter().all(|text| !ok(database, text)));
        assert!(["postgres", "shop", "admin_1", "dbs"].iter().all(|text| ok(username, text) && ok(database, text)));
    }

    #[test]
    fn windows_that_meet_are_seen() {
        assert!(windows_meet("04:30-05:30", "sun:04:00-sun:05:00"));
        assert!(windows_meet("23:30-00:30", "mon:00:00-mon:01:00"));
        assert!(!windows_meet("02:00-03:00", "sun:04:00-sun:05:00"));
        assert!(!windows_meet("03:00-04:00", "sun:04:00-sun:05:00"));
        assert!(windows_meet("00:00-00:30", "sun:23:45-mon:00:15"));
    }
}
