# By the zone and the edge's own name.
terraform import drop_edge.site shop.example/site
