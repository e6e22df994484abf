//! RDS and EC2 in memory: enough for a database, with a count of changing calls, the one of them to fail, and births.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;

use crate::base::{CallError, ErrorClass, Freshness, RESOURCE_TAG, Result};
use crate::cloud::aws::ec2::{
    Direction, Ec2, GroupKey, GroupUsers, Network, Permission, Reference, Rule, SecurityGroup,
};
use crate::cloud::aws::rds::{
    Instance, InstanceShape, LoginToken, NewInstance, Offer, ParameterGroup, ParameterInfo, Rds, Snapshot, SubnetGroup,
};
use crate::cloud::aws::{Aws, Session, ready};
use crate::clouds::Runtime;
use crate::engine::run::context::Clock;

pub type Tags = BTreeMap<String, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error, and nothing was done.
    Refused,
    /// An error, and it was done.
    Lost,
}

#[derive(Debug, Default)]
pub struct State {
    pub subnet_groups: BTreeMap<String, SubnetGroup>,
    pub parameter_groups: BTreeMap<String, (ParameterGroup, Tags)>,
    pub security_groups: BTreeMap<String, SecurityGroup>,
    pub rules: BTreeMap<String, BTreeSet<Rule>>,
    pub instances: BTreeMap<String, Instance>,
    pub tags: BTreeMap<String, Tags>,
    pub snapshots: Vec<String>,
    /// Manual snapshots, each as it was when it was last looked at.
    pub manual: BTreeMap<String, Snapshot>,
    pub no_default_vpc: bool,
    /// The index of tags tells of marks as they were before.
    pub index_lags: bool,
    /// The text of an injected error.
    pub says: String,
    /// Changing calls since the fault was set.
    pub calls: Vec<&'static str>,
    fault: Option<(usize, Fault)>,
    /// Whether the fault's number leaves out writes of leases: how many there are depends on the pauses between polls.
    counts_changes: bool,
    births: BTreeMap<String, u32>,
    born: u32,
}

#[derive(Debug, Clone, Default)]
pub struct FakeCloud(Arc<Mutex<State>>);

impl FakeCloud {
    pub fn runtime(&self) -> Arc<Runtime> {
        Self::over(self.session())
    }

    pub fn over(session: Session) -> Arc<Runtime> {
        Runtime::over(Arc::new(Aws::fixed(session)), Arc::new(Ticking))
    }

    pub fn session(&self) -> Session {
        let (rds, ec2) = (Arc::new(self.clone()), Arc::new(self.clone()));
        Session { rds: ready(rds), ec2: ready(ec2), ..Session::unreachable("123456789012", "eu-north-1") }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Fails the `call`-th changing call from now on.
    pub fn fail(&self, call: usize, fault: Fault) {
        let mut state = self.state();
        state.calls.clear();
        state.fault = Some((call, fault));
        state.counts_changes = false;
    }

    /// Fails the `change`-th of [`Self::changes`] from now on.
    pub fn fail_change(&self, change: usize, fault: Fault) {
        self.fail(change, fault);
        self.state().counts_changes = true;
    }

    pub fn heal(&self) {
        let mut state = self.state();
        state.fault = None;
        state.calls.clear();
    }

    /// Every object with the number of its birth.
    pub fn births(&self) -> BTreeMap<String, u32> {
        self.state().births.clone()
    }

    /// The changing calls since the fault was set, without those that only write the lease of an update.
    pub fn changes(&self) -> Vec<&'static str> {
        self.state().calls.iter().copied().filter(|call| *call != LEASE).collect()
    }

    pub fn mark(&self) -> String {
        let state = self.state();
        let anchor = state.subnet_groups.values().next().map(|group| group.arn.clone()).unwrap_or_default();
        state.tags.get(&anchor).and_then(|tags| tags.get("drop:state")).cloned().unwrap_or_default()
    }

    fn change<T>(&self, call: &'static str, act: impl FnOnce(&mut State) -> Result<T>) -> Result<T> {
        let mut state = self.state();
        state.calls.push(call);
        let counted = |met: &&&str| !state.counts_changes || **met != LEASE;
        let number = state.calls.iter().filter(counted).count();
        let fault = state.fault.filter(|(at, _)| counted(&&call) && *at == number).map(|(_, fault)| fault);
        if fault != Some(Fault::Refused) {
            let result = act(&mut state);
            if fault.is_none() {
                return result;
            }
        }
        let message = state.says.clone();
        Err(CallError { message, ..error(call, ErrorClass::Unavailable, "InternalFailure") })
    }
}

