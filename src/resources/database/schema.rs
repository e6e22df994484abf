//! What the user writes.

use std::collections::BTreeMap;

use tf_plugin::{Attr, Model};

use crate::resources::common::{Common, Tagged};
use crate::resources::reference::Ref;

/// A Postgres database on Amazon RDS, in the region's default VPC, never public.
///
/// It becomes a DB subnet group, a closed security group, a parameter group of its own and an instance whose master
/// password RDS makes, keeps and rotates in Secrets Manager. Backups, deletion protection and a final snapshot are on
/// unless they are switched off in words.
#[derive(Debug, Clone, Default, Model)]
pub struct Database {
    /// Name of the database, unique among the databases of the account and region. Its objects are
    /// called by it, unless `names` says otherwise. Lower-case letters, digits and single hyphens, 50 at most. Changing it replaces
    /// the database.
    #[attr(required, requires_replace, validate = crate::values::rules::name)]
    pub name: Attr<String>,
    /// Region, such as `"eu-north-1"`. Default: the provider's when the database is created; it then stays where it is.
    /// Changing it replaces the database.
    #[attr(optional, computed, requires_replace, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// Engine. `postgres` is RDS for PostgreSQL. Changing it replaces the database.
    #[attr(default = "postgres", requires_replace, one_of("postgres"))]
    pub engine: Attr<String>,
    /// Engine version: `"17"` leaves minor versions to RDS, which upgrades them in the maintenance window; `"17.4"` pins
    /// the minor version and switches RDS's automatic minor upgrades off. A later minor version that runs all the same,
    /// such as after an upgrade that RDS forces, is left as it is. Changing it to a later minor version is an upgrade in
    /// place, in the maintenance window unless `apply_immediately`; a plan that would go back to an earlier one is refused.
    /// The major version cannot be changed yet: a plan that would is refused.
    #[attr(default = "17", validate = super::rules::version)]
    pub version: Attr<String>,
    /// Instance class of RDS, such as `"db.m6g.large"`. Changing it is in place and interrupts connections for minutes,
    /// in the maintenance window unless `apply_immediately`.
    #[attr(default = "db.t4g.micro", validate = super::rules::class)]
    pub instance_class: Attr<String>,
    /// A standby in another availability zone, which takes over when the instance fails (Multi-AZ). Changing it is in
    /// place, in the maintenance window unless `apply_immediately`.
    #[attr(default = false)]
    pub multi_az: Attr<bool>,
    /// Engine parameters in RDS's own notation, such as `max_connections = "200"`. Dynamic ones are changed at once,
    /// static ones by the next reboot (see `pending_changes`). All others have the engine's defaults: one that is set elsewhere
    /// is put back. Default: none. Changing them is in place.
    #[attr(optional)]
    pub parameters: Attr<BTreeMap<String, Attr<String>>>,
    /// Refuses to delete or replace the database, here and in AWS. Switched on when the database is complete. To
    /// destroy it, set this to `false`, apply, then destroy. Changing it is in place.
    #[attr(default = true)]
    pub deletion_protection: Attr<bool>,
    /// Deletes without a final snapshot: nothing is left then. It must be applied before the destroy. Changing it calls
    /// nothing.
    #[attr(default = false)]
    pub skip_final_snapshot: Attr<bool>,
    /// A word for a snapshot, such as `"before-2.0"`: 1 to 180 letters, digits and `_ . : / = + - @`. Changing it to a new
    /// value takes a manual snapshot, and waits until it is there before anything else of the database is changed in the
    /// same apply. The snapshot is called `<instance>-<value>`, in lower case and with a hyphen in place of all else; each
    /// value can be used once. It carries the tags of the instance, and RDS keeps it, and charges for it, until somebody
    /// deletes it, also when the database is destroyed. A database that is created with a value has nothing to take yet: it
    /// is only remembered, in the tag `drop:snapshot_trigger` of the instance. Removing it does nothing. The action
    /// `drop_snapshot` takes one on request. Default: none.
    #[attr(optional, validate = super::rules::snapshot_trigger)]
    pub snapshot_trigger: Attr<String>,
    /// Makes changes that interrupt at once, instead of in the maintenance window. Changing it to `true` also brings
    /// forward what waits.
    #[attr(default = false)]
    pub apply_immediately: Attr<bool>,
    /// Name of the first database inside the instance: letters, digits and underscores, 63 at most. Changing it
    /// replaces the database.
    #[attr(default = "postgres", requires_replace, validate = super::rules::database)]
    pub database_name: Attr<String>,
    /// Name of the master user. Its password is RDS's own; see `secret_arn`. Changing it replaces the database.
    #[attr(default = "postgres", requires_replace, validate = super::rules::username)]
    pub username: Attr<String>,
    /// The disk.
    #[block]
    pub storage: Attr<Storage>,
    /// Automated backups.
    #[block]
    pub backup: Attr<Backup>,
    /// Weekly window for changes that interrupt.
    #[block]
    pub maintenance: Attr<Maintenance>,

