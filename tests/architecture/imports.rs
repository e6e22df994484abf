//! Which file of a crate imports which, read off its sources: `use` items and paths in the code, tests left out.
//!
//! A module's file may name its own children, and they may name it: a folder is one room with one door. Every other import
//! counts. An item that a folder's file re-exports counts as an import of the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::sources;

/// A module's path inside its crate: empty for the crate's root.
pub type Module = Vec<String>;

/// The imports of one crate.
#[derive(Debug)]
pub struct Imports {
    /// Which file a module is in.
    pub files: BTreeMap<Module, String>,
    /// What each module imports of the others.
    pub edges: BTreeMap<Module, BTreeSet<Module>>,
}

impl Imports {
    /// Reads the crate below `folder`, a path from the repository's root.
    pub fn of(folder: &str) -> Self {
        let mut texts: BTreeMap<Module, String> = BTreeMap::new();
        let mut files = BTreeMap::new();
        for (path, text) in sources(folder) {
            let relative = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let mut module: Module = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|last| last == "mod" || (module.len() == 1 && last == "lib")) {
                module.pop();
            }
            files.insert(module.clone(), path.to_string_lossy().into_owned());
            texts.insert(module, without_comments(&text));
        }
        let mut reader = Reader { modules: files.keys().cloned().collect(), exported: BTreeMap::new() };
        for (module, text) in &texts {
            reader.note_exports(module, text);
        }
        let edges = texts.iter().map(|(module, text)| (module.clone(), reader.imports(module, text))).collect();
        Self { files, edges }
    }

    /// Groups of files that import each other in a circle, each by its files' paths.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let mut found: Vec<Vec<&str>> = vec![];
        for module in self.edges.keys() {
            let reached = self.reached_from(module);
            if !reached.contains(module) {
                continue;
            }
            let mut group: Vec<&str> = vec![];
            for other in reached.iter().filter(|other| self.reached_from(other).contains(module)) {
                group.push(&self.files[other]);
            }
            if !found.contains(&group) {
                found.push(group);
            }
        }
        found
    }

    fn reached_from(&self, module: &Module) -> BTreeSet<Module> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Module> = self.edges[module].iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next.clone()) {
                open.extend(&self.edges[next]);
            }
        }
        reached
    }
}

struct Reader {
    modules: BTreeSet<Module>,
    /// What a module re-exports, and from where.
    exported: BTreeMap<(Module, String), Module>,
}

impl Reader {
    fn note_exports(&mut self, module: &Module, text: &str) {
        for (public, tree) in uses(text) {
            for path in expand(&tree).iter().filter(|_| public) {
                if let Some((target, Some(name))) = self.resolve(module, path) {
                    self.exported.insert((module.clone(), name), target);
                }
            }
        }
    }

    fn imports(&self, module: &Module, text: &str) -> BTreeSet<Module> {
        let mut paths: Vec<String> = uses(text).iter().flat_map(|(_, tree)| expand(tree)).collect();
        paths.extend(inline_paths(text));
        let mut found = BTreeSet::new();
        for path in paths {
            let Some((mut target, name)) = self.resolve(module, &path) else { continue };
            if let Some(origin) = name.and_then(|name| self.exported.get(&(target.clone(), name))) {
                target = origin.clone();
            }
            // A module names itself and its children freely.
            if !target.starts_with(module) {
                found.insert(target);
            }
        }
        found
    }

    /// The module that a path leads to, and the name behind it.
    fn resolve(&self, module: &Module, path: &str) -> Option<(Module, Option<String>)> {
        let mut segments: Vec<&str> = path.split("::").collect();
        let mut at: Module = match segments[0] {
            "crate" => vec![],
            "self" | "super" => module.clone(),
            child if self.modules.contains(&[module.as_slice(), &[child.to_owned()]].concat()) => module.clone(),
            _ => return None,
        };
        if matches!(segments[0], "crate" | "self") {
            segments.remove(0);
        }
        while segments.first() == Some(&"super") {
            segments.remove(0);
            at.pop();
        }
        while let Some(next) = segments.first() {
            let deeper = [at.as_slice(), &[(*next).to_owned()]].concat();
            if !self.modules.contains(&deeper) {
                break;
            }
            at = deeper;
            segments.remove(0);
        }
        self.modules.contains(&at).then(|| (at, segments.first().map(|name| (*name).to_owned())))
    }
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| line.split_once("//").map_or(line, |(code, _)| code).to_owned();
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The `use` items of a text: whether each is public, and its tree.
fn uses(text: &str) -> Vec<(bool, String)> {
    let mut found = vec![];
    let mut rest = text;
    while let Some(at) = rest.find("use ") {
        let before = rest[..at].rsplit('\n').next().unwrap_or_default().trim();
        let is_item = before.is_empty() || before.starts_with("pub");
        let after = &rest[at + 4..];
        let end = after.find(';').unwrap_or(after.len());
        if is_item {
            let tree = after[..end].split_whitespace().collect::<Vec<_>>().join(" ");
            found.push((before.starts_with("pub"), tree));
        }
        rest = &after[if is_item { end } else { 0 }..];
    }
    found
}

/// The paths of a `use` tree.
fn expand(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, body)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let body = &body[..body.rfind('}').unwrap_or(body.len())];
    let (mut depth, mut start, mut items) = (0, 0, vec![]);
    for (at, c) in body.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&body[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&body[start..]);
    let wanted = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    wanted.flat_map(|item| expand(&format!("{prefix}{item}"))).collect()
}

/// Paths of two segments and more in the code.
fn inline_paths(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.contains("::"));
    words.map(|word| word.trim_matches(':').to_owned()).filter(|word| word.contains("::")).collect()
}

#[test]
fn a_tree_is_expanded() {
    assert_eq!(
        expand("crate::a::{self, b::{C, D}, e as f}"),
        ["crate::a::self", "crate::a::b::C", "crate::a::b::D", "crate::a::e"]
    );
    assert_eq!(
        uses("pub use a::B;\nlet x = 1; // use\nuse c::{\n  D,\n};"),
        [(true, "a::B".to_owned()), (false, "c::{ D, }".to_owned()),]
    );
}
