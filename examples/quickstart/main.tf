# A service on Fargate with its Postgres database, in the region's default VPC, and Cloudflare in front of it.
terraform {
  required_providers {
    drop = {
      source = "getdrop/drop"
    }
  }
}

# Region and credentials come from the ordinary environment: AWS_REGION, AWS_PROFILE …, CLOUDFLARE_API_TOKEN.
provider "drop" {}

variable "image" {
  description = "Container image to run, with its tag."
  type        = string
  default     = "public.ecr.aws/nginx/nginx:1.27"
}

variable "protected" {
  description = "Refuse to delete the database. Set it to false and apply before a destroy."
  type        = bool
  default     = true
}

resource "drop_database" "main" {
  name                = "orders"
  version             = "17" # the major version: RDS upgrades the minor one
  instance_class      = "db.t4g.micro"
  deletion_protection = var.protected
}

resource "drop_app_service" "web" {
  name     = "web"
  database = drop_database.main.ref # the path, the grant, and DATABASE_* in its environment

  image {
    uri = var.image
  }

  http {
    port = 80
  }
}

resource "drop_edge" "site" {
  name = "site"
  zone = "getdrop.no"

  route {
    host        = "getdrop.no"
    origin      = drop_app_service.web.ref
    cache_paths = { "/static/*" = "365d" }
  }

  tls {
    redirect_http = true
  }

  firewall {
    rate_limit {
      name     = "login"
      path     = "/login"
      requests = 20
    }
  }
}

output "hostnames" {
  value = drop_edge.site.hostnames
}

output "deployment" {
  value = drop_app_service.web.deployment
}
