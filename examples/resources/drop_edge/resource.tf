resource "drop_edge" "site" {
  name = "site"
  zone = "shop.example"

  route {
    host        = "shop.example"
    origin      = drop_app_service.web.ref
    cache_paths = { "/static/*" = "365d" }
  }

  route {
    host        = "images.shop.example"
    origin_host = "shop-images.s3-website.eu-north-1.amazonaws.com"
    cache       = "7d"
  }

  tls {
    min_version   = "1.2"
    redirect_http = true
    hsts          = "180d"
  }

  firewall {
    countries {
      allow = ["NO", "SE", "DK", "FI"]
    }
    rate_limit {
      name     = "login"
      path     = "/login"
      requests = 20
      period   = "1m"
      action   = "challenge"
    }
  }
}

resource "drop_app_service" "web" {
  name = "web"

  image { uri = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2" }
  http { port = 3000 }
}
