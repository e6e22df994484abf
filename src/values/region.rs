//! Names of regions.

/// `eu-north-1`, `us-gov-west-1`: words of letters, and a number.
pub fn valid(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.split('-').collect();
    let words = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    let good = parts.len() >= 3
        && parts[..parts.len() - 1].iter().all(words)
        && parts.last().is_some_and(|number| number.parse::<u8>().is_ok());
    if good { Ok(()) } else { Err("must be the name of a region, such as \"eu-north-1\"".to_owned()) }
}

/// Partition of a region. Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_words_and_a_number() {
        assert!(["eu-north-1", "us-gov-west-1", "ap-southeast-10"].iter().all(|text| valid(text).is_ok()));
        assert!(
            ["", "US East", "us-east", "us-east-1a", "-east-1", "us_east_1"].iter().all(|text| valid(text).is_err())
        );
    }
}
