//! Functions: what configurations need to work out, without a cloud. They are called as `provider::drop::<name>(…)`.

mod duration;
mod fargate_size;
mod parse_image;
mod parse_step;
mod pg_units;
mod subnets;

use std::collections::BTreeMap;

use tf_plugin::Function;

/// Every function, by name.
pub fn all() -> BTreeMap<&'static str, Function> {
    BTreeMap::from([
        ("duration", Function::new(duration::duration)),
        ("fargate_size", Function::new(fargate_size::fargate_size)),
        ("parse_image", Function::new(parse_image::parse_image)),
        ("parse_step", Function::new(parse_step::parse_step)),
        ("pg_units", Function::new(pg_units::pg_units)),
        ("subnets", Function::new(subnets::subnets)),
    ])
}