/// How a call is recorded that writes the lease of an update.
pub const LEASE: &str = "lease";

fn error(call: &str, kind: ErrorClass, code: &str) -> CallError {
    let (call, code) = (call.to_owned(), Some(code.to_owned()));
    CallError { call, code, message: "said the cloud".to_owned(), request_id: Some("r-1".to_owned()), class: kind }
}

impl State {
    /// The rules that refer to a group.
    fn references(&self, group: &str) -> impl Iterator<Item = &Rule> {
        let refers = move |rule: &&Rule| rule.opening.as_ref().is_some_and(|opening| opening.peer == group);
        self.rules.values().flatten().filter(refers)
    }

    fn bear(&mut self, kind: &str, name: &str) {
        self.born += 1;
        self.births.insert(format!("{kind} {name}"), self.born);
    }
}

fn arn(kind: &str, name: &str) -> String {
    format!("arn:aws:rds:eu-north-1:123456789012:{kind}:{name}")
}

/// Overwrites what is set.
fn apply(shape: &mut InstanceShape, change: &InstanceShape) {
    macro_rules! take { ($($field:ident),*) => { $( if change.$field.is_some() { shape.$field = change.$field.clone(); } )* } }
    take!(
        class,
        version,
        auto_minor_upgrade,
        gb,
        max_gb,
        iops,
        throughput,
        storage_type,
        multi_az,
        backup_days,
        backup_window
    );
    take!(maintenance_window, parameter_group, security_groups, public, protected);
}

#[async_trait]
impl Rds for FakeCloud {
    async fn subnet_group(&self, name: &str, _: Freshness) -> Result<Option<SubnetGroup>> {
        Ok(self.state().subnet_groups.get(name).cloned())
    }

    async fn create_subnet_group(&self, name: &str, _: &str, subnets: &[String], tags: &Tags) -> Result<()> {
        let call = "rds:CreateDBSubnetGroup";
        self.change(call, |state| {
            if state.subnet_groups.contains_key(name) {
                return Err(error(call, ErrorClass::Exists, "DBSubnetGroupAlreadyExists"));
            }
            state.bear("db_subnet_group", name);
            let (subnets, arn) = (subnets.iter().cloned().collect(), arn("subgrp", name));
            state.tags.insert(arn.clone(), tags.clone());
            let group = SubnetGroup { name: name.to_owned(), arn, vpc: "vpc-1".to_owned(), subnets };
            state.subnet_groups.insert(name.to_owned(), group);
            Ok(())
        })
    }

    async fn delete_subnet_group(&self, name: &str) -> Result<()> {
        let call = "rds:DeleteDBSubnetGroup";
        self.change(call, |state| {
            if state.instances.values().any(|instance| instance.subnet_group == name) {
                return Err(error(call, ErrorClass::Busy, "InvalidDBSubnetGroupStateFault"));
            }
            state.births.remove(&format!("db_subnet_group {name}"));
            let gone = state.subnet_groups.remove(name);
            gone.map(|_| ()).ok_or_else(|| error(call, ErrorClass::NotFound, "DBSubnetGroupNotFoundFault"))
        })
    }

    async fn parameter_group(&self, name: &str, _: Freshness) -> Result<Option<ParameterGroup>> {
        Ok(self.state().parameter_groups.get(name).map(|(group, _)| group.clone()))
    }

    async fn set_parameters_of(&self, name: &str) -> Result<Tags> {
        Ok(self.state().parameter_groups.get(name).map(|(_, values)| values.clone()).unwrap_or_default())
    }

    async fn create_parameter_group(&self, name: &str, family: &str, _: &str, tags: &Tags) -> Result<()> {
        let call = "rds:CreateDBParameterGroup";
        self.change(call, |state| {
            if state.parameter_groups.contains_key(name) {
                return Err(error(call, ErrorClass::Exists, "DBParameterGroupAlreadyExists"));
            }
            state.bear("db_parameter_group", name);
            let arn = arn("pg", name);
            state.tags.insert(arn.clone(), tags.clone());
            let group = ParameterGroup { name: name.to_owned(), arn, family: family.to_owned() };
            state.parameter_groups.insert(name.to_owned(), (group, Tags::new()));
            Ok(())
        })
    }

