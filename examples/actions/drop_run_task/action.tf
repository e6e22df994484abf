# After an apply that has brought the image with the migrations: `terraform apply -invoke=action.drop_run_task.migrate`.
# Before it, the image that runs does not have them. OpenTofu: the block `post_deploy` of `drop_app_service`, which runs after the deployment.
action "drop_run_task" "migrate" {
  config {
    name    = "web"
    command = ["./manage.py", "migrate", "--noinput"]
    timeout = "10m"
  }
}
