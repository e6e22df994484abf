# Without `zone`: those of all zones that the token sees.
list "drop_edge" "all" {
  provider = drop

  config {
    zone = "shop.example"
  }
}
