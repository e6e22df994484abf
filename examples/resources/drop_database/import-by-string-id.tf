import {
  to = drop_database.main
  id = "orders"
}
