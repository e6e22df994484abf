//! What RDS does to a database by itself.

use serde_json::{Value as Json, json};

use crate::lab::{Lab, REGION};
use crate::table::{Moved, moved};

const MODIFY: &[&str] = &["rds:ModifyDBInstance"];

pub fn moved_by_rds() -> Vec<Moved> {
    vec![
        moved("grown_to_its_ceiling", disk(20, 100), |lab| grow(lab, 100))
            .takes([("instance_class", json!("db.t4g.small"))], MODIFY)
            .refuses([("storage.max_gb", json!(90))], "storage.max_gb", "the disk has 100 GiB")
            .takes([("storage.max_gb", json!(200))], MODIFY),
        moved("grown", disk(20, 100), |lab| grow(lab, 80))
            .refuses([("storage.max_gb", json!(50))], "storage.max_gb", "the disk has 80 GiB")
            .refuses([("storage.max_gb", json!(80))], "storage.max_gb", "the disk has 80 GiB")
            .refuses([("storage.max_gb", json!(87))], "storage.max_gb", "88 GiB")
            .takes([("storage.max_gb", json!(88))], MODIFY)
            .takes([("storage.max_gb", Json::Null)], MODIFY),
        moved("grown_beyond_400", disk(400, 1000), |lab| grow(lab, 450))
            .takes([("storage.gb", json!(500)), ("storage.max_gb", json!(1000))], MODIFY),
        moved("minor_upgrade", [("version", json!("17"))], |lab| upgrade(lab, &json!({})))
            .refuses([("version", json!("17.2"))], "version", "runs 17.7 and cannot go back to 17.2")
            .takes([("version", json!("17.7"))], MODIFY),
        moved("forced_minor_upgrade", [("version", json!("17.4"))], |lab| upgrade(lab, &json!({"forced": true})))
            .refuses([("version", json!("17.5"))], "version", "runs 17.7 and cannot go back to 17.5")
            .takes([("instance_class", json!("db.t4g.small"))], MODIFY)
            .takes([("version", json!("17"))], MODIFY),
    ]
}

fn disk(gb: i64, max_gb: i64) -> [(&'static str, Json); 2] {
    [("storage.gb", json!(gb)), ("storage.max_gb", json!(max_gb))]
}

fn grow(lab: &Lab, gb: i64) {
    lab.post(&format!("rds/orders/grow-storage?region={REGION}"), &json!({ "gb": gb }));
}

fn upgrade(lab: &Lab, how: &Json) {
    lab.post(&format!("rds/orders/minor-version?region={REGION}"), how);
}
