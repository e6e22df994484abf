//! The sources as they are built for users.

use std::fs;
use std::path::{Path, PathBuf};

/// Sources below a folder, test modules left out.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![];
    let mut folders = vec![root.join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "tests" && name != "target" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), shipped(&text)));
            }
        }
    }
    assert!(!found.is_empty(), "no sources below {folder}");
    found
}

/// A source as it is built for users: items for tests alone are blank lines. rustfmt sets the last line of an item as far in
/// as its first.
fn shipped(text: &str) -> String {
    let mut within: Option<usize> = None;
    let mut code = String::new();
    for line in text.lines() {
        let (indent, bare) = (line.len() - line.trim_start().len(), line.trim());
        if within.is_none() && bare == "#[cfg(test)]" {
            within = Some(indent);
        } else if let Some(start) = within {
            let ends = bare.ends_with([';', '}', ',']) && !bare.starts_with("#[");
            within = within.filter(|_| indent != start || !ends);
        } else {
            code.push_str(line);
        }
        code.push('\n');
    }
    code
}

#[test]
fn only_what_is_for_tests_is_left_out() {
    let text = "#[cfg(test)]\nmod tests;\nuse a;\n#[cfg(test)]\n#[allow(x)]\nmod more {\n    fn f() {}\n}\nfn g() {}\n";
    assert_eq!(shipped(text).split_whitespace().collect::<Vec<_>>(), ["use", "a;", "fn", "g()", "{}"]);
    assert_eq!(shipped(text).lines().count(), text.lines().count());
}
