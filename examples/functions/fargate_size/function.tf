locals {
  # The smallest size that Fargate sells with 300 CPU units and 900 MiB: 512 and 1024.
  size = provider::drop::fargate_size(300, 900)
}

resource "drop_app_service" "web" {
  name = "web"

  image { uri = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2" }
  size {
    cpu    = local.size.cpu
    memory = local.size.memory
  }
  http { port = 8080 }
}
