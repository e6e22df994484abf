//! One field of a model.

/// A value that may be absent, not yet known, or known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr<T> {
    /// Left out of the configuration, or absent from the object.
    #[default]
    Null,
    /// "Known after apply". May turn out to be anything, null included.
    Unknown,
    /// Neither null nor unknown.
    Known(T),
}

impl<T> Attr<T> {
    /// Unknown is not null: it may turn out to be.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is only known after apply. Never so in a state, and in a configuration only while planning.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether there is a value to work with.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The known value; neither null nor unknown is one.
    pub fn known(&self) -> Option<&T> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }

    /// The known value, to be changed in place; null and unknown have none.
    pub fn known_mut(&mut self) -> Option<&mut T> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }

    /// The known value, taken out. Null and unknown are both `None`: ask [`Self::is_unknown`] first where they differ.
    pub fn into_known(self) -> Option<T> {
        if let Self::Known(value) = self { Some(value) } else { None }
    }

    /// Looks inside without taking the value.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => Attr::Known(value),
        }
    }

    /// Changes a known value. Null stays null, unknown stays unknown.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        self.and_then(|value| Attr::Known(change(value)))
    }

    /// As [`Self::map`], where the change itself may answer null or unknown.
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Attr<U>) -> Attr<U> {
        match self {
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
            Self::Known(value) => change(value),
        }
    }

    /// The other value if this one is null. Unknown stays unknown: it may turn out to be anything.
    pub fn or(self, other: Attr<T>) -> Attr<T> {
        if self.is_null() { other } else { self }
    }

    /// The known value, or `default` when there is none yet.
    pub fn unwrap_or(self, default: T) -> T {
        self.into_known().unwrap_or(default)
    }

    /// The known value, or the default of its type when it is null or unknown.
    pub fn unwrap_or_default(self) -> T
    where
        T: Default,
    {
        self.into_known().unwrap_or_default()
    }
}

impl<T: std::ops::Deref> Attr<T> {
    /// `Attr<String>` as `Attr<&str>`.
    pub fn as_deref(&self) -> Attr<&T::Target> {
        self.as_ref().map(|value| &**value)
    }
}

impl Attr<String> {
    /// The text, if it is known.
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Attr<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// `None` is null.
impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fallback_replaces_null_and_never_unknown() {
        assert_eq!(Attr::Null.or(Attr::Known(1)), Attr::Known(1));
        assert_eq!(Attr::Unknown.or(Attr::Known(1)), Attr::Unknown);
        assert_eq!(Attr::Known(2).or(Attr::Known(1)), Attr::Known(2));
    }

    #[test]
    fn values_and_options_convert() {
        assert_eq!(Attr::<String>::from("a").as_deref(), Attr::Known("a"));
        assert_eq!(Attr::<u32>::from(None), Attr::Null);
        assert_eq!(Attr::Known(2).map(|n| n * 2), Attr::Known(4));
        assert_eq!(Attr::<u32>::Unknown.known(), None);
    }
}
