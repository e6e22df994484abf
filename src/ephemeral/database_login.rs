//! The ephemeral resource `drop_database_login`.

use serde::Deserialize;
use tf_plugin::{Attr, Diagnostics, Model, async_trait};

use crate::base::{Arn, Freshness, Secret};
use crate::cloud::aws::Session;
use crate::cloud::aws::rds::Instance;
use crate::cloud::percent;
use crate::clouds::Runtime;
use crate::lookup::Lookup;
use crate::lookup::place;
use crate::resources::database::called;
use crate::resources::reference::{Ref, member};

/// A login to a Postgres database on Amazon RDS, for the time of a run. Nothing of it is kept in plan or state: it can be
/// given to a provider's configuration, to a write-only argument, or to another ephemeral resource.
///
/// With `method = "secret"` it needs `secretsmanager:GetSecretValue` on the database's secret, and `kms:Decrypt` where that
/// is encrypted with a key of your own; with `method = "iam"`, `rds-db:connect` for the user. Where the database goes by
/// `name`, and always with `"iam"`, it also needs `rds:DescribeDBInstances`.
#[derive(Debug, Clone, Default, Model)]
pub struct DatabaseLogin {
    /// The database: `drop_database.main.ref`, or `data.drop_database.main.ref`. Either this or `name`.
    #[attr(optional)]
    pub database: Attr<Ref>,
    /// Name of the database; of one that drop did not make, the identifier of its instance. Either this or `database`.
    #[attr(optional, computed)]
    pub name: Attr<String>,
    /// Region, where the database goes by `name`. Default: the provider's.
    #[attr(optional, computed, validate = crate::values::region::valid)]
    pub region: Attr<String>,
    /// How it logs in. `secret`: as the master user, with the password that RDS keeps in Secrets Manager. `iam`: with a
    /// token that the credentials sign and IAM vouches for, good for new connections during 15 minutes. For that, IAM
    /// authentication must be switched on at the instance, and the user have the role `rds_iam` in the database.
    #[attr(default = "secret", one_of("secret", "iam"))]
    pub method: Attr<String>,
    /// User. Default: the master user. Only `iam` can log in as another one.
    #[attr(optional, computed)]
    pub username: Attr<String>,

    /// Host name.
    #[attr(computed)]
    pub host: Attr<String>,
    /// Port.
    #[attr(computed)]
    pub port: Attr<i64>,
    /// Name of the first database inside the instance.
    #[attr(computed)]
    pub dbname: Attr<String>,
    /// Password, or token.
    #[attr(computed, sensitive)]
    pub password: Attr<Secret>,
    /// All of it as one address, which asks for TLS: `postgresql://user:password@host:port/dbname?sslmode=require`.
    #[attr(computed, sensitive)]
    pub url: Attr<Secret>,
    /// When the token ends, such as `"2026-01-31T12:00:00Z"`; null for a password, which RDS rotates every
    /// seven days unless it is told otherwise.
    #[attr(computed)]
    pub expires_at: Attr<String>,
}

const SECRET: &str = "secret";

#[async_trait]
impl Lookup for DatabaseLogin {
    fn validate_config(&self, diagnostics: &mut Diagnostics) {
        if !self.database.is_null() && !self.name.is_null() {
            diagnostics.error_at("name", "The database is given twice", "Give either `database` or `name`.");
        }
        if self.database.is_null() && self.name.is_null() {
            let detail = "Give either `database = drop_database.<label>.ref`, or `name`.";
            diagnostics.error_at("database", "No database is given", detail);
        }
        if !self.database.is_null() && !self.region.is_null() {
            let detail = "`database` says in which region it is. Leave `region` out.";
            diagnostics.error_at("region", "The region is given twice", detail);
        }
        if !self.username.is_null() && matches!(self.method.as_deref(), Attr::Null | Attr::Known(SECRET)) {
            diagnostics.error_at(
                "username",
                "The secret has its own user",
                "RDS keeps the password of the master user only. Leave `username` out, or log in with \
                 `method = \"iam\"`.",
            );
        }
        if let Some(kind) = self.database.known().and_then(|of| of.kind.known())
            && kind != "drop_database"
        {
            let detail = format!("It is the `ref` of a {kind}. Give that of a drop_database.");
            diagnostics.error_at("database", "That is no database", detail);
        }
    }

