//! What pages say of schemas in every shape.

use crate::docs::page::HEAD;
use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;

use super::*;
use crate::{
    Attr, Block, ConfigureRequest, Diagnostics, Function, FunctionError, IdentitySchema, Model, Object, Parameters,
    ReadRequest, ReadResponse, Resource, Schema,
};

/// A note that is kept.
///
/// It is written
/// once.
#[derive(Model)]
struct Note {
    /// Where it is.
    #[attr(required, requires_replace)]
    path: Attr<String>,
    /// What it says.
    #[attr(default = "hello \"you\"", one_of("hello \"you\"", "bye"))]
    text: Attr<String>,
    /// Where it is kept.
    #[attr(optional, computed)]
    region: Attr<String>,
    /// A word.
    #[attr(optional, write_only, sensitive)]
    word_wo: Attr<String>,
    /// Who wrote it.
    #[attr(computed)]
    authors: Attr<Vec<Author>>,
    /// How it is kept.
    #[block(required)]
    store: Attr<Store>,
    /// Ways to it.
    #[block]
    route: Attr<BTreeMap<String, Route>>,
    /// Tried in order.
    #[block(required)]
    rule: Attr<Vec<Route>>,
    /// Ways in.
    #[block]
    gate: Attr<Vec<Gate>>,
}

#[derive(Model)]
struct Gate {
    /// Name that visitors use.
    #[attr(required, key)]
    host: Attr<String>,
    /// What it is for.
    #[attr(default = "/*", key)]
    path: Attr<String>,
}

#[derive(Object)]
struct Author {
    /// What they are called.
    name: Attr<String>,
    /// Where they live.
    home: Attr<Home>,
}

#[derive(Object)]
struct Home {
    /// Town.
    town: Attr<String>,
}

#[derive(Model)]
struct Store {
    /// How many copies.
    #[attr(default = 2)]
    copies: Attr<u32>,
    /// Who may look.
    #[block]
    guard: Attr<Route>,
}

#[derive(Model)]
struct Route {
    /// Old.
    #[attr(optional, deprecated = "Use `open`.")]
    closed: Attr<bool>,
}

struct Notes;

#[async_trait]
impl Resource for Notes {
    fn schema(&self) -> Schema {
        Schema::new(0, Note::block())
    }
    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::of::<Route>(0))
    }
    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: request.state, ..ReadResponse::default() }
    }
    async fn apply(&self, request: crate::ApplyRequest) -> crate::ApplyResponse {
        crate::ApplyResponse { state: request.planned, ..crate::ApplyResponse::default() }
    }
}

/// Greets.
#[derive(Parameters)]
struct Greeting {
    /// Whom.
    name: String,
    /// How often.
    #[attr(variadic)]
    times: Vec<u32>,
}

struct Demo;

#[async_trait]
impl Provider for Demo {
    fn schema(&self) -> Schema {
        Schema::new(0, Block::new("Notes."))
    }
    fn resources(&self) -> BTreeMap<&'static str, Arc<dyn Resource>> {
        [("demo_note", Arc::new(Notes) as Arc<dyn Resource>)].into()
    }
    fn functions(&self) -> BTreeMap<&'static str, Function> {
        let greet = |given: Greeting| {
            Ok::<_, FunctionError>(Home { town: format!("{} {}", given.name, given.times.len()).into() })
        };
        [("greet", Function::new(greet))].into()
    }
    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }
}

const ABOUT: About<'_> = About { name: "demo", subcategory: |_| "Notes" };

fn written(examples: &[(&str, &str)]) -> Files {
    let examples = examples.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    pages(&Demo, &ABOUT, &examples)
}

#[track_caller]
fn shows(page: &str, lines: &[&str]) {
    for line in lines {
        assert!(page.contains(line), "{line:?} is not in\n{page}");
    }
}

#[test]
fn there_is_a_page_for_everything_offered_and_no_other() {
    let pages = written(&[]);
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["functions/greet.md", "index.md", "resources/note.md"]);
}

#[test]
fn a_page_says_what_the_schema_knows() {
    let page = &written(&[])["resources/note.md"];
    shows(
        page,
        &[
            "page_title: \"demo_note Resource - demo\"\nsubcategory: \"Notes\"\ndescription: |-\n  A note that is kept.\n---",
            "# demo_note (Resource)\n\nA note that is kept.\n\nIt is written once.\n",
            "### Required\n\n- `path` (String, forces replacement) Where it is.\n- `store` (Block) How it is kept. See \
             [below](#nestedblock--store).\n- `rule` (Blocks in order, at least 1) Tried in order.",
            "### Optional\n\n- `text` (String, default `\"hello \\\"you\\\"\"`, one of `hello \"you\"` `bye`) What it says.\n",
            "- `region` (String, computed if left out) Where it is kept.\n",
            "- `word_wo` (String, sensitive, write-only) A word.\n",
            "- `route` (Blocks with a label, `route \"…\" { }`) Ways to it. See [below](#nestedblock--route).",
            "- `gate` (Blocks identified by `host` and `path`, in any order) Ways in. See [below](#nestedblock--gate).",
            "### Read-Only\n\n- `authors` (List of Object) Who wrote it. See [below](#nestedatt--authors).",
            "-> Write-only attributes need Terraform 1.11",
        ],
    );
}

