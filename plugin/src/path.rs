//! Where in an object something is.

use std::fmt;

/// One step from an object or collection to what it holds.
///
/// Protocol: `AttributePath.Step`. There is none into a set: its elements have no address, so what is wrong with one is
/// told of the set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// An attribute or block of an object.
    Attribute(String),
    /// An element of a map, or a labelled block.
    Key(String),
    /// An element of a list or tuple.
    Index(usize),
}

/// A place in an object, shown as the user would write it: `storage.gb`, `route["shop/*"].cache`.
///
/// Protocol: `AttributePath`, in diagnostics and in what a plan says must be replaced. A block of a list is reached by
/// its position, also where a [`Key`](crate::Key) identifies it, since the CLIs know of no other way; one with a label by
/// its label as a [`PathStep::Key`], a single block by its name alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    steps: Vec<PathStep>,
}

impl Path {
    /// The object itself.
    pub const fn root() -> Self {
        Self { steps: Vec::new() }
    }

    /// One step into an object: an attribute, or all blocks of a name.
    pub fn attr(&self, name: impl Into<String>) -> Self {
        self.step(PathStep::Attribute(name.into()))
    }

    /// One step into a map, or to the block with this label.
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(PathStep::Key(key.into()))
    }

    /// One step into a list or tuple, or to the block at this position, from 0.
    pub fn index(&self, index: usize) -> Self {
        self.step(PathStep::Index(index))
    }

    /// One step of any kind.
    pub fn step(&self, step: PathStep) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }

    /// From the outermost step to the innermost.
    pub fn steps(&self) -> &[PathStep] {
        &self.steps
    }

    /// Whether it is the object itself, and no place inside it.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether `self` is `prefix` or lies inside it.
    pub fn starts_with(&self, prefix: &Path) -> bool {
        self.steps.starts_with(&prefix.steps)
    }
}

/// Attribute names separated by dots.
impl From<&str> for Path {
    fn from(names: &str) -> Self {
        names.split('.').filter(|name| !name.is_empty()).map(|name| PathStep::Attribute(name.to_owned())).collect()
    }
}

impl FromIterator<PathStep> for Path {
    fn from_iter<I: IntoIterator<Item = PathStep>>(steps: I) -> Self {
        Self { steps: steps.into_iter().collect() }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if position == 0 => f.write_str(name)?,
                PathStep::Attribute(name) => write!(f, ".{name}")?,
                PathStep::Key(key) => write!(f, "[{key:?}]")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_the_user_wrote_it() {
        assert_eq!(Path::from("storage.gb").to_string(), "storage.gb");
        assert_eq!(Path::from("route").key("shop/*").attr("cache").to_string(), r#"route["shop/*"].cache"#);
        assert_eq!(Path::from("rule").index(2).to_string(), "rule[2]");
        assert_eq!(Path::root().to_string(), "");
    }

    #[test]
    fn a_path_knows_what_lies_inside_it() {
        let route = Path::from("route");
        assert!(route.key("a").starts_with(&route));
        assert!(!route.starts_with(&route.key("a")));
    }
}
