import {
  to = drop_database.main
  identity = {
    region = "eu-north-1"
    name   = "orders"
  }
}
