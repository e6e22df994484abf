# Back to what served before: `terraform apply -invoke=action.drop_rollback.web`; then set image.uri back, to stay.
# OpenTofu: set `image.uri` of the drop_app_service back and apply.
action "drop_rollback" "web" {
  config {
    name = "web"
  }
}
