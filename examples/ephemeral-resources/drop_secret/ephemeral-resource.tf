# One value of a secret that holds { "api_token": "…", … }.
ephemeral "drop_secret" "cloudflare" {
  name = "shop/cloudflare"
  key  = "api_token"
}

# A provider that is configured with it: the token is in no variable, no file and no state.
provider "drop" {
  alias = "cloudflare"

  cloudflare {
    api_token = ephemeral.drop_secret.cloudflare.value
  }
}

resource "drop_edge" "site" {
  provider = drop.cloudflare
  name     = "site"
  zone     = "shop.example"

  route {
    host        = "shop.example"
    origin_host = "origin.shop.example"
  }
}

# The version before the current one, whole.
ephemeral "drop_secret" "previous" {
  name          = "arn:aws:secretsmanager:eu-north-1:123456789012:secret:shop/signing-key-AbCdEf"
  version_stage = "AWSPREVIOUS"
}
