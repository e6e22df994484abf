//! Pages and examples on disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Files, kind::Kind, page::HEAD};

/// Every text file below a folder; none if there is no such folder.
///
/// # Errors
///
/// What the system says of a folder or file that cannot be read. What is no text is passed over.
pub fn read(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    collect(folder, "", &mut files)?;
    Ok(files)
}

/// Writes pages, and removes those of types that are no more. What else lies in the folder, guides above all, stays.
///
/// # Errors
///
/// A page that was not written by this stands where one would be written or removed: then nothing is. And what the system
/// says of a file that cannot be written or removed.
pub fn write(folder: &Path, pages: &Files) -> io::Result<()> {
    let there = read(folder)?;
    let obsolete = obsolete(pages, &there);
    let foreign = |path: &&String| there.get(*path).is_some_and(|text| !text.starts_with(HEAD));
    if let Some(path) = obsolete.iter().chain(pages.keys()).find(foreign) {
        let why = format!("{} was not written from a schema: move it away first", place(folder, path).display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
    }
    for path in obsolete {
        fs::remove_file(place(folder, &path))?;
    }
    for (path, text) in pages {
        let path = place(folder, path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// The pages that [`write()`] would change or remove.
///
/// # Errors
///
/// What the system says of a folder or file that cannot be read.
pub fn outdated(folder: &Path, pages: &Files) -> io::Result<Vec<String>> {
    let there = read(folder)?;
    let mut outdated = obsolete(pages, &there);
    outdated.extend(pages.iter().filter(|(path, text)| there.get(*path) != Some(text)).map(|(path, _)| path.clone()));
    Ok(outdated)
}

/// Pages in the folders of types and functions that nothing stands for.
fn obsolete(pages: &Files, there: &Files) -> Vec<String> {
    let folders = [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Function, Kind::List, Kind::Action];
    let ours =
        |path: &String| path.split_once('/').is_some_and(|(first, _)| folders.iter().any(|of| of.folder() == first));
    there.keys().filter(|path| ours(path) && !pages.contains_key(*path)).cloned().collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            match fs::read_to_string(entry.path()) {
                Ok(text) => drop(files.insert(path, text)),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn place(folder: &Path, path: &str) -> PathBuf {
    folder.join(path.split('/').collect::<PathBuf>())
}
