//! The directory, once configured.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tf_plugin::{Value, codec};

use crate::thing;

/// Things by name, and a log of what was done.
#[derive(Clone, Default)]
pub struct Cloud {
    directory: Arc<Mutex<Option<PathBuf>>>,
}

impl Cloud {
    pub fn open(&self, directory: Option<String>) {
        *self.directory.lock().unwrap_or_else(PoisonError::into_inner) = directory.map(PathBuf::from);
    }

    /// Null before it is configured.
    pub fn name(&self) -> Value {
        self.directory().map(|path| Value::from(path.display().to_string())).unwrap_or_default()
    }

    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.directory()?)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    pub fn load(&self, name: &str) -> io::Result<Option<Value>> {
        match fs::read(self.file(name)?) {
            Ok(text) => codec::json::decode(&text, &thing::block().implied_type()).map(Some).map_err(io::Error::other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn store(&self, name: &str, thing: &Value) -> io::Result<()> {
        let text = codec::json::encode(thing, &thing::block().implied_type()).map_err(io::Error::other)?;
        fs::write(self.file(name)?, text)
    }

    pub fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.file(name)?)
    }

    /// Adds a line to the log, for tests to see. A cloud that is gone has none.
    pub fn note(&self, line: &str) {
        let Ok(path) = self.file(".log") else { return };
        let log = fs::OpenOptions::new().create(true).append(true).open(path);
        log.and_then(|mut log| writeln!(log, "{line}")).ok();
    }

    fn file(&self, name: &str) -> io::Result<PathBuf> {
        Ok(self.directory()?.join(name))
    }

    fn directory(&self) -> io::Result<PathBuf> {
        let directory = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        directory.clone().ok_or_else(|| io::Error::other("the provider is not configured"))
    }
}
