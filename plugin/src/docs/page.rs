//! One page, from its head to its last section.

use std::fmt::Write as _;

use super::{About, Files, function, kind::Kind, schema, text};
use crate::{Block, Function, IdentitySchema};

/// A page that is to be written.
pub struct Page<'a> {
    pub about: &'a About<'a>,
    pub examples: &'a Files,
    pub kind: Kind,
    /// The full name of the type, or the function's.
    pub name: String,
}

/// What every page begins with: what begins otherwise somebody else wrote.
pub const HEAD: &str = "---\n# Written from the schema and the examples: do not edit it here.\n";

/// The ways to import, each by the file that shows it.
const IMPORTS: [(&str, &str, &str); 3] = [
    ("import-by-string-id.tf", "With an `import` block (Terraform from 1.5, OpenTofu from 1.6), by id:", "terraform"),
    ("import-by-identity.tf", "By identity (Terraform from 1.12, OpenTofu from 1.12):", "terraform"),
    ("import.sh", "On the command line, by id:", "shell"),
];

impl Page<'_> {
    /// Its place below `docs`.
    pub fn place(&self) -> String {
        let prefix = format!("{}_", self.about.name);
        match self.kind {
            Kind::Provider => "index.md".to_owned(),
            kind => format!("{}/{}.md", kind.folder(), self.name.strip_prefix(&prefix).unwrap_or(&self.name)),
        }
    }

    pub fn of_block(&self, block: &Block) -> String {
        let mut page = self.head(&block.description);
        if let Some(message) = &block.deprecation {
            writeln!(page, "\n~> **Deprecated.** {message}").ok();
        }
        self.put_examples(&mut page);
        page.push_str(&schema::section(block));
        page
    }

    pub fn of_resource(&self, block: &Block, identity: Option<IdentitySchema>) -> String {
        let mut page = self.of_block(block);
        let shown = IMPORTS.map(|(file, way, language)| (self.example(file), way, language));
        if shown.iter().any(|(text, ..)| text.is_some()) {
            page.push_str("\n## Import\n");
        }
        for (text, way, language) in shown {
            if let Some(text) = text {
                write!(page, "\n{way}\n\n{}", text::fenced(language, text)).ok();
            }
        }
        if let Some(identity) = identity {
            page.push_str(&schema::identity(&identity));
        }
        page
    }

    pub fn of_function(&self, function: &Function) -> String {
        let signature = &function.signature;
        let mut page = self.head(&signature.description);
        if let Some(message) = &signature.deprecation {
            writeln!(page, "\n~> **Deprecated.** {message}").ok();
        }
        self.put_examples(&mut page);
        page.push_str(&function::sections(self.about.name, &self.name, function));
        page
    }

    fn head(&self, description: &str) -> String {
        let (name, title, provider) = (&self.name, self.kind.title(), self.about.name);
        let mut head = String::from(HEAD);
        if self.kind == Kind::Provider {
            writeln!(head, "page_title: \"Provider: {name}\"").ok();
        } else {
            let subcategory = (self.about.subcategory)(name);
            writeln!(head, "page_title: \"{name} {title} - {provider}\"\nsubcategory: \"{subcategory}\"").ok();
        }
        writeln!(head, "description: |-\n  {}\n---\n", text::plain(&text::first_paragraph(description))).ok();
        match self.kind {
            Kind::Provider => writeln!(head, "# {name} Provider\n"),
            _ => writeln!(head, "# {name} ({title})\n"),
        }
        .ok();
        writeln!(head, "{}", text::paragraphs(description, "")).ok();
        if let Some(needs) = self.kind.needs() {
            writeln!(head, "\n-> {needs}").ok();
        }
        head
    }

    fn put_examples(&self, page: &mut String) {
        let (begin, end) = self.kind.example();
        let folder = self.example_folder();
        let found = self.examples.iter().filter(|(path, _)| {
            let file = path.strip_prefix(&folder).unwrap_or_default();
            file.starts_with(begin) && file.ends_with(end) && !file.contains('/')
        });
        for (number, (_, text)) in found.enumerate() {
            page.push_str(if number == 0 { "\n## Example Usage\n\n" } else { "\n" });
            page.push_str(&text::fenced("terraform", text));
        }
    }

    fn example(&self, file: &str) -> Option<&str> {
        self.examples.get(&format!("{}{file}", self.example_folder())).map(String::as_str)
    }

    fn example_folder(&self) -> String {
        match self.kind {
            Kind::Provider => "provider/".to_owned(),
            kind => format!("{}/{}/", kind.folder(), self.name),
        }
    }
}
