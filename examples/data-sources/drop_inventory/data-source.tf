data "drop_inventory" "all" {
  zone = "shop.example"
}

# Paste these, write a resource for each, and plan: nothing is destroyed, only marks are added.
output "import_blocks" {
  value = data.drop_inventory.all.import_blocks
}

# What cannot be taken over as it is.
output "left_out" {
  value = {
    for object in data.drop_inventory.all.objects : "${object.type} ${object.id}" => object.why_not
    if object.why_not != null
  }
}
