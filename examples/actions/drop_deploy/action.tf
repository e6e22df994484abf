# Pushed again under the same tag: `terraform apply -invoke=action.drop_deploy.web`.
# OpenTofu: change `redeploy_trigger` of the drop_app_service and apply.
action "drop_deploy" "web" {
  config {
    name    = "web"
    timeout = "30m"
  }
}
