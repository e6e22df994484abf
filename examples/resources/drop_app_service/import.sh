# By the service's own name.
terraform import drop_app_service.web web

# In another region than the provider's:
terraform import drop_app_service.web eu-north-1/web
