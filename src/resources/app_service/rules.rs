//! What values must look like. No message repeats a value: it may be a secret.

use std::collections::BTreeMap;

use serde_json::json;
use tf_plugin::Attr;

use crate::base::Arn;
use crate::values::duration;
use crate::values::fargate;
use crate::values::image;
use crate::values::rules::Verdict;

/// Days that CloudWatch keeps log lines:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTION: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// What is wrong with a size: the attribute to blame, and what to choose instead.
pub fn fargate_size(cpu: i64, memory: i64) -> Option<(&'static str, String)> {
    let memories = fargate::memories(cpu);
    if memories.contains(&memory) {
        return None;
    }
    match memories.iter().min_by_key(|sold| (**sold - memory).abs()) {
        None => {
            let sold: Vec<String> = fargate::cpus().map(|units| units.to_string()).collect();
            Some(("size.cpu", format!("Fargate sells {} CPU units.", sold.join(", "))))
        }
        Some(nearest) => {
            let sold = fargate::in_words(cpu);
            Some(("size.memory", format!("With {cpu} CPU units Fargate sells {sold}; the nearest is {nearest}.")))
        }
    }
}

/// Bytes that the environment may take in a task definition, which has 64 KiB at the most. 2 KiB are for all else in it.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
const ENV_BYTES: usize = 62 * 1024;

/// What a process can be given as its environment (`<name>=<value>`, ended by NUL), in the size that a task definition has.
pub fn env(env: &BTreeMap<String, Attr<String>>) -> Verdict {
    if env.keys().any(|name| name.is_empty() || name.contains(['=', '\0'])) {
        return Err("every name must have one character at least, and neither `=` nor NUL".to_owned());
    }
    if env.values().any(|value| value.known().is_some_and(|value| value.contains('\0'))) {
        return Err("has a value with NUL in it, which no environment variable can hold".to_owned());
    }
    if env.values().any(|value| matches!(value, Attr::Null)) {
        return Err("has a value that is null: leave it out, or set it to \"\"".to_owned());
    }
    let written = |(name, value): (&String, &Attr<String>)| {
        json!({ "name": name, "value": value.as_str().unwrap_or_default() }).to_string().len() + 1
    };
    let bytes: usize = env.iter().map(written).sum();
    if bytes > ENV_BYTES {
        return Err(format!(
            "takes {bytes} bytes in the task definition, and has room for {ENV_BYTES}: ECS takes task definitions of 64 KiB at \
             most. Move what is large to a file, a parameter or a secret that the app reads"
        ));
    }
    Ok(())
}

/// An image with a tag or a digest: without one, two applies of the same configuration may run different things.
pub fn image(uri: &str) -> Verdict {
    let image = image::parsed(uri)?;
    if image.tag.is_null() && image.digest.is_null() {
        return Err("must be an image with a tag or digest, such as \"<repository>:1.4.2\"".to_owned());
    }
    Ok(())
}

/// A text that a label can hold.
pub fn redeploy_trigger(text: &str) -> Verdict {
    let legal = !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if legal { Ok(()) } else { Err("must be a line of 1 to 200 characters".to_owned()) }
}

/// A text that a tag can hold.
pub fn tag_value(text: &str) -> Verdict {
    let legal = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    if !text.is_empty() && text.trim() == text && text.chars().count() <= 256 && text.chars().all(legal) {
        return Ok(());
    }
    Err("must be 1 to 256 letters, digits, spaces and _ . : / = + - @, without a space at either end".to_owned())
}

/// A TCP port.
pub fn port(port: &i64) -> Verdict {
    if (1..=65535).contains(port) { Ok(()) } else { Err("must be from 1 to 65535".to_owned()) }
}

/// `arn:…:acm:…`.
pub fn certificate(arn: &str) -> Verdict {
    let of_acm = |arn: &Arn<'_>| arn.service == "acm" && arn.resource.starts_with("certificate/");
    if Arn::parse(arn).filter(of_acm).is_some_and(|arn| !arn.resource.contains(':')) {
        return Ok(());
    }
    Err("must be the ARN of a certificate in ACM, \"arn:aws:acm:<region>:<account>:certificate/<id>\"".to_owned())
}

/// Name of an S3 bucket: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
pub fn bucket(name: &str) -> Verdict {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let legal = (3..=63).contains(&name.len()) && name.chars().all(|c| ends(c) || c == '.' || c == '-');
    if legal && name.starts_with(ends) && name.ends_with(ends) && !name.contains("..") {
        return Ok(());
    }
    Err("must be the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens".to_owned())
}

/// A path of a URL.
pub fn path(path: &str) -> Verdict {
    if path.starts_with('/') && path.len() <= 1024 && !path.contains(char::is_whitespace) {
        return Ok(());
    }
    Err("must begin with / and have no spaces, 1024 letters at most".to_owned())
}

