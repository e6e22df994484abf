//! The plan compared with what RDS has moved: the minor version and the size of the disk are its own, and the live value
//! decides what can still be asked for.

use tf_plugin::{Diagnostics, Path};

use super::layout::{blocks, major, names_minor};
use super::schema::Database;
use crate::cloud::aws::rds::Instance;
use crate::engine::model::kind::Compare;

/// The fields that RDS moves.
pub const MOVED: [&str; 3] = ["version", "gb", "max_gb"];

/// Checks those of them that the plan sets.
pub fn check(live: Instance, wanted: &Database, sets: impl Fn(&[&str]) -> bool, diagnostics: &mut Diagnostics) {
    let (now, later) = (live.shape, live.pending);
    if let (Some(live), true) = (later.version.or(now.version), sets(&["version"])) {
        version(&live, wanted, diagnostics);
    }
    if let Some(live) = later.gb.or(now.gb).map(i64::from) {
        storage(live, wanted, (sets(&["gb"]), sets(&["max_gb"])), diagnostics);
    }
}

/// RDS changes nothing of a stopped instance:
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html>
pub fn running(live: &Instance, region: &str, diagnostics: &mut Diagnostics) {
    if live.status != "stopped" {
        return;
    }
    diagnostics.error_at(
        "name",
        format!("The DB instance {} is stopped", live.id),
        format!(
            "RDS does not change a stopped instance. Start it with `aws rds start-db-instance --region {region} \
             --db-instance-identifier {}`, wait until it is available, and plan again.",
            live.id
        ),
    );
}

/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html>
fn version(live: &str, wanted: &Database, diagnostics: &mut Diagnostics) {
    let Some(wanted) = wanted.version.known().filter(|wanted| names_minor(wanted)) else { return };
    if wanted != live && Compare::Version.satisfied(&wanted.as_str().into(), &live.into()) {
        diagnostics.error_at(
            "version",
            format!("The instance runs {live} and cannot go back to {wanted}"),
            format!(
                "RDS only upgrades. Nothing was changed: write `version = \"{live}\"` to stay at it, or `version = \"{}\"` to \
                 leave minor versions to RDS.",
                major(live)
            ),
        );
    }
}

/// `sets` says whether the plan sets the size, and the limit.
fn storage(live: i64, wanted: &Database, sets: (bool, bool), diagnostics: &mut Diagnostics) {
    let (storage, ..) = blocks(wanted);
    let size = storage.gb.known().copied();
    if let (Some(size), true) = (size.filter(|size| *size < live), sets.0) {
        diagnostics.warn_at(
            Path::from("storage").attr("gb"),
            format!("The disk has {live} GiB already"),
            format!("RDS has grown it, and it never shrinks: {size} GiB change nothing."),
        );
    }
    let size = size.unwrap_or(live).max(live);
    let least = least_limit(size);
    if let (Some(most), true) = (storage.max_gb.known(), sets.1)
        && *most < least
    {
        diagnostics.error_at(
            Path::from("storage").attr("max_gb"),
            format!("{most} GiB leave no room to grow: the disk has {live} GiB"),
            format!("storage.max_gb must be at least a tenth more than the disk, {least} GiB. Or leave it out: the disk then \
                     stays as it is."),
        );
    }
}

/// The least limit that RDS takes for a disk of this size, in GiB: a tenth more.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html>
pub fn least_limit(size: i64) -> i64 {
    (size * 11).div_euclid(10) + i64::from(size * 11 % 10 > 0)
}

#[cfg(test)]
mod tests {
    use tf_plugin::Attr;

    use super::*;
    use crate::resources::database::schema::Storage;

    fn told(check: impl FnOnce(&mut Diagnostics)) -> String {
        let mut diagnostics = Diagnostics::new();
        check(&mut diagnostics);
        diagnostics.to_string()
    }

    #[test]
    fn only_a_downgrade_within_the_major_version_is_refused() {
        let told = |live: &str, wanted: &str| {
            let wanted = Database { version: Attr::from(wanted), ..Database::default() };
            told(|diagnostics| version(live, &wanted, diagnostics))
        };
        for (live, wanted) in [("17.7", "17.7"), ("17.7", "17"), ("17.4", "17.10"), ("17.4", "16.9")] {
            assert_eq!(told(live, wanted), "", "{live} -> {wanted}");
        }
        let refused = told("17.10", "17.4");
        assert!(refused.contains("runs 17.10 and cannot go back to 17.4"), "{refused}");
        assert!(refused.contains("`version = \"17.10\"`") && refused.contains("`version = \"17\"`"), "{refused}");
    }

    #[test]
    fn a_limit_is_a_tenth_above_the_disk_as_it_is() {
        let told = |live: i64, gb: i64, max_gb: i64, sets| {
            let disk = Storage { gb: Attr::Known(gb), max_gb: Attr::Known(max_gb), ..Storage::default() };
            let wanted = Database { storage: Attr::Known(disk), ..Database::default() };
            told(|diagnostics| storage(live, &wanted, sets, diagnostics))
        };
        let both = (true, true);
        assert_eq!((least_limit(80), least_limit(85)), (88, 94));
        assert_eq!(told(80, 80, 88, both), "");
        assert_eq!(told(80, 100, 110, both), "");
        assert_eq!(told(80, 20, 80, (false, false)), "");
        assert!(told(80, 20, 80, (false, true)).contains("the disk has 80 GiB"));
        assert!(told(80, 20, 87, (false, true)).contains("88 GiB"));
        assert!(told(80, 60, 100, (true, false)).contains("has 80 GiB already"));
    }
}
