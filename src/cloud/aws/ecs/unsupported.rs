//! What a task definition or a service has that our shapes do not hold, by the names that ECS has for it.
//!
//! Shapes of requests: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>,
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>.

use aws_sdk_ecs::types::{
    AssignPublicIp, Compatibility, ContainerDefinition, CpuArchitecture, DeploymentControllerType, DeploymentStrategy,
    LaunchType, LogDriver, NetworkMode, OsFamily, PortMapping, RuntimePlatform, SchedulingStrategy, Service,
    TaskDefinition, TransportProtocol, VersionConsistency,
};

/// What a revision of its shape alone would be without, or would have otherwise. The name and the protocol of a port are
/// Service Connect's, which is the service's to tell.
pub fn of_revision(revision: &TaskDefinition) -> Vec<&'static str> {
    let containers = revision.container_definitions();
    let fargate = revision.requires_compatibilities().contains(&Compatibility::Fargate);
    let own = [
        ("containerDefinitions: more than one", containers.len() > 1),
        ("networkMode", revision.network_mode != Some(NetworkMode::Awsvpc)),
        ("requiresCompatibilities: not FARGATE", !fargate),
        ("runtimePlatform", revision.runtime_platform.as_ref().is_some_and(|platform| !is_usual(platform))),
        ("volumes", !revision.volumes().is_empty()),
        ("placementConstraints", !revision.placement_constraints().is_empty()),
        ("proxyConfiguration", revision.proxy_configuration.is_some()),
        ("ephemeralStorage", revision.ephemeral_storage.is_some()),
        ("pidMode", revision.pid_mode.is_some()),
        ("ipcMode", revision.ipc_mode.is_some()),
        ("inferenceAccelerators", !revision.inference_accelerators().is_empty()),
        ("enableFaultInjection", revision.enable_fault_injection == Some(true)),
    ];
    named(own).chain(containers.first().into_iter().flat_map(of_container)).collect()
}

fn of_container(container: &ContainerDefinition) -> Vec<&'static str> {
    let logs = container.log_configuration.as_ref();
    let all = [
        ("portMappings", !matches!(container.port_mappings(), [one] if is_plain(one))),
        ("logConfiguration: not awslogs", logs.is_none_or(|logs| logs.log_driver != LogDriver::Awslogs)),
        ("logConfiguration.secretOptions", logs.is_some_and(|logs| !logs.secret_options().is_empty())),
        ("repositoryCredentials", container.repository_credentials.is_some()),
        ("container's cpu", container.cpu != 0),
        ("container's memory", container.memory.is_some()),
        ("memoryReservation", container.memory_reservation.is_some()),
        ("links", !container.links().is_empty()),
        ("restartPolicy", container.restart_policy.as_ref().is_some_and(|policy| policy.enabled)),
        ("entryPoint", !container.entry_point().is_empty()),
        ("command", !container.command().is_empty()),
        ("environmentFiles", !container.environment_files().is_empty()),
        ("mountPoints", !container.mount_points().is_empty()),
        ("volumesFrom", !container.volumes_from().is_empty()),
        ("linuxParameters", container.linux_parameters.is_some()),
        ("dependsOn", !container.depends_on().is_empty()),
        ("startTimeout", container.start_timeout.is_some()),
        ("stopTimeout", container.stop_timeout.is_some()),
        ("versionConsistency", container.version_consistency == Some(VersionConsistency::Disabled)),
        ("hostname", container.hostname.is_some()),
        ("user", container.user.is_some()),
        ("workingDirectory", container.working_directory.is_some()),
        ("disableNetworking", container.disable_networking == Some(true)),
        ("privileged", container.privileged == Some(true)),
        ("readonlyRootFilesystem", container.readonly_root_filesystem == Some(true)),
        ("dnsServers", !container.dns_servers().is_empty()),
        ("dnsSearchDomains", !container.dns_search_domains().is_empty()),
        ("extraHosts", !container.extra_hosts().is_empty()),
        ("dockerSecurityOptions", !container.docker_security_options().is_empty()),
        ("interactive", container.interactive == Some(true)),
        ("pseudoTerminal", container.pseudo_terminal == Some(true)),
        ("ulimits", !container.ulimits().is_empty()),
        ("healthCheck", container.health_check.is_some()),
        ("systemControls", !container.system_controls().is_empty()),
        ("resourceRequirements", !container.resource_requirements().is_empty()),
        ("firelensConfiguration", container.firelens_configuration.is_some()),
        ("credentialSpecs", !container.credential_specs().is_empty()),
    ];
    named(all).collect()
}

