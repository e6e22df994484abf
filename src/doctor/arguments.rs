//! The words behind `terraform-provider-drop doctor`.

use crate::values::region;

/// How it is used.
pub const USAGE: &str = "\
usage: terraform-provider-drop doctor [--region <region>] [--profile <profile>] [--import]

Lists what interrupted applies left unfinished, with the commands that remove it. It reads and changes nothing. It looks at
one region of AWS and at every zone that the Cloudflare token sees, with the credentials of the environment.

  --region <region>    region to look at; without it AWS_REGION, AWS_DEFAULT_REGION or the profile's region
  --profile <profile>  profile of the shared AWS files; without it AWS_PROFILE or the keys of the environment
  --import             prints, instead, the import blocks of all that is finished: they rebuild a state that was lost
  --help               prints this";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Region to look at.
    pub region: Option<String>,
    /// Profile of the shared files.
    pub profile: Option<String>,
    /// Whether to print import blocks.
    pub import: bool,
    /// Whether to say how it is used.
    pub help: bool,
}

impl Arguments {
    /// Reads them, each option with one or two hyphens, its value behind a blank or `=`.
    ///
    /// # Errors
    /// A word that is no option, an option without its value, or a region that is none.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut found = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (option, joined) = word.split_once('=').map_or((word.as_str(), None), |(o, v)| (o, Some(v.to_owned())));
            let name = option.strip_prefix("--").or_else(|| option.strip_prefix('-')).unwrap_or_default();
            let mut value = || {
                let value = joined.clone().or_else(|| words.next()).filter(|value| !value.is_empty());
                value.ok_or_else(|| format!("{option} needs a value"))
            };
            match name {
                "region" => found.region = Some(value()?),
                "profile" => found.profile = Some(value()?),
                "import" if joined.is_none() => found.import = true,
                "help" | "h" if joined.is_none() => found.help = true,
                _ => return Err(format!("\"{word}\" is no option of doctor")),
            }
        }
        match found.region.as_deref().map(region::valid) {
            Some(Err(problem)) => Err(format!("--region {problem}")),
            _ => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_have_their_values_and_nothing_else_is_taken() {
        let region = Some("eu-west-1".to_owned());
        let expected = Arguments { region, profile: Some("prod".to_owned()), import: true, help: false };
        assert_eq!(parsed("--region eu-west-1 --profile=prod -import"), Ok(expected));
        assert_eq!(parsed(""), Ok(Arguments::default()));
        assert!(parsed("--help").unwrap().help);
        for (line, says) in [
            ("--frob", "\"--frob\" is no option"),
            ("eu-west-1", "is no option"),
            ("--region", "needs a value"),
            ("--region=", "needs a value"),
            ("--region Virginia", "must be"),
            ("--import=yes", "is no option"),
        ] {
            assert!(parsed(line).unwrap_err().contains(says), "{line}");
        }
    }
}
