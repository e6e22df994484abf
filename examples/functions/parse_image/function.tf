# { registry = "docker.io", repository = "library/nginx", tag = "1.27", digest = null }
output "image" {
  value = provider::drop::parse_image("nginx:1.27")
}
