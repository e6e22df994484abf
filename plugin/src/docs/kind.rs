//! What there are pages of.

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Provider,
    Resource,
    Data,
    Ephemeral,
    Function,
    List,
    Action,
}

impl Kind {
    /// The folder of its pages and of its examples.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Resource => "resources",
            Self::Data => "data-sources",
            Self::Ephemeral => "ephemeral-resources",
            Self::Function => "functions",
            Self::List => "list-resources",
            Self::Action => "actions",
        }
    }

    /// How the names of its examples begin and end.
    pub fn example(self) -> (&'static str, &'static str) {
        match self {
            Self::Provider => ("provider", ".tf"),
            Self::Resource => ("resource", ".tf"),
            Self::Data => ("data-source", ".tf"),
            Self::Ephemeral => ("ephemeral-resource", ".tf"),
            Self::Function => ("function", ".tf"),
            Self::List => ("list-resource", ".tfquery.hcl"),
            Self::Action => ("action", ".tf"),
        }
    }

    /// What it is called in a title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Provider => "Provider",
            Self::Resource => "Resource",
            Self::Data => "Data Source",
            Self::Ephemeral => "Ephemeral Resource",
            Self::Function => "Function",
            Self::List => "List Resource",
            Self::Action => "Action",
        }
    }

    /// Which CLIs know it, if not all of them do.
    pub fn needs(self) -> Option<&'static str> {
        match self {
            Self::Provider | Self::Resource | Self::Data => None,
            Self::Ephemeral => Some("Ephemeral resources need Terraform 1.10 or OpenTofu 1.11, or newer."),
            Self::Function => Some("Functions of providers need Terraform 1.8 or OpenTofu 1.7, or newer."),
            Self::List => Some("Lists need Terraform 1.14 or newer, and stand in files that end in `.tfquery.hcl`."),
            Self::Action => Some("Actions need Terraform 1.14 or newer."),
        }
    }
}
