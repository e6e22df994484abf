import {
  to = drop_app_service.web
  identity = {
    region = "eu-north-1"
    name   = "web"
  }
}