    /// ARN of the instance. It stays the same through all updates.
    #[attr(computed)]
    pub id: Attr<String>,
    /// Host name for connections.
    #[attr(computed)]
    pub endpoint: Attr<String>,
    /// Port for connections.
    #[attr(computed)]
    pub port: Attr<i64>,
    /// ARN of the secret in which RDS keeps user and password: JSON with `username` and `password`.
    #[attr(computed)]
    pub secret_arn: Attr<String>,
    /// Attributes whose new values RDS has taken and not yet made effective: they wait for the maintenance window, or
    /// for a reboot (`parameters`). Empty when nothing waits.
    #[attr(computed)]
    pub pending_changes: Attr<Vec<String>>,
    /// The database as other resources take it: `database = drop_database.main.ref`.
    #[attr(computed)]
    pub r#ref: Attr<Ref>,
    /// What every resource in AWS has.
    #[flatten]
    pub tagged: Tagged,
    /// What every resource has.
    #[flatten]
    pub common: Common,
}

/// Disk.
#[derive(Debug, Clone, Default, Model)]
pub struct Storage {
    /// Size in GiB, 20 to 65536, as a floor: growth above it belongs to RDS. Changing it to more is in place, on `gp3` from
    /// 400 GiB on with the IOPS and the throughput that the disk has; it never shrinks.
    #[attr(default = 20, validate = super::rules::storage_gb)]
    pub gb: Attr<i64>,
    /// How far RDS may grow it by itself, in GiB, at least a tenth above what the disk has. A disk that has grown so far is
    /// left as it is. Default: not at all. Changed in place.
    #[attr(optional, validate = super::rules::storage_gb)]
    pub max_gb: Attr<i64>,
    /// Type of storage. Changed in place, without interruption.
    #[attr(default = "gp3", one_of("gp2", "gp3"), rename = "type")]
    pub kind: Attr<String>,
}

/// Automated backups.
#[derive(Debug, Clone, Default, Model)]
pub struct Backup {
    /// Days that automated backups are kept, 1 to 35, or 0 for none. Changed in place; switching between 0 and another
    /// value interrupts.
    #[attr(default = 7, validate = super::rules::backup_days)]
    pub retention_days: Attr<i64>,
    /// Daily window, UTC, at least 30 minutes: `"02:00-03:00"`. Changed in place.
    #[attr(default = "02:00-03:00", validate = super::rules::daily_window)]
    pub window: Attr<String>,
}

/// Weekly window for changes that interrupt.
#[derive(Debug, Clone, Default, Model)]
pub struct Maintenance {
    /// Weekly window, UTC, at least 30 minutes: `"sun:04:00-sun:05:00"`. Changed in place.
    #[attr(default = "sun:04:00-sun:05:00", validate = super::rules::weekly_window)]
    pub window: Attr<String>,
}
