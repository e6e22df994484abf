# By the service's own name.
terraform import drop_app_service.web web

# In another region than the provider's:
terraform import drop_app_service.web eu-north-1/web

# A service that was made otherwise, by region, cluster and service; a fourth part is the name that it is to have here.
terraform import drop_app_service.web eu-north-1/shop/web
