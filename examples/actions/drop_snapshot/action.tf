# A snapshot before every change of the database, in the same apply. Each gets a name of its own: a fixed one is taken by the
# second change.
# OpenTofu: `snapshot_trigger = var.release` in the drop_database, which takes one at every new value.
action "drop_snapshot" "before_update" {
  config {
    name = "orders"
  }
}

resource "drop_database" "orders" {
  name = "orders"

  lifecycle {
    action_trigger {
      events  = [before_update]
      actions = [action.drop_snapshot.before_update]
    }
  }
}
