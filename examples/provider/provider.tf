terraform {
  required_providers {
    drop = {
      source = "getdrop/drop"
    }
  }
}

# Everything is optional: what is left out comes from the ordinary environment.
provider "drop" {
  aws {
    region              = "eu-north-1"
    allowed_account_ids = ["123456789012"]
    default_tags = {
      owner = "platform"
    }
  }
}