/// What a service made by us has otherwise. What only tells how a deployment goes on (percentages, alarms) stays as it is.
pub fn of_service(service: &Service) -> Vec<&'static str> {
    let network = service.network_configuration.as_ref().and_then(|network| network.awsvpc_configuration.as_ref());
    let public = network.and_then(|network| network.assign_public_ip.as_ref()) == Some(&AssignPublicIp::Enabled);
    let controller = service.deployment_controller.as_ref().map(|controller| &controller.r#type);
    let how = service.deployment_configuration.as_ref();
    let strategy = how.and_then(|how| how.strategy.as_ref());
    let connected = |deployment: &aws_sdk_ecs::types::Deployment| {
        deployment.service_connect_configuration.as_ref().is_some_and(|connect| connect.enabled)
    };
    let deployments = service.deployments();
    let all = [
        ("launchType: not FARGATE", service.launch_type != Some(LaunchType::Fargate)),
        ("capacityProviderStrategy", !service.capacity_provider_strategy().is_empty()),
        ("schedulingStrategy: DAEMON", service.scheduling_strategy == Some(SchedulingStrategy::Daemon)),
        ("deploymentController: not ECS", controller.is_some_and(|it| *it != DeploymentControllerType::Ecs)),
        ("deploymentConfiguration.strategy", strategy.is_some_and(|it| *it != DeploymentStrategy::Rolling)),
        ("deploymentConfiguration.lifecycleHooks", how.is_some_and(|how| !how.lifecycle_hooks().is_empty())),
        ("assignPublicIp: DISABLED", !public),
        ("loadBalancers: more than one", service.load_balancers().len() > 1),
        ("serviceRegistries", !service.service_registries().is_empty()),
        ("serviceConnectConfiguration", deployments.iter().any(connected)),
        ("volumeConfigurations", deployments.iter().any(|one| !one.volume_configurations().is_empty())),
        ("vpcLatticeConfigurations", deployments.iter().any(|one| !one.vpc_lattice_configurations().is_empty())),
        ("placementConstraints", !service.placement_constraints().is_empty()),
        ("taskSets", !service.task_sets().is_empty()),
    ];
    named(all).collect()
}

fn named<const N: usize>(all: [(&'static str, bool); N]) -> impl Iterator<Item = &'static str> {
    all.into_iter().filter_map(|(name, there)| there.then_some(name))
}

/// What Fargate runs where nothing is said.
fn is_usual(platform: &RuntimePlatform) -> bool {
    platform.cpu_architecture.as_ref().is_none_or(|it| *it == CpuArchitecture::X8664)
        && platform.operating_system_family.as_ref().is_none_or(|it| *it == OsFamily::Linux)
}

fn is_plain(mapping: &PortMapping) -> bool {
    mapping.container_port.is_some()
        && mapping.container_port_range.is_none()
        && mapping.protocol.as_ref().is_none_or(|protocol| *protocol == TransportProtocol::Tcp)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{LogConfiguration, Ulimit, UlimitName};

    use super::*;

    fn plain() -> ContainerDefinition {
        let logs = LogConfiguration::builder().log_driver(LogDriver::Awslogs).build().unwrap();
        let port = PortMapping::builder().container_port(80).name("web-80-tcp").build();
        ContainerDefinition::builder().name("web").image("web:1").port_mappings(port).log_configuration(logs).build()
    }

    fn revision(container: ContainerDefinition) -> TaskDefinition {
        let revision = TaskDefinition::builder().network_mode(NetworkMode::Awsvpc);
        revision.requires_compatibilities(Compatibility::Fargate).container_definitions(container).build()
    }

    #[test]
    fn what_the_console_writes_unasked_is_nothing_beyond() {
        let platform = RuntimePlatform::builder().cpu_architecture(CpuArchitecture::X8664);
        let mut told = revision(plain());
        told.runtime_platform = Some(platform.operating_system_family(OsFamily::Linux).build());
        assert_eq!(of_revision(&told), Vec::<&str>::new());
    }

    #[test]
    fn what_a_new_revision_would_lose_is_named() {
        let limit = Ulimit::builder().name(UlimitName::Nofile).soft_limit(1).hard_limit(1).build().unwrap();
        let mut container = plain();
        container.ulimits = Some(vec![limit]);
        container.command = Some(vec!["run".to_owned()]);
        let mut told = revision(container);
        assert_eq!(of_revision(&told), ["command", "ulimits"]);
        told.container_definitions = Some(vec![plain(), plain()]);
        assert_eq!(of_revision(&told), ["containerDefinitions: more than one"]);
    }
}
