# { public = ["10.0.0.0/18", "10.0.64.0/18"], private = ["10.0.128.0/18", "10.0.192.0/18"] }
output "subnets" {
  value = provider::drop::subnets("10.0.0.0/16", 2)
}
