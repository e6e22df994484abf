data "drop_image" "web" {
  repository = "web"
  tag        = "1.4.2"

  lifecycle {
    postcondition {
      condition     = contains(self.architectures, "amd64")
      error_message = "web:1.4.2 is not built for the processors that it is to run on."
    }
    postcondition {
      condition     = try(self.scan.counts["CRITICAL"], 0) == 0
      error_message = "web:1.4.2 has critical findings: see its scan in ECR."
    }
  }
}

# By its digest: what runs stays what it is, even if the tag is moved.
resource "drop_app_service" "web" {
  name = "web"

  image { uri = data.drop_image.web.uri_by_digest }
  http { port = 3000 }
}
