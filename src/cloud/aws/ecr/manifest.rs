//! What a manifest says of the processors that its image is for.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/manifest.md> and `image-index.md`; Docker's own forms have the
//! same members, <https://distribution.github.io/distribution/spec/manifest-v2-2/>.

use std::collections::BTreeSet;

use serde::Deserialize;

/// The media types of manifests and indexes.
pub const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

const CONFIGS: [&str; 2] =
    ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

/// Where the architectures stand.
#[derive(Debug, PartialEq)]
pub enum Architectures {
    /// Here.
    Said(BTreeSet<String>),
    /// In the configuration with this digest.
    InConfig(String),
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    manifests: Vec<Entry>,
    config: Option<Config>,
}

#[derive(Deserialize)]
struct Entry {
    platform: Option<Platform>,
}

/// The platform of an entry, or what a configuration says of its own.
#[derive(Deserialize)]
struct Platform {
    architecture: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    media_type: Option<String>,
    digest: String,
}

/// Where a manifest says what its image is for.
pub fn architectures(manifest: &str) -> Result<Architectures, serde_json::Error> {
    let manifest: Manifest = serde_json::from_str(manifest)?;
    let image = |config: &Config| config.media_type.as_deref().is_some_and(|kind| CONFIGS.contains(&kind));
    Ok(match manifest.config.filter(image) {
        Some(config) => Architectures::InConfig(config.digest),
        None => Architectures::Said(manifest.manifests.into_iter().filter_map(|entry| said(entry.platform?)).collect()),
    })
}

/// What the configuration of an image says.
pub fn of_config(config: &[u8]) -> Result<BTreeSet<String>, serde_json::Error> {
    Ok(said(serde_json::from_slice(config)?).into_iter().collect())
}

/// BuildKit's attestations stand in an index as images of an unknown platform.
fn said(platform: Platform) -> Option<String> {
    platform.architecture.filter(|architecture| !architecture.is_empty() && architecture != "unknown")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_index_says_it_itself_and_attestations_are_no_platform() {
        let platform = |architecture: &str| json!({ "platform": { "architecture": architecture, "os": "linux" } });
        let index = json!({
            "mediaType": ACCEPTED[0],
            "manifests": [platform("arm64"), platform("amd64"), platform("unknown"), platform("arm64"), {}],
        });
        let expected = ["amd64", "arm64"].map(str::to_owned).into();
        assert_eq!(architectures(&index.to_string()).unwrap(), Architectures::Said(expected));
    }

    #[test]
    fn an_image_says_it_in_its_configuration_and_an_artefact_nowhere() {
        let manifest = |kind: &str| json!({ "config": { "mediaType": kind, "digest": "sha256:1" }, "layers": [] });
        for kind in CONFIGS {
            let found = architectures(&manifest(kind).to_string()).unwrap();
            assert_eq!(found, Architectures::InConfig("sha256:1".to_owned()), "{kind}");
        }
        let chart = manifest("application/vnd.cncf.helm.config.v1+json").to_string();
        assert_eq!(architectures(&chart).unwrap(), Architectures::Said(BTreeSet::new()));
        assert_eq!(of_config(br#"{"architecture":"arm64","os":"linux"}"#).unwrap(), ["arm64".to_owned()].into());
        assert!(architectures("<html>").is_err());
    }
}