    async fn parameter_table(&self, _: &str) -> Result<BTreeMap<String, ParameterInfo>> {
        let info = |dynamic, allowed: &str| ParameterInfo {
            dynamic,
            modifiable: true,
            kind: Some("integer".to_owned()),
            allowed: Some(allowed.to_owned()),
        };
        Ok(BTreeMap::from([
            ("max_connections".to_owned(), info(false, "6-8388607")),
            ("work_mem".to_owned(), info(true, "64-2147483647")),
        ]))
    }

    async fn set_parameters(&self, name: &str, values: &[(String, String, bool)]) -> Result<()> {
        self.change("rds:ModifyDBParameterGroup", |state| {
            let group = state.parameter_groups.get_mut(name).unwrap();
            group.1.extend(values.iter().map(|(key, value, _)| (key.clone(), value.clone())));
            Ok(())
        })
    }

    async fn reset_parameters(&self, name: &str, values: &[(String, bool)]) -> Result<()> {
        self.change("rds:ResetDBParameterGroup", |state| {
            let group = state.parameter_groups.get_mut(name).unwrap();
            group.1.retain(|key, _| !values.iter().any(|(gone, _)| gone == key));
            Ok(())
        })
    }

    async fn delete_parameter_group(&self, name: &str) -> Result<()> {
        self.change("rds:DeleteDBParameterGroup", |state| {
            state.births.remove(&format!("db_parameter_group {name}"));
            state.parameter_groups.remove(name);
            Ok(())
        })
    }

    async fn instance(&self, id: &str, _: Freshness) -> Result<Option<Instance>> {
        Ok(self.state().instances.get(id).cloned())
    }

    async fn instances(&self, _: Freshness) -> Result<Vec<Instance>> {
        Ok(self.state().instances.values().cloned().collect())
    }

    async fn create_instance(&self, new: &NewInstance) -> Result<()> {
        let call = "rds:CreateDBInstance";
        self.change(call, |state| {
            if state.instances.contains_key(&new.id) {
                return Err(error(call, ErrorClass::Exists, "DBInstanceAlreadyExists"));
            }
            state.bear("db_instance", &new.id);
            let instance = Instance {
                id: new.id.clone(),
                arn: arn("db", &new.id),
                status: "available".to_owned(),
                shape: new.shape.clone(),
                pending: InstanceShape::default(),
                reboot_pending: false,
                engine: new.engine.clone(),
                database: new.database.clone(),
                username: new.username.clone(),
                subnet_group: new.subnet_group.clone(),
                vpc: Some("vpc-1".to_owned()),
                endpoint: Some((format!("{}.rds.example", new.id), 5432)),
                secret_arn: Some("arn:aws:secretsmanager:eu-north-1:123456789012:secret:rds!db".to_owned()),
                iam_login: false,
                tags: new.tags.clone(),
            };
            state.instances.insert(new.id.clone(), instance);
            Ok(())
        })
    }

    async fn modify_instance(&self, id: &str, change: &InstanceShape, immediately: bool) -> Result<()> {
        self.change("rds:ModifyDBInstance", |state| {
            let instance = state.instances.get_mut(id).unwrap();
            let mut now = change.clone();
            if !immediately {
                instance.pending.class = now.class.take().or(instance.pending.class.take());
            }
            apply(&mut instance.shape, &now);
            Ok(())
        })
    }

    async fn delete_instance(&self, id: &str, final_snapshot: Option<&str>) -> Result<()> {
        let call = "rds:DeleteDBInstance";
        self.change(call, |state| {
            if state.instances.get(id).is_some_and(|instance| instance.shape.protected == Some(true)) {
                return Err(error(call, ErrorClass::Invalid, "InvalidParameterCombination"));
            }
            state.births.remove(&format!("db_instance {id}"));
            state.instances.remove(id);
            state.snapshots.extend(final_snapshot.map(str::to_owned));
            Ok(())
        })
    }

    async fn create_snapshot(&self, name: &str, _: &str, tags: &Tags) -> Result<()> {
        let call = "rds:CreateDBSnapshot";
        self.change(call, |state| {
            if state.manual.contains_key(name) {
                return Err(error(call, ErrorClass::Exists, "DBSnapshotAlreadyExists"));
            }
            let (arn, status) = (arn("snapshot", name), "creating".to_owned());
            state.manual.insert(name.to_owned(), Snapshot { arn, status, percent: 0, tags: tags.clone() });
            Ok(())
        })
    }

