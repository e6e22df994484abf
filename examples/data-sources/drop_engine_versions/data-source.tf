data "drop_engine_versions" "postgres" {
  engine = "postgres"
  major  = "17"
}

output "newest" {
  value = data.drop_engine_versions.postgres.versions[0]
}

output "default" {
  value = data.drop_engine_versions.postgres.default
}
