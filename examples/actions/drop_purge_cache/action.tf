# When the service was changed, what the edge has kept of its pages goes.
# OpenTofu: `purge_trigger = drop_app_service.web.image.uri` in the drop_edge, which purges everything of its hosts.
action "drop_purge_cache" "pages" {
  config {
    name  = "site"
    zone  = "shop.example"
    paths = ["/articles", "/index.html"]
  }
}

resource "drop_app_service" "web" {
  name = "web"

  image {
    uri = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2"
  }

  http {
    port = 8080
  }

  lifecycle {
    action_trigger {
      events  = [after_update]
      actions = [action.drop_purge_cache.pages]
    }
  }
}