/// The limits of target groups:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
pub fn health_interval(text: &str) -> Verdict {
    seconds(text, 5, 300)
}

/// See [`health_interval`].
pub fn health_timeout(text: &str) -> Verdict {
    seconds(text, 2, 120)
}

/// None at all is a time too.
pub fn grace_period(text: &str) -> Verdict {
    if duration::seconds(text).is_some() { Ok(()) } else { crate::values::rules::time(text) }
}

/// See [`health_interval`].
pub fn retries(count: &i64) -> Verdict {
    if (2..=10).contains(count) { Ok(()) } else { Err("must be from 2 to 10".to_owned()) }
}

/// A number of tasks.
pub fn count(count: &i64) -> Verdict {
    if (1..=5000).contains(count) { Ok(()) } else { Err("must be from 1 to 5000 tasks".to_owned()) }
}

/// Percent.
pub fn percent(percent: &i64) -> Verdict {
    if (1..=100).contains(percent) { Ok(()) } else { Err("must be from 1 to 100 percent".to_owned()) }
}

/// Days.
pub fn retention_days(days: &i64) -> Verdict {
    if RETENTION.contains(days) {
        return Ok(());
    }
    let next = RETENTION.iter().find(|kept| *kept > days).copied().unwrap_or(3653);
    Err(format!("is not a number of days that CloudWatch keeps lines; the next one is {next}"))
}

fn seconds(text: &str, least: u64, most: u64) -> Verdict {
    match duration::parse(text) {
        Some(time) if (least..=most).contains(&time.as_secs()) => Ok(()),
        _ => Err(format!("must be a duration from \"{least}s\" to \"{most}s\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(all: &[(&str, &str)]) -> Verdict {
        env(&all.iter().map(|(name, value)| ((*name).to_owned(), Attr::from(*value))).collect())
    }

    #[test]
    fn names_of_variables_are_those_of_any_process() {
        for name in ["PORT", "spring.profiles.active", "discovery.type", "a-b", "2ND", "a b", "ä"] {
            assert_eq!(variables(&[(name, "x")]), Ok(()), "{name}");
        }
        for (name, value) in [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0y")] {
            assert!(variables(&[(name, value)]).is_err(), "{name:?} {value:?}");
        }
    }

    #[test]
    fn an_environment_fits_into_a_task_definition() {
        let of = |bytes: usize| {
            let value = "x".repeat(1000);
            let count = bytes / 1030;
            let names: Vec<String> = (0..count).map(|n| format!("V{n:04}")).collect();
            variables(&names.iter().map(|name| (name.as_str(), value.as_str())).collect::<Vec<_>>())
        };
        assert_eq!(of(60_000), Ok(()));
        assert!(of(64_000).is_err_and(|why| why.contains("64 KiB") && why.contains("63488")));
        // What JSON escapes takes more.
        assert!(variables(&[("A", &"\u{1}".repeat(20_000))]).is_err());
    }

    #[test]
    fn fargate_sells_pairs() {
        assert_eq!(fargate_size(256, 512), None);
        assert_eq!(fargate_size(1024, 3072), None);
        assert_eq!(fargate_size(8192, 20480), None);
        assert!(fargate_size(256, 1536).is_some_and(|(path, _)| path == "size.memory"));
        assert!(fargate_size(1024, 512).is_some_and(|(_, advice)| advice.contains("the nearest is 2048")));
        assert!(fargate_size(300, 512).is_some_and(|(path, _)| path == "size.cpu"));
    }

    #[test]
    fn images_say_which() {
        let digest = format!("web@sha256:{}", "0a".repeat(32));
        assert!(["web:1", "r.example:5000/a/web:1.4", &digest].iter().all(|uri| image(uri).is_ok()));
        for uri in [
            "",
            "web",
            "r.example:5000/web",
            "web:",
            "we b:1",
            ":1",
            "https://public.ecr.aws/nginx/nginx:1",
            "public.ecr.aws/Nginx/NGINX:1",
            "nginx@sha256:abc",
            "nginx:-x",
            "nginx:1:2",
        ] {
            assert!(image(uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn what_a_tag_holds_is_known_beforehand() {
        assert!(["v1.4.2", "r.example:5000/a/web@sha256:00", "Mon 2 Nov"].iter().all(|text| tag_value(text).is_ok()));
        assert!(!["", " ", "a ", "a,b", "a\nb", &"a".repeat(257)].iter().any(|text| tag_value(text).is_ok()));
    }

    #[test]
    fn certificates_are_in_acm() {
        assert!(certificate("arn:aws:acm:eu-north-1:123456789012:certificate/a-b").is_ok());
        assert!(certificate("arn:aws:iam::123456789012:server-certificate/a").is_err());
    }

    #[test]
    fn retention_has_steps() {
        assert!(retention_days(&30).is_ok());
        assert!(retention_days(&31).is_err_and(|advice| advice.contains("60")));
    }
}
