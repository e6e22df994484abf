ephemeral "drop_registry_login" "main" {
  region = "eu-north-1"
}

# Providers that build or copy images take it in their blocks; a command takes it like this.
resource "terraform_data" "image" {
  input = "web:1.4.2"

  provisioner "local-exec" {
    command = <<-EOT
      echo "$PASSWORD" | docker login --username "$USERNAME" --password-stdin "$REGISTRY"
      docker tag "${self.input}" "$REGISTRY/${self.input}"
      docker push "$REGISTRY/${self.input}"
    EOT
    environment = {
      REGISTRY = ephemeral.drop_registry_login.main.registry
      USERNAME = ephemeral.drop_registry_login.main.username
      PASSWORD = ephemeral.drop_registry_login.main.password
    }
  }
}
