# The first ten, each with all that an import would read of it.
list "drop_database" "some" {
  provider         = drop
  include_resource = true
  limit            = 10

  config {
    region = "eu-north-1"
  }
}
