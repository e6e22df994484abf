# A database that another configuration applies, or that was there before drop, and a service that may reach it.
data "drop_database" "main" {
  name = "orders"
}

resource "drop_app_service" "reports" {
  name     = "reports"
  database = data.drop_database.main.ref

  image {
    uri = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/reports:2.0.1"
  }

  http {
    port = 3000
  }
}
