//! Where requests go to: a host, and a pattern of paths such as `/static/*`.

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
    /// What a route serves, where that is known and right.
    pub fn of(route: &'a Route) -> Option<Self> {
        let (host, path) = (route.host.as_str()?, route.path.as_str().or(route.path.is_null().then_some("/*"))?);
        (is_host(host) && is_path(path)).then_some(Self { host, path })
    }
}

/// The place of a route in the configuration.
pub fn place(index: usize) -> Path {
    Path::from("route").index(index)
}

/// The attribute that says where a route leads. It stands for the whole route.
pub fn leads_at(index: usize, route: &Route) -> Path {
    place(index).attr(if route.origin.is_null() { "origin_host" } else { "origin" })
}

/// The part of a pattern before its first star.
pub fn literal_prefix(pattern: &str) -> &str {
    pattern.split('*').next().unwrap_or(pattern)
}

/// How much a pattern says: the number of its letters that are no star.
pub fn specificity(pattern: &str) -> usize {
    pattern.bytes().filter(|c| *c != b'*').count()
}

/// Whether every path of `inner` is one of `outer`, as far as their stems tell.
pub fn covers(outer: &str, inner: &str) -> bool {
    outer == inner || (outer.contains('*') && literal_prefix(inner).starts_with(literal_prefix(outer)))
}

#[cfg(test)]
mod tests {
    use tf_plugin::Attr;

    use super::*;

    fn route(host: &str, path: Option<&str>) -> Route {
        Route { host: host.into(), path: path.map(str::to_owned).into(), ..Route::default() }
    }

    #[test]
    fn a_route_serves_a_host_and_a_path() {
        let is = |route: &Route, path: &str| assert_eq!(Target::of(route), Some(Target { host: "shop.example", path }));
        is(&route("shop.example", Some("/a/*")), "/a/*");
        is(&route("shop.example", None), "/*");
        let hosts = [
            "",
            "shop",
            "Shop.example",
            "shop.example:80",
            "https://shop.example",
            "*.shop.example",
            "shop..example",
            "bücher.example",
        ];
        assert!(hosts.iter().all(|host| Target::of(&route(host, None)).is_none()));
        let paths = ["", "a", "/a b", "/\"", "/a?b"];
        assert!(paths.iter().all(|path| Target::of(&route("shop.example", Some(path))).is_none()));
        assert_eq!(Target::of(&Route { path: Attr::Unknown, ..route("shop.example", None) }), None);
    }

    #[test]
    fn a_pattern_covers_what_begins_like_it() {
        assert!(covers("/*", "/api/*"));
        assert!(covers("/api/*", "/api/v1/x"));
        assert!(!covers("/api/*", "/*"));
        assert!(!covers("/api", "/api/v1"));
    }
}