    async fn found(mut self, runtime: &Runtime, diagnostics: &mut Diagnostics) -> Option<Self> {
        let given = self.database.known().cloned();
        let region = given.as_ref().map_or(&self.region, |given| &given.region).known().cloned();
        let (_, session) = place::open::<Session>(runtime, region.as_deref(), diagnostics).await?;
        let by_secret = self.method.known().is_none_or(|method| method == SECRET);
        let server = match given.as_ref().filter(|_| by_secret).and_then(Server::of_ref) {
            Some(server) => server,
            None => self.instance(&session, given.as_ref(), diagnostics).await?,
        };
        if by_secret {
            self.with_password(&session, &server, diagnostics).await?;
        } else {
            self.with_token(&session, &server, diagnostics).await?;
        }
        let (user, password) = (self.username.known()?, self.password.known()?);
        let Server { name, host, port, dbname, .. } = server;
        self.url = Attr::Known(url(user, password, &host, port, &dbname));
        (self.name, self.region) = (name.into(), session.region.as_str().into());
        (self.host, self.port, self.dbname) = (host.into(), i64::from(port).into(), dbname.into());
        Some(self)
    }
}

/// What is there to log in to.
struct Server {
    name: String,
    host: String,
    port: u16,
    dbname: String,
    secret_arn: Option<String>,
    /// As RDS describes it, if it was asked.
    instance: Option<Instance>,
}

impl Server {
    /// A ref tells all that a login with a password takes; one of an unfinished database tells less.
    fn of_ref(given: &Ref) -> Option<Self> {
        Some(Self {
            name: given.name.known()?.clone(),
            host: member(&given.database, |database| &database.hostname).into_known()?,
            port: u16::try_from(member(&given.access, |access| &access.port).into_known()?).ok()?,
            dbname: member(&given.database, |database| &database.name).into_known()?,
            secret_arn: Some(member(&given.secret, |secret| &secret.arn).into_known()?),
            instance: None,
        })
    }

    fn of_instance(name: &str, instance: &Instance) -> Option<Self> {
        let (host, port) = instance.endpoint.clone()?;
        Some(Self {
            name: name.to_owned(),
            host,
            port: u16::try_from(port).ok()?,
            dbname: instance.database.clone().unwrap_or_else(|| "postgres".to_owned()),
            secret_arn: instance.secret_arn.clone(),
            instance: Some(instance.clone()),
        })
    }
}