    /// It is done when it was looked at often enough.
    async fn snapshot(&self, name: &str) -> Result<Option<Snapshot>> {
        let mut state = self.state();
        let Some(snapshot) = state.manual.get_mut(name) else { return Ok(None) };
        if snapshot.status == "creating" {
            snapshot.percent += 1;
        }
        if snapshot.percent == 100 {
            snapshot.status = "available".to_owned();
        }
        Ok(Some(snapshot.clone()))
    }

    async fn tags(&self, arn: &str, freshness: Freshness) -> Result<Tags> {
        let state = self.state();
        let mut tags = state.tags.get(arn).cloned().unwrap_or_default();
        if state.index_lags && freshness == Freshness::Snapshot {
            tags.insert("drop:state".to_owned(), "incomplete 00000000".to_owned());
        }
        Ok(tags)
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<()> {
        let updating = |tags: Option<&Tags>| {
            tags.and_then(|tags| tags.get("drop:state")).is_some_and(|mark| mark.starts_with("updating"))
        };
        let is_lease =
            updating(Some(tags)) || (tags.contains_key("drop:state") && updating(self.state().tags.get(arn)));
        self.change(if is_lease { LEASE } else { "rds:AddTagsToResource" }, |state| {
            let instance = state.instances.values_mut().find(|instance| instance.arn == arn);
            let all = match instance {
                Some(instance) => &mut instance.tags,
                None => state.tags.entry(arn.to_owned()).or_default(),
            };
            all.extend(tags.clone());
            Ok(())
        })
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()> {
        self.change("rds:RemoveTagsFromResource", |state| {
            let instance = state.instances.values_mut().find(|instance| instance.arn == arn);
            let all = match instance {
                Some(instance) => &mut instance.tags,
                None => state.tags.entry(arn.to_owned()).or_default(),
            };
            all.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    async fn offers(&self, _: &str, version: Option<&str>, class: &str) -> Result<Vec<Offer>> {
        let offer = Offer {
            version: version.unwrap_or_default().to_owned(),
            storage_type: Some("gp3".to_owned()),
            multi_az: class != "db.t3.nano",
            storage: (Some(20), Some(65536)),
        };
        Ok(if class == "db.none.large" { vec![] } else { vec![offer] })
    }

    async fn versions(&self, _: &str, prefix: &str) -> Result<Vec<String>> {
        let all = ["16.9", "16.10", "17.6"].map(str::to_owned);
        Ok(all.into_iter().filter(|version| version.starts_with(prefix)).collect())
    }

    async fn all_versions(&self, _: &str) -> Result<Vec<String>> {
        Ok(["16.9", "16.10", "17.6"].map(str::to_owned).into())
    }

    async fn default_version(&self, _: &str, major: Option<&str>) -> Result<Option<String>> {
        Ok(Some(if major == Some("16") { "16.9" } else { "17.6" }.to_owned()))
    }

    async fn owned_subnet_groups(&self) -> Result<Vec<(SubnetGroup, Tags)>> {
        let state = self.state();
        let tags = |group: &SubnetGroup| state.tags.get(&group.arn).filter(|tags| tags.contains_key(RESOURCE_TAG));
        let owned = |group: &SubnetGroup| Some((group.clone(), tags(group)?.clone()));
        Ok(state.subnet_groups.values().filter_map(owned).collect())
    }

    async fn login_token(&self, host: &str, port: u16, username: &str) -> Result<LoginToken> {
        let token = format!("token of {username} for {host}:{port}");
        Ok(LoginToken { token: token.into(), expires_at: "2026-01-01T00:15:00Z".to_owned() })
    }
}

#[async_trait]
impl Ec2 for FakeCloud {
    async fn default_network(&self) -> Result<Option<Network>> {
        if self.state().no_default_vpc {
            return Ok(None);
        }
        let subnets = [("a", "subnet-a"), ("b", "subnet-b")].map(|(zone, id)| (zone.to_owned(), id.to_owned()));
        Ok(Some(Network { vpc: "vpc-1".to_owned(), subnets: subnets.into() }))
    }

    async fn security_group(&self, by: GroupKey<'_>, _: Freshness) -> Result<Option<SecurityGroup>> {
        let matches = |group: &&SecurityGroup| match by {
            GroupKey::Id(id) => group.id == id,
            GroupKey::Owned { name, owner } => {
                group.name == name && group.tags.get(RESOURCE_TAG).map(String::as_str) == Some(owner)
            }
            GroupKey::Named { name, .. } => group.name == name,
        };
        Ok(self.state().security_groups.values().find(matches).cloned())
    }

    async fn rules(&self, group: &str, _: Freshness) -> Result<BTreeSet<Rule>> {
        Ok(self.state().rules.get(group).cloned().unwrap_or_default())
    }

    async fn signed_ingress(&self, owner: &str, _: Freshness) -> Result<BTreeSet<Rule>> {
        let state = self.state();
        Ok(state.rules.values().flatten().filter(|rule| rule.owner.as_deref() == Some(owner)).cloned().collect())
    }

    async fn users_of(&self, group: &str) -> Result<GroupUsers> {
        let state = self.state();
        let reference = |rule: &Rule| Reference {
            rule: rule.id.clone(),
            group: rule.group.clone(),
            name: "theirs".to_owned(),
            owners: rule.owner.iter().cloned().collect(),
        };
        let rules = state.references(group).map(reference).collect();
        Ok(GroupUsers { rules, interfaces: vec![] })
    }

    async fn create_security_group(&self, name: &str, _: &str, vpc: &str, tags: &Tags) -> Result<()> {
        let call = "ec2:CreateSecurityGroup";
        self.change(call, |state| {
            if state.security_groups.values().any(|group| group.name == name) {
                return Err(error(call, ErrorClass::Exists, "InvalidGroup.Duplicate"));
            }
            state.bear("security_group", name);
            let id = format!("sg-{}", state.born);
            // A new group lets everything out.
            let all = Rule {
                id: format!("sgr-{}", state.born),
                group: id.clone(),
                direction: Direction::Egress,
                ..Rule::default()
            };
            state.rules.insert(id.clone(), BTreeSet::from([all]));
            let group =
                SecurityGroup { id: id.clone(), name: name.to_owned(), vpc: vpc.to_owned(), tags: tags.clone() };
            state.security_groups.insert(id, group);
            Ok(())
        })
    }

    async fn authorize(
        &self,
        direction: Direction,
        group: &str,
        permissions: &[Permission],
        tags: &Tags,
    ) -> Result<()> {
        self.change("ec2:AuthorizeSecurityGroupIngress", |state| {
            for opening in permissions {
                state.born += 1;
                let rule = Rule {
                    id: format!("sgr-{}", state.born),
                    group: group.to_owned(),
                    owner: tags.get(RESOURCE_TAG).cloned(),
                    component: tags.get("drop:component").cloned(),
                    tags: tags.clone(),
                    direction,
                    text: format!("{opening:?}"),
                    opening: Some(opening.clone()),
                };
                state.rules.entry(group.to_owned()).or_default().insert(rule);
            }
            Ok(())
        })
    }

    async fn revoke(&self, direction: Direction, group: &str, rules: &[String]) -> Result<()> {
        let call = match direction {
            Direction::Ingress => "ec2:RevokeSecurityGroupIngress",
            Direction::Egress => "ec2:RevokeSecurityGroupEgress",
        };
        self.change(call, |state| {
            state.rules.entry(group.to_owned()).or_default().retain(|rule| !rules.contains(&rule.id));
            Ok(())
        })
    }

    async fn delete_security_group(&self, id: &str) -> Result<()> {
        let call = "ec2:DeleteSecurityGroup";
        self.change(call, |state| {
            if state.references(id).next().is_some() {
                return Err(error(call, ErrorClass::Busy, "DependencyViolation"));
            }
            if let Some(group) = state.security_groups.remove(id) {
                state.births.remove(&format!("security_group {}", group.name));
            }
            Ok(())
        })
    }

    async fn create_tags(&self, ids: &[String], tags: &Tags) -> Result<()> {
        self.change("ec2:CreateTags", |state| {
            let groups = state.security_groups.values_mut().filter(|group| ids.contains(&group.id));
            groups.for_each(|group| group.tags.extend(tags.clone()));
            Ok(())
        })
    }

    async fn delete_tags(&self, ids: &[String], keys: &[String]) -> Result<()> {
        self.change("ec2:DeleteTags", |state| {
            let groups = state.security_groups.values_mut().filter(|group| ids.contains(&group.id));
            groups.for_each(|group| group.tags.retain(|key, _| !keys.contains(key)));
            Ok(())
        })
    }
}

/// A clock that stands, and counting chance; no two processes draw the same.
#[derive(Debug)]
struct Ticking;

static DRAWN: AtomicU32 = AtomicU32::new(1);

impl Clock for Ticking {
    fn unix_time(&self) -> u64 {
        1_700_000_000
    }

    fn random(&self) -> u32 {
        DRAWN.fetch_add(1, Ordering::SeqCst).wrapping_mul(2_654_435_761)
    }
}
