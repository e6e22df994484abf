# A Postgres database in the region's default VPC, with backups, a final snapshot and deletion protection.
terraform {
  required_providers {
    drop = {
      source = "getdrop/drop"
    }
  }
}

# Region, credentials and endpoints come from the ordinary environment (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL …).
provider "drop" {}

variable "protected" {
  description = "Refuse to delete the database. Set it to false and apply before a destroy."
  type        = bool
  default     = true
}

resource "drop_database" "main" {
  name                = "orders"
  version             = "17" # a prefix: minor versions are RDS's to move
  size                = "db.t4g.micro"
  deletion_protection = var.protected
  parameters          = { log_min_duration_statement = "500" }

  storage {
    gb     = 20
    max_gb = 100
  }

  backup {
    retention_days = 14
  }
}

output "steps" {
  description = "What was done, call by call."
  value       = drop_database.main.steps
}

output "endpoint" {
  value = "${drop_database.main.endpoint}:${drop_database.main.port}"
}
