import {
  to = drop_edge.site
  id = "shop.example/site"
}
