# A service that another configuration applies, and an edge in front of it from here.
data "drop_app_service" "web" {
  name = "web"
}

resource "drop_edge" "site" {
  name = "site"
  zone = "shop.example"

  route {
    host   = "shop.example"
    origin = data.drop_app_service.web.ref
  }
}