impl DatabaseLogin {
    /// Where the database is given, for messages.
    fn attribute(&self) -> &'static str {
        if self.database.is_null() { "name" } else { "database" }
    }

    async fn instance(&self, session: &Session, given: Option<&Ref>, diagnostics: &mut Diagnostics) -> Option<Server> {
        let name = given.map_or(&self.name, |given| &given.name).known().cloned().unwrap_or_default();
        let asked = match given.and_then(|given| given.id.known()).map(|arn| Arn::of(arn).last()) {
            Some(id) => session.rds.instance(id, Freshness::Now).await,
            None => session.rds.instances(Freshness::Now).await.map(|all| called(&all, &name).cloned()),
        };
        let at = format!("{} of account {}", session.region, session.account);
        let instance = match asked {
            Ok(Some(instance)) => instance,
            Ok(None) => {
                let detail = format!(
                    "There is no database of that name in {at}, and no RDS instance. Mend `{}`, or make the database first.",
                    self.attribute()
                );
                diagnostics.error_at(self.attribute(), format!("Database \"{name}\" was not found"), detail);
                return None;
            }
            Err(error) => {
                place::tell::<Session>(&error, &format!("Database \"{name}\""), diagnostics);
                return None;
            }
        };
        if !instance.engine.contains("postgres") {
            let detail =
                format!("{} in {at} runs {}. Logins are made for Postgres only.", instance.id, instance.engine);
            diagnostics.error_at(self.attribute(), format!("Database \"{name}\" is no Postgres"), detail);
            return None;
        }
        let server = Server::of_instance(&name, &instance);
        if server.is_none() {
            let detail = format!("It is {} in {at}. Try again when it is available.", instance.status);
            diagnostics.error_at(self.attribute(), format!("Database \"{name}\" has no address yet"), detail);
        }
        server
    }

    /// As the master user, with what RDS keeps in the secret: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html>.
    async fn with_password(&mut self, session: &Session, server: &Server, diagnostics: &mut Diagnostics) -> Option<()> {
        let name = &server.name;
        let Some(arn) = &server.secret_arn else {
            diagnostics.error_at(
                self.attribute(),
                format!("RDS does not manage the password of database \"{name}\""),
                "There is no secret to read. Let RDS manage it (`aws rds modify-db-instance \
                 --manage-master-user-password`), log in with `method = \"iam\"`, or read the secret that you keep \
                 yourself with `drop_secret`.",
            );
            return None;
        };
        let version = match session.secrets.version(arn, None, None).await {
            Ok(version) => version,
            Err(error) => {
                place::tell::<Session>(&error, &format!("The secret of database \"{name}\""), diagnostics);
                return None;
            }
        };
        let login = version.text.and_then(|text| serde_json::from_str::<Kept>(text.reveal()).ok());
        let Some(Kept { username, password }) = login else {
            diagnostics.error(
                format!("The secret of database \"{name}\" is no login"),
                format!(
                    "{arn} should be JSON with `username` and `password`, and is not. Its content is not shown. Look at it, \
                     or rotate it: `aws secretsmanager rotate-secret --secret-id {arn}`."
                ),
            );
            return None;
        };
        (self.username, self.password) = (username.into(), Secret::from(password).into());
        Some(())
    }

    async fn with_token(&mut self, session: &Session, server: &Server, diagnostics: &mut Diagnostics) -> Option<()> {
        let instance = server.instance.as_ref()?;
        if !instance.iam_login {
            diagnostics.error_at(
                "method",
                format!("Database \"{}\" does not take logins by IAM", server.name),
                format!(
                    "IAM authentication is off at its instance. Switch it on (it stays on, whatever drop_database \
                     applies): `aws rds modify-db-instance --region {} --db-instance-identifier {} \
                     --enable-iam-database-authentication --apply-immediately`. Then `GRANT rds_iam` to the user in the \
                     database, or log in with `method = \"secret\"`.",
                    session.region, instance.id
                ),
            );
            return None;
        }
        let username = self.username.known().unwrap_or(&instance.username).clone();
        match session.rds.login_token(&server.host, server.port, &username).await {
            Ok(made) => {
                (self.username, self.password) = (username.into(), made.token.into());
                self.expires_at = made.expires_at.into();
                Some(())
            }
            Err(error) => {
                place::tell::<Session>(&error, &format!("A token for database \"{}\"", server.name), diagnostics);
                None
            }
        }
    }
}

/// What RDS keeps in a master user's secret.
#[derive(Deserialize)]
struct Kept {
    username: String,
    password: String,
}

/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>
fn url(user: &str, password: &Secret, host: &str, port: u16, dbname: &str) -> Secret {
    let (user, password, dbname) = (percent(user), percent(password.reveal()), percent(dbname));
    Secret::from(format!("postgresql://{user}:{password}@{host}:{port}/{dbname}?sslmode=require"))
}

#[cfg(test)]
mod tests;
