//! Expressions of Cloudflare's rules language, built from parts that cannot break out of them.
//!
//! <https://developers.cloudflare.com/ruleset-engine/rules-language/>

/// A text as a literal of the language.
pub fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal.push('"');
    literal
}

/// Requests for one of these hosts.
pub fn hosts(hosts: &[&str]) -> String {
    match hosts {
        [one] => format!("http.host eq {}", quoted(one)),
        many => format!("http.host in {}", set(many)),
    }
}

/// Requests for paths of this pattern.
pub fn path(pattern: &str) -> String {
    let field = "http.request.uri.path";
    match pattern.split_once('*') {
        None => format!("{field} eq {}", quoted(pattern)),
        Some((stem, "")) => format!("starts_with({field}, {})", quoted(stem)),
        Some(_) => format!("{field} strict wildcard {}", quoted(pattern)),
    }
}

/// Visitors from one of these countries.
pub fn countries(codes: &[&str]) -> String {
    format!("ip.src.country in {}", set(codes))
}

/// All of these.
pub fn all(parts: &[String]) -> String {
    parts.join(" and ")
}

/// The opposite.
pub fn not(part: &str) -> String {
    format!("not {part}")
}

fn set(texts: &[&str]) -> String {
    format!("{{{}}}", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads a literal back as the language does.
    fn read(literal: &str) -> Option<String> {
        let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
        let (mut text, mut letters) = (String::new(), inner.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => text.push(letters.next()?),
                '"' => return None,
                letter => text.push(letter),
            }
        }
        Some(text)
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_quotes(text in ".*") {
            prop_assert_eq!(read(&quoted(&text)), Some(text));
        }
    }

    #[test]
    fn patterns_become_the_plainest_operator() {
        assert_eq!(path("/login"), r#"http.request.uri.path eq "/login""#);
        assert_eq!(path("/static/*"), r#"starts_with(http.request.uri.path, "/static/")"#);
        assert_eq!(path("/*/login"), r#"http.request.uri.path strict wildcard "/*/login""#);
    }

    #[test]
    fn one_host_is_compared_and_many_are_looked_up() {
        assert_eq!(hosts(&["a.example"]), r#"http.host eq "a.example""#);
        assert_eq!(hosts(&["a.example", "b.example"]), r#"http.host in {"a.example" "b.example"}"#);
    }
}
