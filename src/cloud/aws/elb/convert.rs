//! Between the SDK's types and ours.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, Certificate, Listener as SdkListener, LoadBalancer as SdkLoadBalancer,
    LoadBalancerSchemeEnum, ProtocolEnum, RedirectActionConfig, RedirectActionStatusCodeEnum, Tag,
    TargetGroup as SdkTargetGroup,
};

use super::{HealthCheck, Listener, LoadBalancer, Reception, TargetGroup};
use crate::base::{CallError, Result};

pub const LOAD_BALANCERS: &str = "elasticloadbalancing:DescribeLoadBalancers";
pub const TARGET_GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";
pub const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";

/// TLS 1.2 and 1.3.
pub const SSL_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

pub fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub fn plain_tags(tags: &[Tag]) -> BTreeMap<String, String> {
    let pair = |tag: &Tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default()));
    tags.iter().filter_map(pair).collect()
}

/// The load balancer, without its tags.
pub fn load_balancer(found: &SdkLoadBalancer) -> Result<LoadBalancer> {
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| CallError::incomplete(LOAD_BALANCERS, what));
    let state = found.state.as_ref();
    let word = state.and_then(|state| state.code.as_ref()).map(|code| code.as_str().to_owned());
    Ok(LoadBalancer {
        arn: text(&found.load_balancer_arn, "LoadBalancerArn")?,
        name: text(&found.load_balancer_name, "LoadBalancerName")?,
        dns: text(&found.dns_name, "DNSName")?,
        zone: found.canonical_hosted_zone_id.clone().unwrap_or_default(),
        subnets: found.availability_zones().iter().filter_map(|zone| zone.subnet_id.clone()).collect(),
        security_groups: found.security_groups().iter().cloned().collect(),
        internal: found.scheme == Some(LoadBalancerSchemeEnum::Internal),
        state: text(&word, "State")?,
        reason: state.and_then(|state| state.reason.clone()),
        tags: BTreeMap::new(),
    })
}

/// The target group, without its tags.
pub fn target_group(found: &SdkTargetGroup) -> Result<TargetGroup> {
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| CallError::incomplete(TARGET_GROUPS, what));
    Ok(TargetGroup {
        arn: text(&found.target_group_arn, "TargetGroupArn")?,
        name: text(&found.target_group_name, "TargetGroupName")?,
        vpc: found.vpc_id.clone().unwrap_or_default(),
        check: HealthCheck {
            path: found.health_check_path.clone(),
            interval: found.health_check_interval_seconds,
            timeout: found.health_check_timeout_seconds,
            healthy: found.healthy_threshold_count,
            unhealthy: found.unhealthy_threshold_count,
            matcher: found.matcher.as_ref().and_then(|matcher| matcher.http_code.clone()),
        },
        load_balancers: found.load_balancer_arns().to_vec(),
        tags: BTreeMap::new(),
    })
}

/// The listener, without its tags.
pub fn listener(found: &SdkListener) -> Result<Listener> {
    let text = |value: &Option<String>, what| value.clone().ok_or_else(|| CallError::incomplete(LISTENERS, what));
    let port = found.port.and_then(|port| u16::try_from(port).ok());
    Ok(Listener {
        arn: text(&found.listener_arn, "ListenerArn")?,
        load_balancer: text(&found.load_balancer_arn, "LoadBalancerArn")?,
        port: port.ok_or_else(|| CallError::incomplete(LISTENERS, "Port"))?,
        certificate: found.certificates().first().and_then(|certificate| certificate.certificate_arn.clone()),
        target_group: found.default_actions().iter().find_map(|action| action.target_group_arn.clone()),
        tags: BTreeMap::new(),
    })
}

/// Protocol, TLS policy, certificates and action, as create and modify take them.
pub fn reception(wanted: &Reception) -> (ProtocolEnum, Option<String>, Option<Vec<Certificate>>, Action) {
    let action = match &wanted.target_group {
        Some(arn) => Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(arn).build(),
        None => {
            let to = RedirectActionConfig::builder().protocol("HTTPS").port("443");
            let to = to.status_code(RedirectActionStatusCodeEnum::Http301).build();
            Action::builder().r#type(ActionTypeEnum::Redirect).redirect_config(to).build()
        }
    };
    match &wanted.certificate {
        Some(arn) => {
            let certificate = Certificate::builder().certificate_arn(arn).build();
            (ProtocolEnum::Https, Some(SSL_POLICY.to_owned()), Some(vec![certificate]), action)
        }
        None => (ProtocolEnum::Http, None, None, action),
    }
}
