import {
  to = drop_edge.site
  identity = {
    zone = "shop.example"
    name = "site"
  }
}
