resource "drop_database" "main" {
  name = "orders"

  # 64 MB in the unit of the parameter, which is kB.
  parameters = {
    work_mem = provider::drop::pg_units("64MB", "kB")
  }
}
