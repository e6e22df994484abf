# What the credentials of the pipeline need to plan, apply and destroy these.
data "drop_permissions" "pipeline" {
  permissions = [
    drop_database.main.permissions,
    drop_edge.site.permissions,
  ]
}

resource "drop_database" "main" {
  name = "orders"
}

resource "drop_edge" "site" {
  name = "site"
  zone = "shop.example"

  route {
    host        = "shop.example"
    origin_host = "origin.example"
  }
}

# Attach it to the role, for instance with `aws iam put-role-policy --policy-document`.
output "iam_policy" {
  value = data.drop_permissions.pipeline.iam_policy
}

output "cloudflare_scopes" {
  value = data.drop_permissions.pipeline.cloudflare_scopes
}
