resource "drop_app_service" "web" {
  name     = "web"
  env      = { APP_URL = "https://shop.example" }
  database = drop_database.main.ref # the path, the grant, and DATABASE_* in its environment

  image {
    uri = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/web:1.4.2"
  }

  size {
    cpu    = 1024 # one vCPU
    memory = 2048
  }

  http {
    port = 3000
    health {
      path         = "/health"
      interval     = "10s"
      timeout      = "5s"
      retries      = 3
      grace_period = "30s"
    }
  }

  scaling {
    min = 2
    max = 10
    cpu {
      target = 70
    }
  }

  logs {
    retention_days = 90
  }

  post_deploy { # once for each release, when its deployment is good
    command = ["./manage.py", "migrate", "--noinput"]
    trigger = "1.4.2"
  }
}

resource "drop_database" "main" {
  name = "orders"
}
