//! Where requests go to, as the user writes it: `www.shop.example/static/*`.

use tf_plugin::Path;

use super::schema::Route;
use super::values::is_path;
use crate::values::host::is_host;

/// A host and a pattern of paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target<'a> {
    /// The host.
    pub host: &'a str,
    /// The paths.
    pub path: &'a str,
}

impl<'a> Target<'a> {
    /// Reads the label of a route.
    pub fn parse(label: &'a str) -> Option<Self> {
        let slash = label.find('/')?;
        let (host, path) = label.split_at(slash);
        (is_host(host) && is_path(path)).then_some(Self { host, path })
    }
}

/// The attribute that says where a route leads. It stands for the whole route: a path that ends in a label is shown as
/// the block around it.
pub fn leads_at(label: &str, route: &Route) -> Path {
    let attribute = if route.origin.is_null() { "host" } else { "origin" };
    Path::from("route").key(label).attr(attribute)
}

/// The part of a pattern before its first star.
pub fn stem(pattern: &str) -> &str {
    pattern.split('*').next().unwrap_or(pattern)
}

/// How much a pattern says: the number of its letters that are no star.
pub fn weight(pattern: &str) -> usize {
    pattern.bytes().filter(|c| *c != b'*').count()
}

/// Whether every path of `inner` is one of `outer`, as far as their stems tell.
pub fn covers(outer: &str, inner: &str) -> bool {
    outer == inner || (outer.contains('*') && stem(inner).starts_with(stem(outer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_host_and_a_path() {
        assert_eq!(Target::parse("shop.example/a/*"), Some(Target { host: "shop.example", path: "/a/*" }));
        let wrong = [
            "shop.example",
            "/a",
            "Shop.example/",
            "shop/",
            "shop.example:80/",
            "https://shop.example/",
            "shop.example/a b",
            "shop.example/\"",
            "*.shop.example/",
            "shop..example/",
            "bücher.example/",
        ];
        assert!(wrong.iter().all(|label| Target::parse(label).is_none()));
    }

    #[test]
    fn a_pattern_covers_what_begins_like_it() {
        assert!(covers("/*", "/api/*"));
        assert!(covers("/api/*", "/api/v1/x"));
        assert!(!covers("/api/*", "/*"));
        assert!(!covers("/api", "/api/v1"));
    }
}
