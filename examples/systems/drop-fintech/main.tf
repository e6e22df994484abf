# Drop, a payments platform: a web front and an API on Fargate in Stockholm, one Postgres database that stands in two
# zones, and Cloudflare in front of both. Alarms, canary releases and secrets of its own are still to come.
terraform {
  required_providers {
    drop = {
      source = "getdrop/drop"
    }
  }
}

provider "drop" {
  aws {
    region       = "eu-north-1"
    default_tags = { system = "drop" }
  }
}

variable "registry" {
  description = "Where the images lie."
  type        = string
  default     = "123456789012.dkr.ecr.eu-north-1.amazonaws.com"
}

variable "release" {
  description = "Tag of both images."
  type        = string
  default     = "1.0.0"
}

variable "protected" {
  description = "Refuse to delete the database. Set it to false and apply before a destroy."
  type        = bool
  default     = true
}

locals {
  services = {
    web = { port = 3000, max = 5, health = "/api/health", env = { API_URL = "https://api.getdrop.no/v1" } }
    api = { port = 3001, max = 10, health = "/v1/health", env = { APP_URL = "https://getdrop.no", BANKID_MOCK = "false" } }
  }
}

resource "drop_database" "main" {
  name                = "drop"
  version             = "16"
  instance_class      = "db.t3.medium"
  multi_az            = true
  deletion_protection = var.protected

  storage {
    gb     = 100
    max_gb = 500
    type   = "gp3"
  }

  backup {
    retention_days = 30
    window         = "01:00-02:00"
  }

  maintenance {
    window = "sun:03:00-sun:04:00"
  }
}

resource "drop_app_service" "this" {
  for_each = local.services
  name     = "drop-${each.key}"
  env      = each.value.env
  database = each.key == "api" ? drop_database.main.ref : null

  image {
    uri = "${var.registry}/drop-${each.key}:${var.release}"
  }

  size {
    cpu    = 1024
    memory = 2048
  }

  http {
    port = each.value.port
    health {
      path         = each.value.health
      interval     = "10s"
      timeout      = "5s"
      retries      = 3
      grace_period = "30s"
    }
  }

  scaling {
    min = 1
    max = each.value.max
    cpu {
      target = 80
    }
  }

  logs {
    retention_days = 90
  }
}

resource "drop_edge" "site" {
  name = "site"
  zone = "getdrop.no"

  route {
    host        = "getdrop.no"
    origin      = drop_app_service.this["web"].ref
    cache_paths = { "/_next/static/*" = "365d", "/public/*" = "1d" }
  }

  route {
    host   = "api.getdrop.no"
    origin = drop_app_service.this["api"].ref
    cache  = "0s"
  }

  tls {
    min_version   = "1.2"
    redirect_http = true
    hsts          = "365d"
  }

  firewall {
    countries {
      allow = ["NO", "SE", "DK", "FI"]
    }
    rate_limit {
      name     = "auth"
      path     = "/v1/auth/*"
      requests = 20
      period   = "10s"
      action   = "challenge"
    }
    rate_limit {
      name     = "transactions"
      path     = "/v1/transactions/*"
      requests = 30
      period   = "10s"
    }
  }
}

output "origins" {
  description = "Where the services answer behind the edge."
  value       = { for name, service in drop_app_service.this : name => service.url }
}
