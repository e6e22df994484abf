# By the database's own name, or by the identifier of an instance that was made otherwise.
terraform import drop_database.main orders

# In another region than the provider's:
terraform import drop_database.main eu-north-1/orders
