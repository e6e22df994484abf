# A snapshot before the database is changed, in the same apply.
# OpenTofu: `aws rds create-db-snapshot` in the pipeline, before the apply.
action "drop_snapshot" "before_2_0" {
  config {
    name     = "orders"
    snapshot = "orders-before-2-0"
  }
}

resource "drop_database" "orders" {
  name = "orders"

  lifecycle {
    action_trigger {
      events  = [before_update]
      actions = [action.drop_snapshot.before_2_0]
    }
  }
}
