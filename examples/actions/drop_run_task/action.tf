# Before the next deployment: `terraform apply -invoke=action.drop_run_task.migrate`.
# OpenTofu: `aws ecs run-task` in the pipeline, before the apply.
action "drop_run_task" "migrate" {
  config {
    name    = "web"
    command = ["./manage.py", "migrate", "--noinput"]
    timeout = "10m"
  }
}
