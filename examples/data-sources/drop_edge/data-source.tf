data "drop_edge" "site" {
  name = "site"
  zone = "shop.example"
}

output "hostnames" {
  value = data.drop_edge.site.hostnames
}

# What others have written into the phases that the edge writes to.
output "foreign_rules" {
  value = data.drop_edge.site.foreign_rules
}
