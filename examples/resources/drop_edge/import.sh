# By the zone and the edge's own name.
terraform import drop_edge.site shop.example/site

# A host that was led to its origin by hand: by the host, or by the ids of the zone and of the DNS record. The edge is
# called like the host without its zone (www), and `apex` where that is all of it.
terraform import drop_edge.www shop.example/www.shop.example

# The same under a name of your own:
terraform import drop_edge.site shop.example/www.shop.example/site
