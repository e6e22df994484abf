# `terraform query` shows them; with `-generate-config-out=imports.tf` it writes the blocks that import them.
list "drop_app_service" "all" {
  provider = drop

  config {
    region      = "eu-north-1"
    name_prefix = "web"
  }
}
