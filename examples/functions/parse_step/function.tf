resource "drop_database" "main" {
  name = "orders"
}

# The operations of everything that was done, for a policy over the plan.
output "operations" {
  value = [for line in drop_database.main.steps : provider::drop::parse_step(line).operation]
}
