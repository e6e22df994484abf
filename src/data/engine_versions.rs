//! The data source `drop_engine_versions`.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use tf_plugin::{Attr, Diagnostics, Model, async_trait};

use crate::cloud::aws::Session;
use crate::clouds::Runtime;
use crate::lookup::{Lookup, place};

/// The versions of a database engine that Amazon RDS offers in a region to new databases.
#[derive(Debug, Clone, Default, Model)]
pub struct EngineVersions {
    /// Engine, as `drop_database` knows it. `postgres` is RDS for PostgreSQL.
    #[attr(required, one_of("postgres"))]
    pub engine: Attr<String>,
    /// Lists the versions of one major version only, such as `"17"`. Default: those of all.
    #[attr(optional, validate = major)]
    pub major: Attr<String>,
    /// Region. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,

    /// The versions, such as `"17.6"`, the newest first.
    #[attr(computed)]
    pub versions: Attr<Vec<String>>,
    /// The version that RDS gives to a new database of the engine, or of its major version, that asks for no other.
    #[attr(computed)]
    pub default: Attr<String>,
}

fn major(text: &str) -> Result<(), String> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if digits { Ok(()) } else { Err("must be a major version, such as \"17\"".to_owned()) }
}

#[async_trait]
impl Lookup for EngineVersions {
    async fn found(mut self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (_, session) = place::open::<Session>(runtime, self.region.as_str(), diagnostics).await?;
        let engine = self.engine.known().cloned().unwrap_or_default();
        let major = self.major.as_str();
        let asked =
            futures::future::try_join(session.rds.all_versions(&engine), session.rds.default_version(&engine, major));
        let (all, default) = match asked.await {
            Ok(answered) => answered,
            Err(error) => {
                place::tell::<Session>(&error, "The versions of the engine", diagnostics);
                return None;
            }
        };
        let versions: Vec<String> = newest_first(&all)
            .into_iter()
            .filter(|version| major.is_none_or(|major| major_of(version) == major))
            .collect();
        if versions.is_empty() {
            let majors: BTreeSet<Reverse<u32>> =
                all.iter().filter_map(|version| major_of(version).parse().ok().map(Reverse)).collect();
            let majors: Vec<String> = majors.iter().map(|Reverse(major)| major.to_string()).collect();
            diagnostics.error_at(
                "major",
                format!("RDS offers no {engine} {} in {}", major.unwrap_or_default(), session.region),
                format!("Account {} can have these major versions there: {}.", session.account, majors.join(", ")),
            );
            return None;
        }
        self.region = session.region.as_str().into();
        self.default = default.filter(|version| versions.contains(version)).into();
        self.versions = Attr::Known(versions);
        Some(self)
    }
}

fn major_of(version: &str) -> &str {
    version.split('.').next().unwrap_or(version)
}

/// By number: 16.10 is newer than 16.9.
fn newest_first(versions: &[String]) -> Vec<String> {
    let mut sorted = versions.to_vec();
    sorted.sort_by_key(|version| {
        let parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
        Reverse(parts.collect::<Vec<_>>())
    });
    sorted
}

#[cfg(test)]
mod tests {
    use tf_plugin::{Cx, DataRequest, DataResponse};

    use super::*;
    use crate::lookup::Source;
    use crate::resources::database::tests::cloud::FakeCloud;

    async fn read(major: Option<&str>) -> DataResponse {
        let model = EngineVersions {
            engine: "postgres".into(),
            major: major.map(str::to_owned).into(),
            region: "eu-north-1".into(),
            ..EngineVersions::default()
        };
        let source = Source::<EngineVersions>::over(FakeCloud::default().runtime());
        source.read(DataRequest { config: model.to_value(), cx: Cx::default() }).await
    }

    #[tokio::test]
    async fn the_newest_comes_first_by_number() {
        let versions =
            |answer: &DataResponse| EngineVersions::read(&answer.state).unwrap().versions.unwrap_or_default();
        let all = read(None).await;
        assert_eq!(versions(&all), ["17.6", "16.10", "16.9"]);
        assert_eq!(all.state.get("default").as_str(), Some("17.6"));
        let one = read(Some("16")).await;
        assert_eq!(versions(&one), ["16.10", "16.9"]);
        assert_eq!(one.state.get("default").as_str(), Some("16.9"));
    }

    #[tokio::test]
    async fn a_major_version_that_is_not_sold_is_told_with_those_that_are() {
        let told = format!("{:?}", read(Some("9")).await.diagnostics);
        assert!(told.contains("no postgres 9 in eu-north-1") && told.contains("17, 16."), "{told}");
    }
}
