import {
  to = drop_app_service.web
  id = "web"
}
