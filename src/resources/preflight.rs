//! What several resources ask before an apply.

use tf_plugin::Diagnostics;

use crate::base::Result;
use crate::cloud::aws::ec2::Ec2;

/// Everything stands in the default VPC until environments bring networks of their own. Tells if the region has none, or
/// one with subnets in fewer than the two zones that `needs` needs.
pub async fn default_network(
    ec2: &dyn Ec2,
    region: &str,
    what: &str,
    needs: &str,
    diagnostics: &mut Diagnostics,
) -> Result<()> {
    match ec2.default_network().await? {
        None => diagnostics.error_at(
            "region",
            format!("{region} has no default VPC"),
            format!(
                "The {what} is built in the region's default VPC. Make one with `aws ec2 create-default-vpc`, or choose \
                 another region."
            ),
        ),
        Some(network) if network.subnets.len() < 2 => diagnostics.error_at(
            "region",
            format!("The default VPC of {region} has subnets in fewer than two zones"),
            format!("{needs} needs two. {} has {}.", network.vpc, network.subnets.len()),
        ),
        Some(_) => {}
    }
    Ok(())
}
