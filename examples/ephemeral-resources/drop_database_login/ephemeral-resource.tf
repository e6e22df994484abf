resource "drop_database" "main" {
  name = "orders"
}

# As the master user, with the password that RDS keeps. It is read when it is needed, and written down nowhere.
ephemeral "drop_database_login" "main" {
  database = drop_database.main.ref
}

# Providers take such a login in their blocks, resources in write-only arguments, and commands in their environment.
resource "terraform_data" "schema" {
  triggers_replace = "schema 7"

  provisioner "local-exec" {
    command     = "psql --file=schema.sql \"$DATABASE_URL\""
    environment = { DATABASE_URL = ephemeral.drop_database_login.main.url }
  }
}

# As a user of the database whom IAM lets in for a quarter of an hour.
ephemeral "drop_database_login" "reports" {
  name     = "orders"
  method   = "iam"
  username = "reports"
}