#[test]
fn what_is_nested_has_sections_of_its_own() {
    let page = &written(&[])["resources/note.md"];
    shows(
        page,
        &[
            "<a id=\"nestedblock--store\"></a>\n\n### Nested Schema for `store`\n\nOptional:\n\n- `copies` (Number, default `2`)",
            "### Nested Schema for `store.guard`\n\nOptional:\n\n- `closed` (Boolean, deprecated) **Deprecated:** Use `open`. Old.",
            "### Nested Schema for `authors`\n\nRead-Only:\n\n- `name` (String) What they are called.\n- `home` (Object) Where \
             they live. See [below](#nestedatt--authors--home).",
            "### Nested Schema for `authors.home`\n\nRead-Only:\n\n- `town` (String) Town.",
        ],
    );
}

#[test]
fn examples_stand_where_they_belong() {
    let pages = written(&[
        ("provider/provider.tf", "provider \"demo\" {}\n"),
        ("resources/demo_note/resource.tf", "resource \"demo_note\" \"a\" {}\n"),
        ("resources/demo_note/resource_more.tf", "# more\n"),
        ("resources/demo_note/import.sh", "terraform import demo_note.a a\n"),
        ("resources/demo_notes/resource.tf", "# another's\n"),
    ]);
    let page = &pages["resources/note.md"];
    shows(
        page,
        &["## Example Usage\n\n```terraform\nresource \"demo_note\" \"a\" {}\n```\n\n```terraform\n# more\n```\n"],
    );
    shows(page, &["## Import\n\nOn the command line, by id:\n\n```shell\nterraform import demo_note.a a\n```\n"]);
    shows(page, &["### Identity\n\nOptional:\n\n- `closed` (Boolean) Old.\n"]);
    assert!(!page.contains("another's"));
    shows(&pages["index.md"], &["```terraform\nprovider \"demo\" {}\n```"]);
}

#[test]
fn a_function_shows_how_it_is_called() {
    shows(
        &written(&[])["functions/greet.md"],
        &[
            "provider::demo::greet(name: string, times: number...) -> object({town = string})\n",
            "## Arguments\n\n- `name` (String) Whom.\n- `times` (Number, any number) How often.\n",
            "## Return Value\n\nObject\n\n- `town` (String) Town.\n",
            "-> Functions of providers need Terraform 1.8",
        ],
    );
}

#[test]
fn pages_are_written_once_and_those_of_nothing_removed() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "resources/gone.md", HEAD);
    put(folder.path(), "guides/kept.md", "old");
    let pages = written(&[]);
    let outdated = super::outdated(folder.path(), &pages).unwrap();
    assert_eq!(outdated, ["resources/gone.md", "functions/greet.md", "index.md", "resources/note.md"]);
    write(folder.path(), &pages).unwrap();
    assert!(super::outdated(folder.path(), &pages).unwrap().is_empty());
    let there = read(folder.path()).unwrap();
    assert_eq!(there.len(), pages.len() + 1);
    assert_eq!(there["guides/kept.md"], "old");
}

#[test]
fn what_somebody_else_wrote_is_not_touched() {
    let pages = written(&[]);
    for path in ["index.md", "resources/note.md", "resources/gone.md"] {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), path, "# By hand\n");
        put(folder.path(), "resources/old.md", HEAD);
        let refused = write(folder.path(), &pages).unwrap_err().to_string();
        assert!(refused.contains("was not written from a schema"), "{refused}");
        assert_eq!(read(folder.path()).unwrap().len(), 2, "{path}");
    }
}

fn put(folder: &std::path::Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn lists_and_code_keep_their_lines() {
    let text = "One\nline.\n\n- a\n- b\n\n```text\nx\n\ny\n```";
    assert_eq!(text::paragraphs(text, "  "), "One line.\n\n  - a\n  - b\n\n  ```text\n  x\n\n  y\n  ```");
}

#[test]
fn what_nobody_described_is_found() {
    let found = undescribed(&Demo);
    assert!(found.is_empty(), "{found:?}");
    let block = Block::new("").with(crate::Attribute::new("a", crate::Type::String).description("No stop"));
    assert_eq!(review::of_block("x", &block), ["x", "x.a"]);
}
