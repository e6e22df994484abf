data "drop_deployments" "web" {
  name = "web"
}

# What went wrong lately, and why.
output "rolled_back" {
  value = {
    for deployment in data.drop_deployments.web.deployments : deployment.id => deployment.reason
    if deployment.rolled_back_to != null
  }
}
