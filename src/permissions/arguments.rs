//! Arguments of `terraform-provider-drop permissions`.

/// How it is used.
pub const USAGE: &str = "\
usage: terraform-provider-drop permissions [--only <part>] [--account-id <id>] <plan.json>

Prints the least permissions that planning, applying and destroying the resources of this provider in a plan take. It reads
the plan and calls no cloud. Write the plan by

  terraform plan -out=tf.plan
  terraform show -json tf.plan > plan.json

It prints JSON with three members. iam_policy: IAM policy for apply and destroy, with the ARNs that the plan knows.
iam_policy_plan: IAM policy for plan alone. cloudflare_token: permissions of the Cloudflare API token, as Cloudflare names
them. Data sources, ephemeral resources and actions are not among them: their pages name what they call.

  --only <part>      prints that member alone: iam_policy, iam_policy_plan or cloudflare_token
  --account-id <id>  AWS account for the ARNs of what does not exist yet; without it the account in the plan, or *
  --help             prints this
  -                  as the plan: standard input";

/// A part of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// IAM policy for plan, apply and destroy.
    IamPolicy,
    /// IAM policy for plan alone.
    IamPolicyPlan,
    /// Permissions of the Cloudflare API token.
    CloudflareToken,
}

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Path of the plan; `-` is standard input.
    pub plan: String,
    /// The only part to print.
    pub only: Option<Part>,
    /// AWS account of what does not exist yet.
    pub account_id: Option<String>,
    /// Whether to print how it is used.
    pub help: bool,
}

impl Arguments {
    /// Reads them, each option with one or two hyphens, its value behind a blank or `=`.
    ///
    /// # Errors
    /// An unknown option or part, an option without its value, an account id that is none, no plan, or several.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut found = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let Some(option) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
                if !found.plan.is_empty() {
                    return Err(format!("one plan is read, not also \"{word}\""));
                }
                found.plan = word;
                continue;
            };
            let (option, joined) = option.split_once('=').map_or((option, None), |(o, v)| (o, Some(v.to_owned())));
            let mut value = || {
                let value = joined.clone().or_else(|| words.next()).filter(|value| !value.is_empty());
                value.ok_or_else(|| format!("{} needs a value", word.split('=').next().unwrap_or_default()))
            };
            match option.strip_prefix('-').unwrap_or(option) {
                "only" => found.only = Some(part(&value()?)?),
                "account-id" => found.account_id = Some(account(value()?)?),
                "help" | "h" if joined.is_none() => found.help = true,
                _ => return Err(format!("\"{word}\" is no option of permissions")),
            }
        }
        if found.plan.is_empty() && !found.help {
            return Err("no plan is given".to_owned());
        }
        Ok(found)
    }
}

fn part(name: &str) -> Result<Part, String> {
    match name {
        "iam_policy" => Ok(Part::IamPolicy),
        "iam_policy_plan" => Ok(Part::IamPolicyPlan),
        "cloudflare_token" => Ok(Part::CloudflareToken),
        _ => Err(format!("--only must be iam_policy, iam_policy_plan or cloudflare_token, not \"{name}\"")),
    }
}

fn account(id: String) -> Result<String, String> {
    match id.len() == 12 && id.bytes().all(|c| c.is_ascii_digit()) {
        true => Ok(id),
        false => Err(format!("--account-id must be 12 digits, not \"{id}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_stand_before_or_after_the_plan() {
        let expected = Arguments {
            plan: "plan.json".to_owned(),
            only: Some(Part::IamPolicyPlan),
            account_id: Some("123456789012".to_owned()),
            help: false,
        };
        assert_eq!(parsed("--only iam_policy_plan plan.json -account-id=123456789012"), Ok(expected));
        assert_eq!(parsed("-").unwrap().plan, "-");
        assert!(parsed("--help").unwrap().help);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (line, says) in [
            ("", "no plan"),
            ("a b", "not also \"b\""),
            ("--frob a", "\"--frob\" is no option"),
            ("a --only", "--only needs a value"),
            ("a --only=policy", "must be iam_policy"),
            ("a --account-id 12", "12 digits"),
        ] {
            assert!(parsed(line).unwrap_err().contains(says), "{line}");
        }
    }
}
