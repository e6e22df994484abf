//! What values of every resource must look like. No message repeats a value: it may be a secret.

use crate::values::duration;

/// What a validator answers.
pub type Verdict = Result<(), String>;

/// Lower-case letters, digits and single hyphens, beginning with a letter: the names of all objects begin with it.
pub fn name(text: &str) -> Verdict {
    let letters = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
    // EC2 keeps names that look like ids for itself, and every account has a cluster and groups called `default`.
    let reserved = text.starts_with("sg-") || text == "default";
    if letters && begins && !reserved && !text.ends_with('-') && !text.contains("--") && text.len() <= 50 {
        return Ok(());
    }
    if reserved {
        return Err("must not be `default` or begin with `sg-`: AWS has objects called so".to_owned());
    }
    Err("must begin with a letter and have lower-case letters, digits and single hyphens only, 50 at most".to_owned())
}

/// Characters that a command may take in the overrides of a task, which have 8192 at the most, what stands around it included.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
const COMMAND_CHARACTERS: usize = 7800;

/// The words of a command.
pub fn command(words: &[String]) -> Verdict {
    if words.iter().all(|word| word.trim().is_empty()) {
        return Err("must name a command".to_owned());
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err("has a word with NUL in it, which no process can be given".to_owned());
    }
    let written = serde_json::json!(words).to_string().chars().count();
    if written > COMMAND_CHARACTERS {
        return Err(format!(
            "takes {written} characters as JSON, and ECS has room for {COMMAND_CHARACTERS}: move it to a script in the image"
        ));
    }
    Ok(())
}

/// `30s`, `45m`, `2h`, `1d`.
pub fn time(text: &str) -> Verdict {
    duration::parsed(text).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_fits_into_the_overrides_of_a_task() {
        let of = |words: &[&str]| command(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["./manage.py", "migrate", ""]), Ok(()));
        assert_eq!(of(&["sh", "-c", &"x".repeat(7700)]), Ok(()));
        assert!(of(&["sh", "-c", &"x".repeat(7800)]).is_err_and(|why| why.contains("script in the image")));
        assert!(of(&[]).is_err() && of(&[" ", ""]).is_err() && of(&["a\0b"]).is_err());
    }

    #[test]
    fn names_begin_every_object_name() {
        assert!(["a", "orders", "orders-2"].iter().all(|text| name(text).is_ok()));
        assert!(
            !["", "2a", "A", "a--b", "a-", "a_b", "ä", "a\nb", "${a}", "default", "sg-1"]
                .iter()
                .any(|text| name(text).is_ok())
        );
    }
}
