resource "drop_database" "main" {
  name             = "orders"
  version          = "17"
  instance_class   = "db.m6g.large"
  multi_az         = true
  snapshot_trigger = "release-2.0" # a new value takes a snapshot before anything else is changed

  parameters = {
    max_connections            = "500" # static: waits for a reboot, see `pending_changes`
    log_min_duration_statement = "500" # dynamic: at once
  }

  storage {
    gb     = 100
    max_gb = 500
  }

  backup {
    retention_days = 30
    window         = "01:00-02:00"
  }

  maintenance {
    window = "sun:03:00-sun:04:00"
  }

  timeouts {
    create = "90m"
  }
}
